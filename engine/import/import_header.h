// SPDX-License-Identifier: Apache-2.0
// What the columns of a CSV file are, from its header line. Two dialects:
//
//   Neo4j's admin import   personId:ID(Person),name,born:int,words:string[],:LABEL
//                          :START_ID(Person),since:int,:END_ID(Person),:TYPE
//   plain                  id|name|born            of nodes
//                          startId|endId|since     of relationships
//
// In the first a column without a type holds strings; in the second its values say what they are,
// and a type may be given there, too.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/csv_parser.h"
#include "engine/base/result.h"
#include "engine/import/column_type.h"

namespace kith::import {

struct ImportColumn {
  enum class Role : uint8_t { kProperty, kIgnored, kId, kStartId, kEndId, kLabels, kType };

  Role role = Role::kProperty;
  std::string property;  ///< Empty: the values are no property.
  std::string id_space;  ///< Of an id, where the header names one.
  /// Nothing: found in the values. Of kId: of the property.
  std::optional<ColumnType> type;
};

struct ImportHeader {
  enum class Holds : uint8_t { kNodes, kRelationships, kNeither };

  bool plain = false;
  Holds holds = Holds::kNeither;
  std::vector<ImportColumn> columns;

  bool HasRole(ImportColumn::Role role) const;
};

/// InvalidArgument, without the file's name, for a header that contradicts itself: two ids, two
/// properties with one name, a type that there is not, one end only.
Result<ImportHeader> ParseImportHeader(std::span<const CsvField> fields);

}  // namespace kith::import

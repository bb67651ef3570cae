// SPDX-License-Identifier: Apache-2.0
// Turns the records of one block into batches for a bulk load: columns of values, one batch for
// each set of labels, or each type, that the block has.
//
// Thread safety: a RowLayout is immutable and shared; the rest belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/csv_parser.h"
#include "engine/base/result.h"
#include "engine/import/import_plan.h"
#include "storage/bulk_batch.h"
#include "storage/catalog.h"

namespace kith::import {

/// What each column of a group of files goes to.
struct RowLayout {
  struct PropertyColumn {
    size_t column = 0;  ///< Of the file.
    PropertyId property{};
    ColumnType type;
  };

  static constexpr size_t kNone = SIZE_MAX;

  const PlannedGroup* group = nullptr;
  std::vector<PropertyColumn> properties;
  size_t id = kNone;
  size_t start = kNone;
  size_t end = kNone;
  size_t name = kNone;  ///< The column of labels, or of the type.
  char array_delimiter = ';';

  /// Of a group whose columns' types are known; a column without one has no values. Names get ids
  /// in the catalog.
  static Result<RowLayout> Of(const PlannedGroup& group, char array_delimiter,
                              storage::Catalog* catalog);
  std::vector<storage::BulkColumn> NewColumns() const;
};

/// So much of a field as a message needs.
std::string Shown(std::string_view text);

/// Whether the current record is well-formed and has as many fields as the header; `*problem` says
/// why not.
bool IsWhole(const RowLayout& layout, const CsvParser& parser, std::string* problem);

/// Appends the values of the record's properties, or none of them and says what is wrong.
bool AppendRow(const RowLayout& layout, std::span<const CsvField> fields,
               std::vector<storage::BulkColumn>* columns, std::string* problem);

/// The nodes of a block, in the order of the file within each batch.
struct NodeRows {
  struct Batch {
    storage::NodeBatch nodes;
    std::vector<std::string_view> ids;  ///< Of each row, where the layout has ids; in the block.
    std::vector<uint64_t> offsets;      ///< In the file, the same.
  };
  std::vector<Batch> batches;
  std::map<std::string, size_t, std::less<>> by_labels;  ///< Batches by the text of their labels.

  /// The batch of the record's labels. InvalidArgument when one of them cannot be a label.
  Result<Batch*> For(const RowLayout& layout, std::span<const CsvField> fields,
                     storage::Catalog* catalog);
};

/// The relationships of a block.
struct RelationshipRows {
  std::vector<storage::RelationshipBatch> batches;
  std::map<std::string, size_t, std::less<>> by_type;

  /// The batch of the record's type. InvalidArgument when it cannot be one.
  Result<storage::RelationshipBatch*> For(const RowLayout& layout, std::span<const CsvField> fields,
                                          storage::Catalog* catalog);
};

}  // namespace kith::import

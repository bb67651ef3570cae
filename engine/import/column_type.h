// SPDX-License-Identifier: Apache-2.0
// What a column of a CSV file holds: said by its header, or found in its values.
//
// Thread safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/csv_parser.h"
#include "engine/base/value.h"
#include "storage/bulk_batch.h"

namespace kith::import {

enum class ScalarType : uint8_t {
  kBoolean,
  kInteger,
  kFloat,
  kDate,
  kLocalTime,
  kTime,
  kLocalDateTime,
  kInstant,  ///< A date-time in UTC, to the millisecond: the common one, and a fast one.
  kDateTime,
  kDuration,
  kString,
};

struct ColumnType {
  ScalarType scalar = ScalarType::kString;
  bool list = false;

  bool operator==(const ColumnType&) const = default;
};

/// The type that a header names, in any case: int, long, float, string, date, datetime..., with []
/// a list of these. Nothing for a word that is no type.
std::optional<ColumnType> ColumnTypeNamed(std::string_view name);

/// "integer", "list of strings"...
std::string Describe(const ColumnType& type);

/// How a bulk load keeps values of the type.
storage::BulkColumn::Kind KindOf(const ColumnType& type);

/// Appends the field's value, or its absence, to a column of the type's kind. False, and nothing is
/// appended, when it is no such value.
bool AppendField(const CsvField& field, const ColumnType& type, char array_delimiter,
                 storage::BulkColumn* column);

/// True, and `*number` is it, for a number of 64 bits that is written as Kith writes it: no plus
/// sign, no zeros in front, so that its text can be had back.
bool ReadPlainInteger(std::string_view text, int64_t* number);

/// Finds the type of a column from all of its values: the narrowest that every one of them has.
class TypeGuess {
 public:
  void See(const CsvField& field, char array_delimiter);
  /// As if this had seen what `other` saw.
  void Merge(const TypeGuess& other);
  /// Nothing when there was no value. Booleans, integers, floats, dates and date-times, each when
  /// all values are such; lists of them, or of strings, when some value has the array delimiter and
  /// none has white space; strings otherwise, and where fields of another type were quoted.
  std::optional<ColumnType> type() const;

 private:
  void SeeList(std::string_view text, char array_delimiter);

  std::optional<ScalarType> scalar_;
  bool may_be_list_ = true;
  bool is_list_ = false;                // Some value has a delimiter.
  std::optional<ScalarType> elements_;  // Of all values, taken for lists.
};

}  // namespace kith::import

// SPDX-License-Identifier: Apache-2.0
// Rows for a bulk load, in columns: what a loader takes instead of one call for each node.
//
// Thread safety: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/base/value.h"

namespace kith::storage {

/// The values of one property, a row each. Appending is all that a parser does with one.
class BulkColumn {
 public:
  enum class Kind : uint8_t {
    kBoolean,  ///< words: 0 or 1
    kInteger,  ///< words
    kFloat,    ///< words: the bits of a double
    kDate,     ///< words: days since 1970-01-01
    kInstant,  ///< words: milliseconds since 1970-01-01T00:00:00Z; a DateTime in UTC
    kString,   ///< ends and bytes
    kValue,    ///< values: lists, and whatever else has no kind of its own
  };

  BulkColumn(PropertyId property, Kind kind) : property_(property), kind_(kind) {}

  PropertyId property() const { return property_; }
  Kind kind() const { return kind_; }
  size_t rows() const { return present_.size(); }

  // Each appends a row. The kind must be the one that the function is for.
  void AppendAbsent();
  void AppendWord(int64_t word) {
    present_.push_back(1);
    words_.push_back(word);
  }
  void AppendString(std::string_view text) {
    present_.push_back(1);
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  void AppendValue(Value value) {
    present_.push_back(1);
    values_.push_back(std::move(value));
  }
  /// Takes rows off the end.
  void Truncate(size_t rows);
  /// Takes these rows out, which are ascending.
  void Remove(const std::vector<size_t>& rows);

  bool present(size_t row) const { return present_[row] != 0; }
  int64_t word(size_t row) const { return words_[row]; }
  std::string_view text(size_t row) const {
    const size_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(begin, ends_[row] - begin);
  }
  /// Whatever the kind; null for an absent row.
  Value At(size_t row) const;
  /// Appends a row's encoded value (format/value_codec.h), nothing where there is none. The errors
  /// of CheckStorable.
  Status AppendEncoded(size_t row, std::string* out) const;
  /// What this takes in memory; of values of kind kValue only an estimate.
  size_t memory_bytes() const;

 private:
  PropertyId property_;
  Kind kind_;
  std::vector<uint8_t> present_;
  std::vector<int64_t> words_;
  std::vector<size_t> ends_;
  std::string bytes_;
  std::vector<Value> values_;
};

/// Nodes with the same labels.
struct NodeBatch {
  std::vector<LabelId> labels;  ///< Ascending, distinct.
  size_t rows = 0;
  std::vector<BulkColumn> columns;  ///< Of `rows` rows each, of distinct properties.
};

/// Relationships of one type.
struct RelationshipBatch {
  RelTypeId type{};
  std::vector<NodeId> starts;
  std::vector<NodeId> ends;
  std::vector<BulkColumn> columns;  ///< Of starts.size() rows each, of distinct properties.
};

}  // namespace kith::storage

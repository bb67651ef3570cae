// SPDX-License-Identifier: Apache-2.0
// One variable's values for the rows of a batch: typed words with validity where all values have
// one simple type, else Values. A constant column holds one value that stands for every row.
//
// Invariants: kValue keeps nulls in the values themselves and has no validity; kNull has neither
// words nor values. words and values have `size` entries, or one when constant.
//
// Thread safety: plain values; used by one thread at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/value.h"

namespace kith::storage {
struct Column;
}

namespace kith::query {

enum class ColumnKind : uint8_t {
  kNull,  ///< Every row is null.
  kNode,
  kRelationship,
  kInteger,
  kFloat,
  kBoolean,
  kValue,  ///< Anything.
};

class Column {
 public:
  Column() = default;  ///< No rows.

  /// `size` rows of one value.
  static Column Constant(const Value& value, size_t size);
  static Column Nulls(size_t size);
  static Column OfNodes(std::vector<NodeId> ids);
  static Column OfValues(std::vector<Value> values);
  static Column OfBooleans(size_t size, bool value);

  ColumnKind kind() const { return kind_; }
  size_t size() const { return size_; }
  bool constant() const { return constant_; }
  bool IsEntity() const { return kind_ == ColumnKind::kNode || kind_ == ColumnKind::kRelationship; }
  /// False means that no row of a typed column is null; says nothing of kValue.
  bool has_validity() const { return !valid_.empty(); }

  bool IsNull(size_t row) const {
    if (kind_ == ColumnKind::kNull) return true;
    const size_t i = Index(row);
    if (kind_ == ColumnKind::kValue) return values_[i].IsNull();
    return !valid_.empty() && valid_[i] == 0;
  }
  /// The payload of a typed row that is not null: id bits, integer, float bits, 0 or 1.
  uint64_t Word(size_t row) const { return words_[Index(row)]; }
  int64_t Integer(size_t row) const { return static_cast<int64_t>(Word(row)); }
  double Float(size_t row) const { return std::bit_cast<double>(Word(row)); }
  bool Boolean(size_t row) const { return Word(row) != 0; }
  /// kValue only.
  const Value& Get(size_t row) const { return values_[Index(row)]; }
  /// Of any kind.
  Value At(size_t row) const;
  /// The node or relationship of a row, by its id bits; false when the row holds none.
  bool NodeAt(size_t row, NodeId* id) const;
  bool RelationshipAt(size_t row, RelId* id) const;

  /// The ids of all rows for ReadView's span calls; a null row has an id that no entity has. For a
  /// constant column one entry. `storage` holds them when they are not at hand.
  std::span<const NodeId> NodeIds(std::vector<NodeId>* storage) const;
  std::span<const RelId> RelIds(std::vector<RelId>* storage) const;

  // Building. Reset empties the column; the Push functions fit the kind given to Reset.
  void Reset(ColumnKind kind);
  void Reserve(size_t rows);
  void PushWord(uint64_t word) {
    words_.push_back(word);
    if (!valid_.empty()) valid_.push_back(1);
    ++size_;
  }
  void PushNode(NodeId id) { PushWord(id.bits()); }
  void PushRelationship(RelId id) { PushWord(id.bits()); }
  void PushBoolean(bool value) { PushWord(value ? 1 : 0); }
  void PushNull();
  void PushValue(Value value) {
    values_.push_back(std::move(value));
    ++size_;
  }
  /// Any value to a column of any kind: the kind widens to kValue when it must.
  void Append(const Value& value);
  void AppendRow(const Column& from, size_t row);
  void AppendAll(const Column& from);

  /// Becomes the given rows of `from`, which is another column.
  void Gather(const Column& from, std::span<const uint32_t> rows);
  /// Keeps the given rows, ascending.
  void Keep(std::span<const uint32_t> rows);
  /// Keeps `count` rows from `begin` on.
  void Slice(size_t begin, size_t count);
  /// Becomes one row of `from` for `size` rows.
  void Broadcast(const Column& from, size_t row, size_t size);
  /// Takes over what storage gathered.
  void TakeFrom(storage::Column&& column);
  /// Makes a column of one row stand for `size` rows.
  void MakeConstant(size_t size);

  /// The Equivalent hash of a row, mixed with `seed`.
  uint64_t Hash(size_t row, uint64_t seed) const;
  /// Order of two rows (ORDER BY's): negative, zero or positive.
  static int Compare(const Column& a, size_t row_a, const Column& b, size_t row_b);

  /// Heap bytes, approximately.
  size_t HeapBytes() const;

 private:
  size_t Index(size_t row) const { return constant_ ? 0 : row; }
  void Widen();
  void Flatten();

  ColumnKind kind_ = ColumnKind::kNull;
  bool constant_ = false;
  size_t size_ = 0;
  std::vector<uint8_t> valid_;
  std::vector<uint64_t> words_;
  std::vector<Value> values_;
};

/// The kind of column that holds values of this type.
ColumnKind ColumnKindOf(ValueType type);

}  // namespace kith::query

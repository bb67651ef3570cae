// SPDX-License-Identifier: Apache-2.0
// Columns: conversions between typed words and Values, gathering, hashing, ordering.
#include "query/execute/column.h"

#include <cassert>

#include "engine/base/value_compare.h"
#include "storage/read_view.h"

namespace kith::query {

namespace {

/// No entity has this id: groups never reach 2^32 - 1.
constexpr uint64_t kNoId = ~uint64_t{0};

static_assert(sizeof(NodeId) == sizeof(uint64_t) && alignof(NodeId) == alignof(uint64_t));
static_assert(sizeof(RelId) == sizeof(uint64_t) && alignof(RelId) == alignof(uint64_t));

uint64_t WordOf(const Value& value) {
  switch (value.type()) {
    case ValueType::kNode: return value.AsNodeId().bits();
    case ValueType::kRelationship: return value.AsRelId().bits();
    case ValueType::kInteger: return static_cast<uint64_t>(value.AsInteger());
    case ValueType::kFloat: return std::bit_cast<uint64_t>(value.AsFloat());
    case ValueType::kBoolean: return value.AsBoolean() ? 1 : 0;
    default: return 0;
  }
}

Value ValueOf(ColumnKind kind, uint64_t word) {
  switch (kind) {
    case ColumnKind::kNode: return Value(NodeId(word));
    case ColumnKind::kRelationship: return Value(RelId(word));
    case ColumnKind::kInteger: return Value(static_cast<int64_t>(word));
    case ColumnKind::kFloat: return Value(std::bit_cast<double>(word));
    case ColumnKind::kBoolean: return Value(word != 0);
    default: return Value();
  }
}

}  // namespace

ColumnKind ColumnKindOf(ValueType type) {
  switch (type) {
    case ValueType::kNull: return ColumnKind::kNull;
    case ValueType::kNode: return ColumnKind::kNode;
    case ValueType::kRelationship: return ColumnKind::kRelationship;
    case ValueType::kInteger: return ColumnKind::kInteger;
    case ValueType::kFloat: return ColumnKind::kFloat;
    case ValueType::kBoolean: return ColumnKind::kBoolean;
    default: return ColumnKind::kValue;
  }
}

Column Column::Constant(const Value& value, size_t size) {
  Column column;
  column.kind_ = ColumnKindOf(value.type());
  if ((value.IsNode() || value.IsRelationship()) && value.IsWhole()) {
    column.kind_ = ColumnKind::kValue;
  }
  column.size_ = size;
  if (column.kind_ == ColumnKind::kNull) return column;
  column.constant_ = true;
  if (column.kind_ == ColumnKind::kValue) {
    column.values_.push_back(value);
  } else {
    column.words_.push_back(WordOf(value));
  }
  return column;
}

Column Column::Nulls(size_t size) {
  Column column;
  column.size_ = size;
  return column;
}

Column Column::OfNodes(std::vector<NodeId> ids) {
  Column column;
  column.kind_ = ColumnKind::kNode;
  column.size_ = ids.size();
  column.words_.reserve(ids.size());
  for (NodeId id : ids) column.words_.push_back(id.bits());
  return column;
}

Column Column::OfValues(std::vector<Value> values) {
  Column column;
  column.kind_ = ColumnKind::kValue;
  column.size_ = values.size();
  column.values_ = std::move(values);
  return column;
}

Column Column::OfBooleans(size_t size, bool value) {
  Column column;
  column.kind_ = ColumnKind::kBoolean;
  column.size_ = size;
  column.words_.assign(size, value ? 1 : 0);
  return column;
}

Value Column::At(size_t row) const {
  if (kind_ == ColumnKind::kNull) return Value();
  const size_t i = Index(row);
  if (kind_ == ColumnKind::kValue) return values_[i];
  if (!valid_.empty() && valid_[i] == 0) return Value();
  return ValueOf(kind_, words_[i]);
}

bool Column::NodeAt(size_t row, NodeId* id) const {
  if (IsNull(row)) return false;
  if (kind_ == ColumnKind::kNode) {
    *id = NodeId(Word(row));
    return true;
  }
  if (kind_ != ColumnKind::kValue || !Get(row).IsNode()) return false;
  *id = Get(row).AsNodeId();
  return true;
}

bool Column::RelationshipAt(size_t row, RelId* id) const {
  if (IsNull(row)) return false;
  if (kind_ == ColumnKind::kRelationship) {
    *id = RelId(static_cast<GroupId>(Word(row) >> 32), static_cast<uint32_t>(Word(row)));
    return true;
  }
  if (kind_ != ColumnKind::kValue || !Get(row).IsRelationship()) return false;
  *id = Get(row).AsRelId();
  return true;
}

std::span<const NodeId> Column::NodeIds(std::vector<NodeId>* storage) const {
  if (kind_ == ColumnKind::kNode && valid_.empty()) {
    // NodeId is one uint64_t (asserted above), so the words are an array of ids.
    return {reinterpret_cast<const NodeId*>(words_.data()), words_.size()};
  }
  const size_t count = constant_ ? 1 : size_;
  storage->clear();
  storage->reserve(count);
  for (size_t row = 0; row < count; ++row) {
    NodeId id(kNoId);
    NodeAt(row, &id);
    storage->push_back(id);
  }
  return *storage;
}

std::span<const RelId> Column::RelIds(std::vector<RelId>* storage) const {
  if (kind_ == ColumnKind::kRelationship && valid_.empty()) {
    return {reinterpret_cast<const RelId*>(words_.data()), words_.size()};
  }
  const size_t count = constant_ ? 1 : size_;
  storage->clear();
  storage->reserve(count);
  for (size_t row = 0; row < count; ++row) {
    RelId id(static_cast<GroupId>(kNoId >> 32), static_cast<uint32_t>(kNoId));
    RelationshipAt(row, &id);
    storage->push_back(id);
  }
  return *storage;
}

void Column::Reset(ColumnKind kind) {
  kind_ = kind;
  constant_ = false;
  size_ = 0;
  valid_.clear();
  words_.clear();
  values_.clear();
}

void Column::Reserve(size_t rows) {
  if (kind_ == ColumnKind::kValue) {
    values_.reserve(rows);
  } else if (kind_ != ColumnKind::kNull) {
    words_.reserve(rows);
  }
}

void Column::PushNull() {
  if (kind_ == ColumnKind::kValue) {
    values_.emplace_back();
  } else if (kind_ != ColumnKind::kNull) {
    if (valid_.empty()) valid_.assign(size_, 1);
    valid_.push_back(0);
    words_.push_back(kNoId);
  }
  ++size_;
}

void Column::Widen() {
  if (kind_ == ColumnKind::kValue) return;
  const size_t count = constant_ ? 1 : size_;
  std::vector<Value> values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) values.push_back(At(i));
  values_ = std::move(values);
  words_.clear();
  valid_.clear();
  kind_ = ColumnKind::kValue;
}

void Column::Flatten() {
  if (!constant_) return;
  constant_ = false;
  if (kind_ == ColumnKind::kValue) {
    const Value value = size_ > 0 ? values_[0] : Value();
    values_.assign(size_, value);
    return;
  }
  const uint64_t word = words_[0];
  words_.assign(size_, word);
  if (!valid_.empty()) valid_.assign(size_, valid_[0]);
}

void Column::Append(const Value& value) {
  Flatten();
  if (value.IsNull()) {
    PushNull();
    return;
  }
  const bool whole = (value.IsNode() || value.IsRelationship()) && value.IsWhole();
  const ColumnKind kind = whole ? ColumnKind::kValue : ColumnKindOf(value.type());
  if (kind_ == ColumnKind::kNull && kind != ColumnKind::kValue) {
    kind_ = kind;
    words_.assign(size_, kNoId);
    if (size_ > 0) valid_.assign(size_, 0);
  }
  if (kind_ != kind) Widen();
  if (kind_ == ColumnKind::kValue) {
    PushValue(value);
  } else {
    PushWord(WordOf(value));
  }
}

void Column::AppendRow(const Column& from, size_t row) {
  if (kind_ == from.kind_ && !constant_) {
    if (from.IsNull(row)) {
      PushNull();
    } else if (kind_ == ColumnKind::kValue) {
      PushValue(from.Get(row));
    } else {
      PushWord(from.Word(row));
    }
    return;
  }
  Append(from.At(row));
}

void Column::AppendAll(const Column& from) {
  if (size_ == 0) {
    *this = from;
    Flatten();
    return;
  }
  for (size_t row = 0; row < from.size_; ++row) AppendRow(from, row);
}

void Column::Gather(const Column& from, std::span<const uint32_t> rows) {
  assert(&from != this);
  kind_ = from.kind_;
  constant_ = from.constant_;
  size_ = rows.size();
  if (constant_) {
    valid_ = from.valid_;
    words_ = from.words_;
    values_ = from.values_;
    return;
  }
  valid_.clear();
  words_.clear();
  values_.clear();
  if (kind_ == ColumnKind::kNull) return;
  if (kind_ == ColumnKind::kValue) {
    values_.reserve(rows.size());
    for (uint32_t row : rows) values_.push_back(from.values_[row]);
    return;
  }
  words_.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) words_[i] = from.words_[rows[i]];
  if (from.valid_.empty()) return;
  valid_.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) valid_[i] = from.valid_[rows[i]];
}

void Column::Keep(std::span<const uint32_t> rows) {
  size_ = rows.size();
  if (constant_ || kind_ == ColumnKind::kNull) return;
  if (kind_ == ColumnKind::kValue) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != i) values_[i] = std::move(values_[rows[i]]);
    }
    values_.resize(rows.size());
    return;
  }
  for (size_t i = 0; i < rows.size(); ++i) words_[i] = words_[rows[i]];
  words_.resize(rows.size());
  if (valid_.empty()) return;
  for (size_t i = 0; i < rows.size(); ++i) valid_[i] = valid_[rows[i]];
  valid_.resize(rows.size());
}

void Column::Slice(size_t begin, size_t count) {
  assert(begin + count <= size_);
  size_ = count;
  if (constant_ || kind_ == ColumnKind::kNull) return;
  const auto cut = [begin, count](auto& vector) {
    if (vector.empty()) return;
    const auto first = vector.begin() + static_cast<std::ptrdiff_t>(begin);
    vector.erase(vector.begin(), first);
    vector.resize(count);
  };
  cut(values_);
  cut(words_);
  cut(valid_);
}

void Column::Broadcast(const Column& from, size_t row, size_t size) {
  *this = Constant(from.At(row), size);
}

void Column::TakeFrom(storage::Column&& column) {
  using Kind = storage::Column::Kind;
  Reset(ColumnKind::kNull);
  size_ = column.size;
  if (column.kind == Kind::kAllNull) return;
  if (column.kind == Kind::kMixed) {
    kind_ = ColumnKind::kValue;
    values_ = std::move(column.values);
    return;
  }
  if (column.kind == Kind::kString) {
    kind_ = ColumnKind::kValue;
    values_.resize(size_);
    for (size_t i = 0; i < size_; ++i) {
      if (column.valid[i] != 0) values_[i] = column.dictionary[column.codes[i]];
    }
    return;
  }
  words_.resize(size_);
  bool all_valid = true;
  for (uint8_t valid : column.valid) all_valid = all_valid && valid != 0;
  if (column.kind == Kind::kInteger) {
    kind_ = ColumnKind::kInteger;
    for (size_t i = 0; i < size_; ++i) words_[i] = static_cast<uint64_t>(column.integers[i]);
  } else if (column.kind == Kind::kFloat) {
    kind_ = ColumnKind::kFloat;
    for (size_t i = 0; i < size_; ++i) words_[i] = std::bit_cast<uint64_t>(column.floats[i]);
  } else {
    kind_ = ColumnKind::kBoolean;
    for (size_t i = 0; i < size_; ++i) words_[i] = column.booleans[i] != 0 ? 1 : 0;
  }
  if (!all_valid) valid_ = std::move(column.valid);
}

void Column::MakeConstant(size_t size) {
  assert(size_ == 1);
  size_ = size;
  constant_ = kind_ != ColumnKind::kNull;
}

uint64_t Column::Hash(size_t row, uint64_t seed) const {
  const uint64_t hash =
      kind_ == ColumnKind::kValue ? HashEquivalent(Get(row)) : HashEquivalent(At(row));
  // boost::hash_combine's shape with 64-bit constants; spreads equal columns apart.
  return seed ^ (hash + 0x9E3779B97F4A7C15ull + (seed << 12) + (seed >> 4));
}

int Column::Compare(const Column& a, size_t row_a, const Column& b, size_t row_b) {
  if (a.kind_ == b.kind_ && a.kind_ == ColumnKind::kInteger && a.valid_.empty() &&
      b.valid_.empty()) {
    const int64_t x = a.Integer(row_a);
    const int64_t y = b.Integer(row_b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  const std::strong_ordering order = a.kind_ == ColumnKind::kValue && b.kind_ == ColumnKind::kValue
                                         ? Order(a.Get(row_a), b.Get(row_b))
                                         : Order(a.At(row_a), b.At(row_b));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

size_t Column::HeapBytes() const {
  size_t bytes =
      valid_.capacity() + words_.capacity() * sizeof(uint64_t) + values_.capacity() * sizeof(Value);
  for (const Value& value : values_) bytes += value.HeapBytes();
  return bytes;
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Building typed columns.
#include "storage/column_builder.h"

#include <bit>
#include <functional>
#include <utility>

#include "storage/format/value_codec.h"

namespace kith::storage {

ColumnBuilder::ColumnBuilder(Column* column, size_t expected)
    : column_(column), expected_(expected) {
  *column_ = Column();
  recent_.fill(kNoCode);
}

void ColumnBuilder::PadTo(size_t size) {
  switch (column_->kind) {
    case Column::Kind::kAllNull: return;
    case Column::Kind::kBoolean: column_->booleans.resize(size); break;
    case Column::Kind::kInteger: column_->integers.resize(size); break;
    case Column::Kind::kFloat: column_->floats.resize(size); break;
    case Column::Kind::kString: column_->codes.resize(size); break;
    case Column::Kind::kMixed: column_->values.resize(size); break;
  }
  column_->valid.resize(size);
}

bool ColumnBuilder::Admit(Column::Kind kind) {
  if (column_->kind == kind) return true;
  if (column_->kind == Column::Kind::kAllNull) {
    column_->kind = kind;
    column_->valid.reserve(expected_);
    PadTo(column_->size);
    return true;
  }
  if (column_->kind != Column::Kind::kMixed) BecomeMixed();
  return false;
}

void ColumnBuilder::BecomeMixed() {
  std::vector<Value> values(column_->size);
  for (size_t i = 0; i < column_->size; ++i) values[i] = column_->At(i);
  column_->kind = Column::Kind::kMixed;
  column_->values = std::move(values);
  column_->booleans = {};
  column_->integers = {};
  column_->floats = {};
  column_->codes = {};
  column_->dictionary = {};
}

void ColumnBuilder::MarkValid() {
  column_->valid.push_back(1);
  ++column_->size;
}

void ColumnBuilder::AppendNull() {
  ++column_->size;
  PadTo(column_->size);
}

void ColumnBuilder::AppendMixed(Value value) {
  column_->values.push_back(std::move(value));
  MarkValid();
}

void ColumnBuilder::AppendBoolean(bool value) {
  if (!Admit(Column::Kind::kBoolean)) return AppendMixed(Value(value));
  column_->booleans.push_back(value ? 1 : 0);
  MarkValid();
}

void ColumnBuilder::AppendInteger(int64_t value) {
  if (!Admit(Column::Kind::kInteger)) return AppendMixed(Value(value));
  column_->integers.push_back(value);
  MarkValid();
}

void ColumnBuilder::AppendFloat(double value) {
  if (!Admit(Column::Kind::kFloat)) return AppendMixed(Value(value));
  column_->floats.push_back(value);
  MarkValid();
}

void ColumnBuilder::AppendString(std::string_view text) {
  if (!Admit(Column::Kind::kString)) return AppendMixed(Value(text));
  uint32_t& code = recent_[std::hash<std::string_view>()(text) % recent_.size()];
  if (code == kNoCode || column_->dictionary[code].AsString() != text) {
    code = static_cast<uint32_t>(column_->dictionary.size());
    column_->dictionary.emplace_back(text);
  }
  column_->codes.push_back(code);
  MarkValid();
}

void ColumnBuilder::Append(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull: return AppendNull();
    case ValueType::kBoolean: return AppendBoolean(value.AsBoolean());
    case ValueType::kInteger: return AppendInteger(value.AsInteger());
    case ValueType::kFloat: return AppendFloat(value.AsFloat());
    case ValueType::kString: return AppendString(value.AsString());
    default: Admit(Column::Kind::kMixed); AppendMixed(value);
  }
}

bool ColumnBuilder::AppendEncoded(std::string_view bytes) {
  if (bytes.empty()) {
    AppendNull();
    return true;
  }
  ByteReader reader(bytes.substr(1));
  switch (static_cast<ValueTag>(bytes.front())) {
    case ValueTag::kNull: AppendNull(); break;
    case ValueTag::kFalse: AppendBoolean(false); break;
    case ValueTag::kTrue: AppendBoolean(true); break;
    case ValueTag::kInteger: AppendInteger(reader.SignedVarint()); break;
    case ValueTag::kFloat: AppendFloat(std::bit_cast<double>(reader.LittleEndian64())); break;
    case ValueTag::kString: AppendString(reader.Bytes(reader.Varint())); break;
    default: {
      reader = ByteReader(bytes);
      Append(TakeValue(&reader));
    }
  }
  return reader.ok();
}

}  // namespace kith::storage

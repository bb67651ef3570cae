// SPDX-License-Identifier: Apache-2.0
// See column_chunk.h.
#include "storage/segment/column_chunk.h"

#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "engine/base/value_compare.h"
#include "storage/format/value_codec.h"
#include "storage/segment/column_encoder.h"
#include "storage/segment/packed_integers.h"
#include "storage/segment/text_table.h"

namespace kith::storage {
namespace {

/// Integers, and temporal values: the varints of a value's payload, a column each.
class TupleColumn final : public ColumnChunk {
 public:
  static std::unique_ptr<ColumnChunk> Take(size_t values, ByteReader* reader) {
    auto column = std::make_unique<TupleColumn>();
    column->tag_ = static_cast<ValueTag>(reader->Byte());
    column->fields_ = TupleFields(column->tag_);
    if (column->fields_ == 0) reader->Fail();
    for (size_t field = 0; field < column->fields_; ++field) {
      column->numbers_[field] = PackedIntegers::Take(values, reader);
    }
    if (column->tag_ == ValueTag::kDateTime) {
      column->zones_ = PackedIntegers::Take(values, reader);
      column->zone_names_ = TextTable::Take(reader->Varint32(), reader);
    }
    return column;
  }

 private:
  bool GatherValue(size_t i, ColumnBuilder* builder) const override {
    if (tag_ == ValueTag::kInteger) {
      builder->AppendInteger(UnZigZag(numbers_[0][i]));
      return true;
    }
    std::string bytes;
    return AppendValueAt(i, &bytes) && builder->AppendEncoded(bytes);
  }

  bool AppendValueAt(size_t i, std::string* out) const override {
    out->push_back(static_cast<char>(tag_));
    for (size_t field = 0; field < fields_; ++field) AppendVarint(numbers_[field][i], out);
    if (tag_ != ValueTag::kDateTime) return true;
    const auto name = zone_names_.At(zones_[i]);
    if (!name) return false;
    AppendVarint(name->size(), out);
    out->append(*name);
    return true;
  }

  ValueTag tag_{};
  size_t fields_ = 0;
  std::array<PackedIntegers, kMaxTupleFields> numbers_;
  PackedIntegers zones_;
  TextTable zone_names_;
};

class BooleanColumn final : public ColumnChunk {
 public:
  static std::unique_ptr<ColumnChunk> Take(size_t values, ByteReader* reader) {
    auto column = std::make_unique<BooleanColumn>();
    column->bits_ = PackedIntegers::Take(values, reader);
    return column;
  }

 private:
  bool GatherValue(size_t i, ColumnBuilder* builder) const override {
    builder->AppendBoolean(bits_[i] != 0);
    return true;
  }
  bool AppendValueAt(size_t i, std::string* out) const override {
    out->push_back(static_cast<char>(bits_[i] != 0 ? ValueTag::kTrue : ValueTag::kFalse));
    return true;
  }

  PackedIntegers bits_;
};

class FloatColumn final : public ColumnChunk {
 public:
  static std::unique_ptr<ColumnChunk> Take(size_t values, ByteReader* reader) {
    auto column = std::make_unique<FloatColumn>();
    column->numbers_ = reader->Bytes(values * sizeof(double));
    return column;
  }

 private:
  std::string_view At(size_t i) const {
    return numbers_.substr(i * sizeof(double), sizeof(double));
  }
  bool GatherValue(size_t i, ColumnBuilder* builder) const override {
    builder->AppendFloat(std::bit_cast<double>(ByteReader(At(i)).LittleEndian64()));
    return true;
  }
  bool AppendValueAt(size_t i, std::string* out) const override {
    out->push_back(static_cast<char>(ValueTag::kFloat));
    out->append(At(i));
    return true;
  }

  std::string_view numbers_;
};

/// Texts, each stored once when that is shorter.
class SharedTexts {
 public:
  void Take(size_t values, ByteReader* reader) {
    const uint32_t distinct = reader->Varint32();
    if (distinct > values) reader->Fail();
    shared_ = distinct != 0;
    if (shared_) codes_ = PackedIntegers::Take(values, reader);
    table_ = TextTable::Take(shared_ ? distinct : values, reader);
  }
  std::optional<std::string_view> At(size_t i) const { return table_.At(shared_ ? codes_[i] : i); }

 private:
  bool shared_ = false;
  PackedIntegers codes_;
  TextTable table_;
};

class StringColumn final : public ColumnChunk {
 public:
  static std::unique_ptr<ColumnChunk> Take(size_t values, ByteReader* reader) {
    auto column = std::make_unique<StringColumn>();
    column->texts_.Take(values, reader);
    return column;
  }

 private:
  bool GatherValue(size_t i, ColumnBuilder* builder) const override {
    const auto text = texts_.At(i);
    if (text) builder->AppendString(*text);
    return text.has_value();
  }
  bool AppendValueAt(size_t i, std::string* out) const override {
    const auto text = texts_.At(i);
    if (!text) return false;
    out->push_back(static_cast<char>(ValueTag::kString));
    AppendVarint(text->size(), out);
    out->append(*text);
    return true;
  }

  SharedTexts texts_;
};

class MixedColumn final : public ColumnChunk {
 public:
  static std::unique_ptr<ColumnChunk> Take(size_t values, ByteReader* reader) {
    auto column = std::make_unique<MixedColumn>();
    column->values_.Take(values, reader);
    return column;
  }

 private:
  bool GatherValue(size_t i, ColumnBuilder* builder) const override {
    const auto bytes = values_.At(i);
    return bytes && !bytes->empty() && builder->AppendEncoded(*bytes);
  }
  bool AppendValueAt(size_t i, std::string* out) const override {
    const auto bytes = values_.At(i);
    if (bytes) out->append(*bytes);
    return bytes.has_value();
  }

  SharedTexts values_;
};

class VectorColumn final : public ColumnChunk {
 public:
  static std::unique_ptr<ColumnChunk> Take(size_t values, ByteReader* reader) {
    auto column = std::make_unique<VectorColumn>();
    column->dimensions_ = reader->Varint32();
    if (column->dimensions_ > reader->remaining() / sizeof(float)) reader->Fail();
    column->numbers_ = reader->Bytes(values * column->Width());
    return column;
  }

 private:
  size_t Width() const { return dimensions_ * sizeof(float); }
  bool GatherValue(size_t i, ColumnBuilder* builder) const override {
    std::string bytes;
    return AppendValueAt(i, &bytes) && builder->AppendEncoded(bytes);
  }
  bool AppendValueAt(size_t i, std::string* out) const override {
    out->push_back(static_cast<char>(ValueTag::kFloat32List));
    AppendVarint(dimensions_, out);
    out->append(numbers_.substr(i * Width(), Width()));
    return true;
  }

  size_t dimensions_ = 0;
  std::string_view numbers_;
};

std::unique_ptr<ColumnChunk> TakePayload(uint8_t encoding, size_t values, ByteReader* reader) {
  switch (static_cast<ColumnEncoding>(encoding)) {
    case ColumnEncoding::kTuple: return TupleColumn::Take(values, reader);
    case ColumnEncoding::kBoolean: return BooleanColumn::Take(values, reader);
    case ColumnEncoding::kFloat: return FloatColumn::Take(values, reader);
    case ColumnEncoding::kString: return StringColumn::Take(values, reader);
    case ColumnEncoding::kMixed:
    case ColumnEncoding::kApart: return MixedColumn::Take(values, reader);
    case ColumnEncoding::kVector: return VectorColumn::Take(values, reader);
  }
  return nullptr;
}

Value TakeZoneEnd(ByteReader* reader) {
  ByteReader value(reader->Bytes(reader->Varint()));
  if (value.AtEnd()) return Value();
  Value end = TakeValue(&value);
  if (!value.ok() || !value.AtEnd()) reader->Fail();
  return end;
}

}  // namespace

std::unique_ptr<ColumnChunk> ColumnChunk::Parse(std::string_view bytes) {
  ByteReader reader(bytes);
  const uint8_t encoding = reader.Byte();
  Presence presence = Presence::Take(kColumnRows, &reader);
  Value low = TakeZoneEnd(&reader);
  Value high = TakeZoneEnd(&reader);
  auto chunk = TakePayload(encoding, presence.values(), &reader);
  if (chunk == nullptr || !reader.ok() || !reader.AtEnd()) return nullptr;
  chunk->presence_ = std::move(presence);
  chunk->has_stored_apart_ = static_cast<ColumnEncoding>(encoding) == ColumnEncoding::kApart;
  chunk->low_ = std::move(low);
  chunk->high_ = std::move(high);
  return chunk;
}

bool ColumnChunk::Gather(std::span<const uint32_t> rows, ColumnBuilder* builder) const {
  for (const uint32_t row : rows) {
    if (!presence_.Has(row)) {
      builder->AppendNull();
    } else if (!GatherValue(presence_.Rank(row), builder)) {
      return false;
    }
  }
  return true;
}

bool ColumnChunk::AppendEncoded(size_t row, std::string* out) const {
  return !presence_.Has(row) || AppendValueAt(presence_.Rank(row), out);
}

bool ColumnChunk::MayPass(const PropertyPredicate& predicate) const {
  if (presence_.values() == 0) return false;
  if (low_.IsNull()) return true;
  const Value& operand = predicate.operand;
  switch (predicate.op) {
    case PropertyPredicate::Operator::kEqual:
      return Less(operand, low_) != true && Less(high_, operand) != true;
    case PropertyPredicate::Operator::kLess: return Less(low_, operand) == true;
    case PropertyPredicate::Operator::kLessOrEqual: return LessOrEqual(low_, operand) == true;
    case PropertyPredicate::Operator::kGreater: return Less(operand, high_) == true;
    case PropertyPredicate::Operator::kGreaterOrEqual: return LessOrEqual(operand, high_) == true;
    case PropertyPredicate::Operator::kIn:
    case PropertyPredicate::Operator::kExists: return true;
  }
  return true;
}

}  // namespace kith::storage

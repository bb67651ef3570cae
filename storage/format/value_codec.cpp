// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of property values.
#include "storage/format/value_codec.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace kith::storage {
namespace {

constexpr int64_t kMaxOffsetSeconds = 24 * 3600;
constexpr size_t kMaxZoneBytes = 255;

bool IsStorableScalar(ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
    case ValueType::kInteger:
    case ValueType::kFloat:
    case ValueType::kString:
    case ValueType::kDate:
    case ValueType::kLocalTime:
    case ValueType::kTime:
    case ValueType::kLocalDateTime:
    case ValueType::kDateTime:
    case ValueType::kDuration: return true;
    default: return false;
  }
}

void AppendTag(ValueTag tag, std::string* out) {
  out->push_back(static_cast<char>(tag));
}

void AppendString(std::string_view text, std::string* out) {
  AppendVarint(text.size(), out);
  out->append(text);
}

// True for what comes back bit by bit from a 32-bit float, -0.0 and most NaNs included. The range
// is asked first: a double beyond it has no float, and converting one is undefined.
bool FitsFloat32(double number) {
  if (std::isfinite(number) && std::abs(number) > std::numeric_limits<float>::max()) return false;
  const double back = static_cast<double>(static_cast<float>(number));
  return std::bit_cast<uint64_t>(back) == std::bit_cast<uint64_t>(number);
}

// What a list of values is written as: embeddings are lists of 32-bit floats.
ValueTag ListTag(const List& list) {
  const auto is_float = [](const Value& value) { return value.IsFloat(); };
  if (list.empty() || !std::all_of(list.begin(), list.end(), is_float)) return ValueTag::kList;
  const auto fits = [](const Value& value) { return FitsFloat32(value.AsFloat()); };
  return std::all_of(list.begin(), list.end(), fits) ? ValueTag::kFloat32List
                                                     : ValueTag::kFloatList;
}

void AppendList(const List& list, std::string* out) {
  const ValueTag tag = ListTag(list);
  AppendTag(tag, out);
  AppendVarint(list.size(), out);
  for (const Value& value : list) {
    if (tag == ValueTag::kFloat32List) {
      AppendLittleEndian32(std::bit_cast<uint32_t>(static_cast<float>(value.AsFloat())), out);
    } else if (tag == ValueTag::kFloatList) {
      AppendLittleEndian64(std::bit_cast<uint64_t>(value.AsFloat()), out);
    } else {
      AppendValue(value, out);
    }
  }
}

void AppendDateTime(const DateTime& time, std::string* out) {
  AppendTag(ValueTag::kDateTime, out);
  AppendVarint(ZigZag(time.epoch_seconds), out);
  AppendVarint(static_cast<uint64_t>(time.nanos), out);
  AppendVarint(ZigZag(time.offset_seconds), out);
  AppendString(time.zone, out);
}

void AppendDuration(const Duration& duration, std::string* out) {
  AppendTag(ValueTag::kDuration, out);
  AppendVarint(ZigZag(duration.months), out);
  AppendVarint(ZigZag(duration.days), out);
  AppendVarint(ZigZag(duration.seconds), out);
  AppendVarint(static_cast<uint64_t>(duration.nanos), out);
}

void AppendTemporal(const Value& value, std::string* out) {
  switch (value.type()) {
    case ValueType::kDate:
      AppendTag(ValueTag::kDate, out);
      AppendVarint(ZigZag(value.AsDate().days), out);
      return;
    case ValueType::kLocalTime:
      AppendTag(ValueTag::kLocalTime, out);
      AppendVarint(static_cast<uint64_t>(value.AsLocalTime().nanos), out);
      return;
    case ValueType::kTime:
      AppendTag(ValueTag::kTime, out);
      AppendVarint(static_cast<uint64_t>(value.AsTime().nanos), out);
      AppendVarint(ZigZag(value.AsTime().offset_seconds), out);
      return;
    case ValueType::kLocalDateTime:
      AppendTag(ValueTag::kLocalDateTime, out);
      AppendVarint(ZigZag(value.AsLocalDateTime().seconds), out);
      AppendVarint(static_cast<uint64_t>(value.AsLocalDateTime().nanos), out);
      return;
    case ValueType::kDateTime: AppendDateTime(value.AsDateTime(), out); return;
    default: AppendDuration(value.AsDuration(), out); return;
  }
}

int64_t TakeNanosOfDay(ByteReader* reader) {
  const uint64_t nanos = reader->Varint();
  if (nanos >= static_cast<uint64_t>(kNanosPerDay)) return reader->Fail();
  return static_cast<int64_t>(nanos);
}

int32_t TakeNanosOfSecond(ByteReader* reader) {
  const uint64_t nanos = reader->Varint();
  if (nanos >= static_cast<uint64_t>(kNanosPerSecond)) return reader->Fail();
  return static_cast<int32_t>(nanos);
}

int32_t TakeOffset(ByteReader* reader) {
  const int64_t offset = reader->SignedVarint();
  if (offset < -kMaxOffsetSeconds || offset > kMaxOffsetSeconds) return reader->Fail();
  return static_cast<int32_t>(offset);
}

Value TakeDateTime(ByteReader* reader) {
  DateTime time;
  time.epoch_seconds = reader->SignedVarint();
  time.nanos = TakeNanosOfSecond(reader);
  time.offset_seconds = TakeOffset(reader);
  const uint64_t zone_bytes = reader->Varint();
  if (zone_bytes > kMaxZoneBytes) reader->Fail();
  time.zone = std::string(reader->Bytes(zone_bytes));
  return reader->ok() ? Value(std::move(time)) : Value();
}

Value TakeDuration(ByteReader* reader) {
  Duration duration;
  duration.months = reader->SignedVarint();
  duration.days = reader->SignedVarint();
  duration.seconds = reader->SignedVarint();
  duration.nanos = TakeNanosOfSecond(reader);
  return reader->ok() ? Value(duration) : Value();
}

Value TakeList(ByteReader* reader) {
  const uint64_t count = reader->Varint();
  // Every element takes a byte at least: a damaged count must not make us reserve gigabytes.
  if (count > reader->remaining()) reader->Fail();
  List list;
  if (reader->ok()) list.reserve(static_cast<size_t>(count));
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    const std::string_view rest = reader->rest();
    const auto tag = static_cast<ValueTag>(rest.empty() ? 0 : rest.front());
    const bool nested =
        tag == ValueTag::kList || tag == ValueTag::kFloatList || tag == ValueTag::kFloat32List;
    if (nested || tag == ValueTag::kNull) reader->Fail();
    list.push_back(TakeValue(reader));
  }
  return reader->ok() ? Value(std::move(list)) : Value();
}

Value TakeFloatList(ByteReader* reader) {
  const uint64_t count = reader->Varint();
  if (count > reader->remaining() / 8) reader->Fail();
  List list;
  if (reader->ok()) list.reserve(static_cast<size_t>(count));
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    list.emplace_back(std::bit_cast<double>(reader->LittleEndian64()));
  }
  return reader->ok() ? Value(std::move(list)) : Value();
}

Value TakeFloat32List(ByteReader* reader) {
  const uint64_t count = reader->Varint();
  if (count > reader->remaining() / 4) reader->Fail();
  List list;
  if (reader->ok()) list.reserve(static_cast<size_t>(count));
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    list.emplace_back(static_cast<double>(std::bit_cast<float>(reader->LittleEndian32())));
  }
  return reader->ok() ? Value(std::move(list)) : Value();
}

Value TakeString(ByteReader* reader) {
  const std::string_view text = reader->Bytes(reader->Varint());
  return reader->ok() ? Value(text) : Value();
}

Value TakeTemporal(ValueTag tag, ByteReader* reader) {
  switch (tag) {
    case ValueTag::kDate: {
      const Date date{reader->SignedVarint()};
      return reader->ok() ? Value(date) : Value();
    }
    case ValueTag::kLocalTime: {
      const LocalTime time{TakeNanosOfDay(reader)};
      return reader->ok() ? Value(time) : Value();
    }
    case ValueTag::kTime: {
      Time time;
      time.nanos = TakeNanosOfDay(reader);
      time.offset_seconds = TakeOffset(reader);
      return reader->ok() ? Value(time) : Value();
    }
    case ValueTag::kLocalDateTime: {
      LocalDateTime time;
      time.seconds = reader->SignedVarint();
      time.nanos = TakeNanosOfSecond(reader);
      return reader->ok() ? Value(time) : Value();
    }
    case ValueTag::kDateTime: return TakeDateTime(reader);
    case ValueTag::kDuration: return TakeDuration(reader);
    default: reader->Fail(); return Value();
  }
}

void SkipList(ByteReader* reader) {
  const uint64_t count = reader->Varint();
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    const std::string_view rest = reader->rest();
    if (!rest.empty() && static_cast<ValueTag>(rest.front()) == ValueTag::kList) reader->Fail();
    SkipValue(reader);
  }
}

void SkipPayload(ValueTag tag, ByteReader* reader) {
  switch (tag) {
    case ValueTag::kNull:
    case ValueTag::kFalse:
    case ValueTag::kTrue: return;
    case ValueTag::kInteger:
    case ValueTag::kDate:
    case ValueTag::kLocalTime: reader->Varint(); return;
    case ValueTag::kFloat: reader->Bytes(8); return;
    case ValueTag::kString: reader->Bytes(reader->Varint()); return;
    case ValueTag::kList: SkipList(reader); return;
    case ValueTag::kTime:
    case ValueTag::kLocalDateTime:
      reader->Varint();
      reader->Varint();
      return;
    case ValueTag::kDateTime:
      for (int i = 0; i < 3; ++i) reader->Varint();
      reader->Bytes(reader->Varint());
      return;
    case ValueTag::kDuration:
      for (int i = 0; i < 4; ++i) reader->Varint();
      return;
    case ValueTag::kFloatList:
    case ValueTag::kFloat32List: {
      const uint64_t count = reader->Varint();
      const uint64_t width = tag == ValueTag::kFloatList ? 8 : 4;
      reader->Bytes(count > reader->remaining() ? UINT64_MAX : count * width);
      return;
    }
  }
  reader->Fail();
}

}  // namespace

Status CheckStorable(const Value& value) {
  const ValueType type = value.type();
  if (type == ValueType::kNull || IsStorableScalar(type)) return Status::Ok();
  if (type == ValueType::kList) {
    for (const Value& element : value.AsList()) {
      if (!IsStorableScalar(element.type())) {
        return Status(
                   StatusCode::kTypeError,
                   fmt::format("a property cannot hold a list with an element of type {}; lists "
                               "in properties hold booleans, numbers, strings and temporal values",
                               ValueTypeName(element.type())))
            .WithDetail("InvalidPropertyType");
      }
    }
    return Status::Ok();
  }
  return Status(StatusCode::kTypeError,
                fmt::format("a property cannot hold a value of type {}; properties hold booleans, "
                            "numbers, strings, temporal values and lists of these",
                            ValueTypeName(type)))
      .WithDetail("InvalidPropertyType");
}

void AppendValue(const Value& value, std::string* out) {
  switch (value.type()) {
    case ValueType::kNull: AppendTag(ValueTag::kNull, out); return;
    case ValueType::kBoolean:
      AppendTag(value.AsBoolean() ? ValueTag::kTrue : ValueTag::kFalse, out);
      return;
    case ValueType::kInteger:
      AppendTag(ValueTag::kInteger, out);
      AppendVarint(ZigZag(value.AsInteger()), out);
      return;
    case ValueType::kFloat:
      AppendTag(ValueTag::kFloat, out);
      AppendLittleEndian64(std::bit_cast<uint64_t>(value.AsFloat()), out);
      return;
    case ValueType::kString:
      AppendTag(ValueTag::kString, out);
      AppendString(value.AsString(), out);
      return;
    case ValueType::kList: AppendList(value.AsList(), out); return;
    default: AppendTemporal(value, out); return;
  }
}

Value TakeValue(ByteReader* reader) {
  const auto tag = static_cast<ValueTag>(reader->Byte());
  switch (tag) {
    case ValueTag::kNull: return Value();
    case ValueTag::kFalse: return Value(false);
    case ValueTag::kTrue: return Value(true);
    case ValueTag::kInteger: return Value(reader->SignedVarint());
    case ValueTag::kFloat: return Value(std::bit_cast<double>(reader->LittleEndian64()));
    case ValueTag::kString: return TakeString(reader);
    case ValueTag::kList: return TakeList(reader);
    case ValueTag::kFloatList: return TakeFloatList(reader);
    case ValueTag::kFloat32List: return TakeFloat32List(reader);
    default: return TakeTemporal(tag, reader);
  }
}

std::string_view SkipValue(ByteReader* reader) {
  const std::string_view before = reader->rest();
  const auto tag = static_cast<ValueTag>(reader->Byte());
  if (reader->ok()) SkipPayload(tag, reader);
  return reader->ok() ? before.substr(0, before.size() - reader->remaining()) : std::string_view();
}

}  // namespace kith::storage

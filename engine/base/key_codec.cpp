// SPDX-License-Identifier: Apache-2.0
// The order-preserving encoding of index keys.
#include "engine/base/key_codec.h"

#include <fmt/core.h>

#include <bit>
#include <cassert>
#include <cmath>

#include "engine/base/value_compare.h"

namespace kith {
namespace {

// In the order of Order (value_compare.h).
enum Tag : uint8_t {
  kListTag = 0x10,
  kDateTimeTag = 0x20,
  kLocalDateTimeTag = 0x21,
  kDateTag = 0x22,
  kTimeTag = 0x23,
  kLocalTimeTag = 0x24,
  kDurationTag = 0x25,
  kStringTag = 0x30,
  kBooleanTag = 0x40,
  kNumberTag = 0x50,
  kNaNTag = 0x51,
  kNullTag = 0x60,
};

// Ends a list; below every tag, so that a list sorts before its extensions.
constexpr char kListEnd = 0x01;

constexpr double kTwoTo53 = 9007199254740992.0;
// Remainders lie in [-512, 512]; the bias makes them unsigned.
constexpr int kRemainderBias = 0x8000;
using Int128 = __int128;
using UInt128 = unsigned __int128;

Status Damaged(std::string_view what) {
  return Status(StatusCode::kCorruption, fmt::format("an index key is damaged: {}", what));
}

void AppendTag(Tag tag, std::string* out) {
  out->push_back(static_cast<char>(tag));
}

void AppendSigned64(int64_t value, std::string* out) {
  AppendBigEndian64(static_cast<uint64_t>(value) ^ (uint64_t{1} << 63), out);
}

void AppendSigned32(int32_t value, std::string* out) {
  AppendBigEndian32(static_cast<uint32_t>(value) ^ (uint32_t{1} << 31), out);
}

void AppendEscaped(std::string_view text, std::string* out) {
  size_t begin = 0;
  for (size_t zero = text.find('\0'); zero != text.npos; zero = text.find('\0', begin)) {
    out->append(text.substr(begin, zero + 1 - begin));
    out->push_back('\xFF');
    begin = zero + 1;
  }
  out->append(text.substr(begin));
}

void AppendText(std::string_view text, std::string* out) {
  AppendEscaped(text, out);
  out->append("\0\1", 2);
}

// Where neighbouring doubles are two or more apart, an integer may lie between them.
bool HasRemainder(double nearest) {
  const double magnitude = std::abs(nearest);
  return magnitude >= kTwoTo53 && magnitude <= kTwoTo63;
}

// Rounding to the nearest double is monotonic, so the doubles order all numbers but those that
// round to the same one; the exact remainder orders those. A double itself has remainder 0.
void AppendNumber(double nearest, int remainder, std::string* out) {
  AppendTag(kNumberTag, out);
  // + 0.0 turns -0.0 into 0.0.
  const uint64_t bits = std::bit_cast<uint64_t>(nearest + 0.0);
  const bool negative = (bits >> 63) != 0;
  AppendBigEndian64(negative ? ~bits : bits | uint64_t{1} << 63, out);
  if (!HasRemainder(nearest)) return;
  const auto biased = static_cast<uint32_t>(remainder + kRemainderBias);
  out->push_back(static_cast<char>(biased >> 8));
  out->push_back(static_cast<char>(biased & 0xFF));
}

void AppendInteger(int64_t value, std::string* out) {
  const double nearest = static_cast<double>(value);
  const Int128 remainder = static_cast<Int128>(value) - static_cast<Int128>(nearest);
  AppendNumber(nearest, static_cast<int>(remainder), out);
}

void AppendFloat(double value, std::string* out) {
  if (std::isnan(value)) {
    AppendTag(kNaNTag, out);
  } else {
    AppendNumber(value, 0, out);
  }
}

void AppendTime(const Time& time, std::string* out) {
  AppendTag(kTimeTag, out);
  AppendSigned64(time.nanos - time.offset_seconds * kNanosPerSecond, out);
  AppendSigned32(time.offset_seconds, out);
}

void AppendDateTime(const DateTime& time, std::string* out) {
  AppendTag(kDateTimeTag, out);
  AppendSigned64(time.epoch_seconds, out);
  AppendSigned32(time.nanos, out);
  AppendSigned32(time.offset_seconds, out);
  AppendText(time.zone, out);
}

void AppendDuration(const Duration& duration, std::string* out) {
  AppendTag(kDurationTag, out);
  const Int128 length = static_cast<Int128>(duration.months) * kMeanMonthSeconds +
                        static_cast<Int128>(duration.days) * kSecondsPerDay + duration.seconds;
  const UInt128 flipped = static_cast<UInt128>(length) ^ (UInt128{1} << 127);
  AppendBigEndian64(static_cast<uint64_t>(flipped >> 64), out);
  AppendBigEndian64(static_cast<uint64_t>(flipped), out);
  AppendSigned32(duration.nanos, out);
  AppendSigned64(duration.months, out);
  AppendSigned64(duration.days, out);
}

void AppendIndexable(const Value& value, std::string* out) {
  switch (value.type()) {
    case ValueType::kNull: AppendTag(kNullTag, out); return;
    case ValueType::kBoolean:
      AppendTag(kBooleanTag, out);
      out->push_back(value.AsBoolean() ? '\1' : '\0');
      return;
    case ValueType::kInteger: AppendInteger(value.AsInteger(), out); return;
    case ValueType::kFloat: AppendFloat(value.AsFloat(), out); return;
    case ValueType::kString:
      AppendTag(kStringTag, out);
      AppendText(value.AsString(), out);
      return;
    case ValueType::kList:
      AppendTag(kListTag, out);
      for (const Value& element : value.AsList()) AppendIndexable(element, out);
      out->push_back(kListEnd);
      return;
    case ValueType::kDate:
      AppendTag(kDateTag, out);
      AppendSigned64(value.AsDate().days, out);
      return;
    case ValueType::kLocalTime:
      AppendTag(kLocalTimeTag, out);
      AppendSigned64(value.AsLocalTime().nanos, out);
      return;
    case ValueType::kTime: AppendTime(value.AsTime(), out); return;
    case ValueType::kLocalDateTime:
      AppendTag(kLocalDateTimeTag, out);
      AppendSigned64(value.AsLocalDateTime().seconds, out);
      AppendSigned32(value.AsLocalDateTime().nanos, out);
      return;
    case ValueType::kDateTime: AppendDateTime(value.AsDateTime(), out); return;
    case ValueType::kDuration: AppendDuration(value.AsDuration(), out); return;
    case ValueType::kMap:
    case ValueType::kNode:
    case ValueType::kRelationship:
    case ValueType::kPath: assert(false);  // AppendKey has refused them.
  }
}

// Reads from the front of a key. After a failure every further read fails too, so a caller may read
// several parts and check once.
class KeyReader {
 public:
  explicit KeyReader(std::string_view in) : in_(in) {}

  std::string_view rest() const { return in_; }
  bool failed() const { return failed_; }

  uint8_t Byte() { return Has(1) ? static_cast<uint8_t>(Take(1)[0]) : uint8_t{0}; }
  uint64_t Unsigned64() { return Has(8) ? ReadBigEndian64(Take(8)) : 0; }
  uint32_t Unsigned32() { return Has(4) ? ReadBigEndian32(Take(4)) : 0; }
  int64_t Signed64() { return static_cast<int64_t>(Unsigned64() ^ (uint64_t{1} << 63)); }
  int32_t Signed32() { return static_cast<int32_t>(Unsigned32() ^ (uint32_t{1} << 31)); }
  std::string Text();

  Result<Value> TakeValue(uint32_t depth);

 private:
  bool Has(size_t bytes) {
    failed_ = failed_ || in_.size() < bytes;
    return !failed_;
  }
  const char* Take(size_t bytes) {
    const char* front = in_.data();
    in_.remove_prefix(bytes);
    return front;
  }
  Result<Value> TakeNumber();
  Result<Value> TakeTemporal(uint8_t tag);
  Result<Value> TakeTime();
  Result<Value> TakeDateTime();
  Result<Value> TakeDuration();
  Result<Value> TakeList(uint32_t depth);

  std::string_view in_;
  bool failed_ = false;
};

std::string KeyReader::Text() {
  std::string text;
  for (;;) {
    const size_t zero = in_.find('\0');
    if (zero == in_.npos || zero + 1 == in_.size()) break;
    const char next = in_[zero + 1];
    if (next == '\1') {
      text.append(in_.substr(0, zero));
      in_.remove_prefix(zero + 2);
      return text;
    }
    if (next != '\xFF') break;
    text.append(in_.substr(0, zero + 1));
    in_.remove_prefix(zero + 2);
  }
  failed_ = true;
  return {};
}

Result<Value> KeyReader::TakeNumber() {
  const uint64_t flipped = Unsigned64();
  if (failed_) return Damaged("a number is cut short");
  const bool negative = flipped >> 63 == 0;
  const auto nearest = std::bit_cast<double>(negative ? ~flipped : flipped ^ uint64_t{1} << 63);
  if (std::isnan(nearest) || (nearest == 0 && negative))
    return Damaged("a number is not canonical");
  if (!HasRemainder(nearest)) {
    const bool integral = std::abs(nearest) < kTwoTo53 && std::trunc(nearest) == nearest;
    return integral ? Value(static_cast<int64_t>(nearest)) : Value(nearest);
  }
  const int high = Byte();
  const int remainder = (high << 8 | Byte()) - kRemainderBias;
  if (failed_) return Damaged("a number is cut short");
  const Int128 exact = static_cast<Int128>(nearest) + remainder;
  if (exact < INT64_MIN || exact > INT64_MAX) {
    // Only 2^63 itself is in this range and outside int64.
    if (remainder != 0) return Damaged("a number is out of range");
    return Value(nearest);
  }
  const auto integer = static_cast<int64_t>(exact);
  if (static_cast<double>(integer) != nearest) return Damaged("a number is not canonical");
  return Value(integer);
}

Result<Value> KeyReader::TakeTime() {
  const int64_t utc_nanos = Signed64();
  const int32_t offset_seconds = Signed32();
  if (failed_) return Damaged("a time is cut short");
  constexpr int64_t kMaxMagnitude = 4 * kNanosPerDay;  // Keeps the sum below from overflowing.
  if (utc_nanos < -kMaxMagnitude || utc_nanos > kMaxMagnitude) {
    return Damaged("a time is out of range");
  }
  const int64_t nanos = utc_nanos + offset_seconds * kNanosPerSecond;
  if (nanos < 0 || nanos >= kNanosPerDay) return Damaged("a time is out of range");
  return Value(Time{nanos, offset_seconds});
}

Result<Value> KeyReader::TakeDateTime() {
  DateTime time;
  time.epoch_seconds = Signed64();
  time.nanos = Signed32();
  time.offset_seconds = Signed32();
  time.zone = Text();
  if (failed_) return Damaged("a date and time is cut short");
  if (time.nanos < 0 || time.nanos >= kNanosPerSecond)
    return Damaged("nanoseconds are out of range");
  return Value(std::move(time));
}

Result<Value> KeyReader::TakeDuration() {
  const uint64_t high = Unsigned64();
  const uint64_t low = Unsigned64();
  Duration duration;
  duration.nanos = Signed32();
  duration.months = Signed64();
  duration.days = Signed64();
  if (failed_) return Damaged("a duration is cut short");
  if (duration.nanos < 0 || duration.nanos >= kNanosPerSecond) {
    return Damaged("nanoseconds are out of range");
  }
  const auto length =
      static_cast<Int128>((static_cast<UInt128>(high) << 64 | low) ^ (UInt128{1} << 127));
  constexpr Int128 kMaxLength = static_cast<Int128>(1) << 100;  // Far above any real one.
  if (length < -kMaxLength || length > kMaxLength) return Damaged("a duration is out of range");
  const Int128 seconds = length - static_cast<Int128>(duration.months) * kMeanMonthSeconds -
                         static_cast<Int128>(duration.days) * kSecondsPerDay;
  if (seconds < INT64_MIN || seconds > INT64_MAX) return Damaged("a duration is out of range");
  duration.seconds = static_cast<int64_t>(seconds);
  return Value(duration);
}

Result<Value> KeyReader::TakeTemporal(uint8_t tag) {
  switch (tag) {
    case kDateTimeTag: return TakeDateTime();
    case kTimeTag: return TakeTime();
    case kDurationTag: return TakeDuration();
    case kDateTag: {
      const int64_t days = Signed64();
      if (failed_) return Damaged("a date is cut short");
      return Value(Date{days});
    }
    case kLocalTimeTag: {
      const int64_t nanos = Signed64();
      if (failed_) return Damaged("a time is cut short");
      if (nanos < 0 || nanos >= kNanosPerDay) return Damaged("a time is out of range");
      return Value(LocalTime{nanos});
    }
    default: {
      LocalDateTime time;
      time.seconds = Signed64();
      time.nanos = Signed32();
      if (failed_) return Damaged("a date and time is cut short");
      if (time.nanos < 0 || time.nanos >= kNanosPerSecond) {
        return Damaged("nanoseconds are out of range");
      }
      return Value(time);
    }
  }
}

Result<Value> KeyReader::TakeList(uint32_t depth) {
  if (depth >= Value::kMaxDepth) return Damaged("lists are nested too deeply");
  List list;
  for (;;) {
    if (in_.empty()) return Damaged("a list is cut short");
    if (in_[0] == kListEnd) break;
    KITH_ASSIGN_OR_RETURN(Value element, TakeValue(depth + 1));
    list.push_back(std::move(element));
  }
  in_.remove_prefix(1);
  return Value(std::move(list));
}

Result<Value> KeyReader::TakeValue(uint32_t depth) {
  const uint8_t tag = Byte();
  if (failed_) return Damaged("it ends before its last value");
  switch (tag) {
    case kListTag: return TakeList(depth);
    case kDateTimeTag:
    case kLocalDateTimeTag:
    case kDateTag:
    case kTimeTag:
    case kLocalTimeTag:
    case kDurationTag: return TakeTemporal(tag);
    case kStringTag: {
      const std::string text = Text();
      if (failed_) return Damaged("a string has no end or a wrong escape");
      return Value(text);
    }
    case kBooleanTag: {
      const uint8_t byte = Byte();
      if (failed_ || byte > 1) return Damaged("a boolean is neither 0 nor 1");
      return Value(byte == 1);
    }
    case kNumberTag: return TakeNumber();
    case kNaNTag: return Value(std::nan(""));
    case kNullTag: return Value();
    default: return Damaged(fmt::format("byte {:#04x} is no type", tag));
  }
}

}  // namespace

bool IsIndexable(const Value& value) {
  switch (value.type()) {
    case ValueType::kMap:
    case ValueType::kNode:
    case ValueType::kRelationship:
    case ValueType::kPath: return false;
    case ValueType::kList:
      if (value.Depth() > Value::kMaxDepth) return false;
      for (const Value& element : value.AsList()) {
        if (!IsIndexable(element)) return false;
      }
      return true;
    default: return true;
  }
}

Status AppendKey(const Value& value, std::string* out) {
  if (!IsIndexable(value)) {
    return Status(StatusCode::kTypeError,
                  fmt::format("a value of type {} cannot be an index key; index a number, string, "
                              "boolean, temporal value or a list of these",
                              ValueTypeName(value.type())))
        .WithDetail("InvalidPropertyType");
  }
  AppendIndexable(value, out);
  return Status::Ok();
}

Result<Value> TakeKey(std::string_view* in) {
  KeyReader reader(*in);
  KITH_ASSIGN_OR_RETURN(Value value, reader.TakeValue(0));
  *in = reader.rest();
  return value;
}

Result<std::string> EncodeKeyTuple(std::span<const Value> values) {
  std::string key;
  for (const Value& value : values) KITH_RETURN_IF_ERROR(AppendKey(value, &key));
  return key;
}

void AppendStringKeyPrefix(std::string_view prefix, std::string* out) {
  AppendTag(kStringTag, out);
  AppendEscaped(prefix, out);
}

std::string PrefixSuccessor(std::string_view prefix) {
  std::string successor(prefix);
  while (!successor.empty() && successor.back() == '\xFF') successor.pop_back();
  if (!successor.empty()) {
    successor.back() = static_cast<char>(static_cast<unsigned char>(successor.back()) + 1);
  }
  return successor;
}

void KeyTypeBounds(const Value& like, std::string* lower, std::string* upper) {
  const auto bounds = [&](int tag) {
    lower->assign(1, static_cast<char>(tag));
    upper->assign(1, static_cast<char>(tag + 1));
  };
  lower->clear();
  upper->clear();
  switch (like.type()) {
    case ValueType::kBoolean: return bounds(kBooleanTag);
    case ValueType::kInteger:
    case ValueType::kFloat: return bounds(kNumberTag);
    case ValueType::kString: return bounds(kStringTag);
    case ValueType::kList: return bounds(kListTag);
    case ValueType::kDate: return bounds(kDateTag);
    case ValueType::kLocalTime: return bounds(kLocalTimeTag);
    case ValueType::kTime: return bounds(kTimeTag);
    case ValueType::kLocalDateTime: return bounds(kLocalDateTimeTag);
    case ValueType::kDateTime: return bounds(kDateTimeTag);
    default: return;
  }
}

void AppendBigEndian32(uint32_t value, std::string* out) {
  char bytes[4];
  for (int i = 3; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  out->append(bytes, sizeof bytes);
}

void AppendBigEndian64(uint64_t value, std::string* out) {
  char bytes[8];
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  out->append(bytes, sizeof bytes);
}

uint32_t ReadBigEndian32(const char* bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

uint64_t ReadBigEndian64(const char* bytes) {
  return static_cast<uint64_t>(ReadBigEndian32(bytes)) << 32 | ReadBigEndian32(bytes + 4);
}

}  // namespace kith

// SPDX-License-Identifier: Apache-2.0
// Equality, comparability, orderability and hashing of values.
#include "engine/base/value_compare.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace kith {
namespace {

using Ordering = std::strong_ordering;

Ordering CompareDurations(const Duration& a, const Duration& b) {
  const auto length = [](const Duration& d) {
    return static_cast<__int128>(d.months) * kMeanMonthSeconds +
           static_cast<__int128>(d.days) * kSecondsPerDay + d.seconds;
  };
  const __int128 left = length(a);
  const __int128 right = length(b);
  if (left != right) return left < right ? Ordering::less : Ordering::greater;
  if (const auto order = a.nanos <=> b.nanos; order != 0) return order;
  if (const auto order = a.months <=> b.months; order != 0) return order;
  return a.days <=> b.days;
}

Ordering CompareTimes(const Time& a, const Time& b) {
  const auto utc = [](const Time& t) { return t.nanos - t.offset_seconds * kNanosPerSecond; };
  if (const auto order = utc(a) <=> utc(b); order != 0) return order;
  return a.offset_seconds <=> b.offset_seconds;
}

Ordering CompareDateTimes(const DateTime& a, const DateTime& b) {
  if (const auto order = a.epoch_seconds <=> b.epoch_seconds; order != 0) return order;
  if (const auto order = a.nanos <=> b.nanos; order != 0) return order;
  if (const auto order = a.offset_seconds <=> b.offset_seconds; order != 0) return order;
  return a.zone <=> b.zone;
}

// Two values of the same temporal type.
Ordering CompareTemporal(const Value& a, const Value& b) {
  switch (a.type()) {
    case ValueType::kDate: return a.AsDate() <=> b.AsDate();
    case ValueType::kLocalTime: return a.AsLocalTime() <=> b.AsLocalTime();
    case ValueType::kTime: return CompareTimes(a.AsTime(), b.AsTime());
    case ValueType::kLocalDateTime: return a.AsLocalDateTime() <=> b.AsLocalDateTime();
    case ValueType::kDateTime: return CompareDateTimes(a.AsDateTime(), b.AsDateTime());
    default: return CompareDurations(a.AsDuration(), b.AsDuration());
  }
}

// Unordered exactly when one is NaN.
std::partial_ordering CompareNumbers(const Value& a, const Value& b) {
  if (a.IsInteger()) {
    if (b.IsInteger()) return a.AsInteger() <=> b.AsInteger();
    return CompareExactly(a.AsInteger(), b.AsFloat());
  }
  if (b.IsFloat()) return a.AsFloat() <=> b.AsFloat();
  return 0 <=> CompareExactly(b.AsInteger(), a.AsFloat());
}

Ordering CompareStrings(std::string_view a, std::string_view b) {
  // char_traits<char> compares as unsigned bytes, which for UTF-8 is code point order.
  return a.compare(b) <=> 0;
}

bool IsNaN(const Value& value) {
  return value.IsFloat() && std::isnan(value.AsFloat());
}

// Places of the types in Order. Numbers share one place; NaN follows them.
constexpr int kNaNRank = 14;
int TypeRank(const Value& value) {
  switch (value.type()) {
    case ValueType::kMap: return 0;
    case ValueType::kNode: return 1;
    case ValueType::kRelationship: return 2;
    case ValueType::kList: return 3;
    case ValueType::kPath: return 4;
    case ValueType::kDateTime: return 5;
    case ValueType::kLocalDateTime: return 6;
    case ValueType::kDate: return 7;
    case ValueType::kTime: return 8;
    case ValueType::kLocalTime: return 9;
    case ValueType::kDuration: return 10;
    case ValueType::kString: return 11;
    case ValueType::kBoolean: return 12;
    case ValueType::kInteger: return 13;
    case ValueType::kFloat: return IsNaN(value) ? kNaNRank : 13;
    case ValueType::kNull: return 15;
  }
  return 16;
}

Ordering OrderLists(const List& a, const List& b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    if (const auto order = Order(a[i], b[i]); order != 0) return order;
  }
  return a.size() <=> b.size();
}

Ordering OrderMaps(const Map& a, const Map& b) {
  if (const auto order = a.size() <=> b.size(); order != 0) return order;
  for (size_t i = 0; i < a.size(); ++i) {
    if (const auto order = CompareStrings(a[i].first, b[i].first); order != 0) return order;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (const auto order = Order(a[i].second, b[i].second); order != 0) return order;
  }
  return Ordering::equal;
}

Ordering OrderPaths(const Path& a, const Path& b) {
  const size_t common = std::min(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < common; ++i) {
    if (const auto order = Order(a.nodes[i], b.nodes[i]); order != 0) return order;
    if (i >= a.relationships.size() || i >= b.relationships.size()) break;
    if (const auto order = Order(a.relationships[i], b.relationships[i]); order != 0) return order;
  }
  return a.nodes.size() <=> b.nodes.size();
}

Ternary EqualLists(const List& a, const List& b) {
  if (a.size() != b.size()) return false;
  bool unknown = false;
  for (size_t i = 0; i < a.size(); ++i) {
    const Ternary equal = Equals(a[i], b[i]);
    if (equal == false) return false;
    if (!equal.has_value()) unknown = true;
  }
  return unknown ? Ternary() : Ternary(true);
}

Ternary EqualMaps(const Map& a, const Map& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].first != b[i].first) return false;
  }
  bool unknown = false;
  for (size_t i = 0; i < a.size(); ++i) {
    const Ternary equal = Equals(a[i].second, b[i].second);
    if (equal == false) return false;
    if (!equal.has_value()) unknown = true;
  }
  return unknown ? Ternary() : Ternary(true);
}

// a < b, or a <= b when or_equal, for lists: decided by the first elements that are not equal.
Ternary LessLists(const List& a, const List& b, bool or_equal) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const Ternary equal = Equals(a[i], b[i]);
    if (!equal.has_value()) return std::nullopt;
    if (!*equal) return Less(a[i], b[i]);
  }
  return or_equal ? a.size() <= b.size() : a.size() < b.size();
}

Ternary LessThan(const Value& a, const Value& b, bool or_equal) {
  if (a.IsNumber() && b.IsNumber()) {
    const std::partial_ordering order = CompareNumbers(a, b);
    return or_equal ? order <= 0 : order < 0;
  }
  if (a.type() != b.type()) return std::nullopt;
  Ordering order = Ordering::equal;
  switch (a.type()) {
    case ValueType::kBoolean: order = a.AsBoolean() <=> b.AsBoolean(); break;
    case ValueType::kString: order = CompareStrings(a.AsString(), b.AsString()); break;
    case ValueType::kList: return LessLists(a.AsList(), b.AsList(), or_equal);
    case ValueType::kDate:
    case ValueType::kLocalTime:
    case ValueType::kTime:
    case ValueType::kLocalDateTime:
    case ValueType::kDateTime: order = CompareTemporal(a, b); break;
    // Null, maps, graph entities, and durations, whose months and days have no fixed length.
    default: return std::nullopt;
  }
  return or_equal ? order <= 0 : order < 0;
}

uint64_t Mix(uint64_t seed, uint64_t value) {
  // splitmix64's finaliser (Steele, Lea, Flood 2014) over a running combination.
  uint64_t z = seed ^ (value + 0x9E3779B97F4A7C15ull + (seed << 6) + (seed >> 2));
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

uint64_t HashText(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

// A float that is an integer hashes as that integer.
uint64_t HashNumber(const Value& value) {
  if (value.IsInteger()) return Mix(1, static_cast<uint64_t>(value.AsInteger()));
  const double number = value.AsFloat();
  if (std::isnan(number)) return Mix(2, 0);
  if (number >= -kTwoTo63 && number < kTwoTo63 && std::trunc(number) == number) {
    return Mix(1, static_cast<uint64_t>(static_cast<int64_t>(number)));
  }
  return Mix(3, std::bit_cast<uint64_t>(number));
}

uint64_t HashTemporal(const Value& value) {
  const uint64_t seed = static_cast<uint64_t>(value.type()) + 64;
  const auto bits = [](auto number) { return static_cast<uint64_t>(number); };
  switch (value.type()) {
    case ValueType::kDate: return Mix(seed, bits(value.AsDate().days));
    case ValueType::kLocalTime: return Mix(seed, bits(value.AsLocalTime().nanos));
    case ValueType::kTime:
      return Mix(Mix(seed, bits(value.AsTime().nanos)), bits(value.AsTime().offset_seconds));
    case ValueType::kLocalDateTime: {
      const LocalDateTime time = value.AsLocalDateTime();
      return Mix(Mix(seed, bits(time.seconds)), bits(time.nanos));
    }
    case ValueType::kDateTime: {
      const DateTime& time = value.AsDateTime();
      const uint64_t instant = Mix(Mix(seed, bits(time.epoch_seconds)), bits(time.nanos));
      return Mix(Mix(instant, bits(time.offset_seconds)), HashText(time.zone));
    }
    default: {
      const Duration& d = value.AsDuration();
      return Mix(Mix(Mix(Mix(seed, bits(d.months)), bits(d.days)), bits(d.seconds)), bits(d.nanos));
    }
  }
}

uint64_t HashElements(uint64_t seed, const std::vector<Value>& values) {
  uint64_t hash = Mix(seed, values.size());
  for (const Value& value : values) hash = Mix(hash, HashEquivalent(value));
  return hash;
}

}  // namespace

std::partial_ordering CompareExactly(int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= kTwoTo63) return std::partial_ordering::less;
  if (b < -kTwoTo63) return std::partial_ordering::greater;
  // Inside int64's range the integral part converts exactly, and the fraction breaks a tie.
  const double whole = std::trunc(b);
  if (const auto order = a <=> static_cast<int64_t>(whole); order != 0) return order;
  return whole <=> b;
}

Ternary Equals(const Value& a, const Value& b) {
  if (a.IsNull() || b.IsNull()) return std::nullopt;
  if (a.IsNumber() && b.IsNumber()) return CompareNumbers(a, b) == 0;
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case ValueType::kBoolean: return a.AsBoolean() == b.AsBoolean();
    case ValueType::kString: return a.AsString() == b.AsString();
    case ValueType::kList: return EqualLists(a.AsList(), b.AsList());
    case ValueType::kMap: return EqualMaps(a.AsMap(), b.AsMap());
    case ValueType::kNode: return a.AsNodeId() == b.AsNodeId();
    case ValueType::kRelationship: return a.AsRelId() == b.AsRelId();
    case ValueType::kPath: return OrderPaths(a.AsPath(), b.AsPath()) == 0;
    default: return CompareTemporal(a, b) == 0;
  }
}

Ternary Less(const Value& a, const Value& b) {
  return LessThan(a, b, /*or_equal=*/false);
}
Ternary LessOrEqual(const Value& a, const Value& b) {
  return LessThan(a, b, /*or_equal=*/true);
}

bool Equivalent(const Value& a, const Value& b) {
  if (a.IsString() && b.IsString()) return a.AsString() == b.AsString();
  return Order(a, b) == 0;
}

std::strong_ordering Order(const Value& a, const Value& b) {
  const int rank = TypeRank(a);
  if (const auto order = rank <=> TypeRank(b); order != 0) return order;
  switch (a.type()) {
    case ValueType::kNull: return Ordering::equal;
    case ValueType::kBoolean: return a.AsBoolean() <=> b.AsBoolean();
    case ValueType::kInteger:
    case ValueType::kFloat: {
      if (rank == kNaNRank) return Ordering::equal;
      const std::partial_ordering order = CompareNumbers(a, b);
      if (order == 0) return Ordering::equal;
      return order < 0 ? Ordering::less : Ordering::greater;
    }
    case ValueType::kString: return CompareStrings(a.AsString(), b.AsString());
    case ValueType::kList: return OrderLists(a.AsList(), b.AsList());
    case ValueType::kMap: return OrderMaps(a.AsMap(), b.AsMap());
    case ValueType::kNode: return a.AsNodeId() <=> b.AsNodeId();
    case ValueType::kRelationship: return a.AsRelId() <=> b.AsRelId();
    case ValueType::kPath: return OrderPaths(a.AsPath(), b.AsPath());
    default: return CompareTemporal(a, b);
  }
}

uint64_t HashEquivalent(const Value& value) {
  const uint64_t seed = static_cast<uint64_t>(value.type()) + 64;
  switch (value.type()) {
    case ValueType::kNull: return seed;
    case ValueType::kBoolean: return Mix(seed, value.AsBoolean() ? 1 : 0);
    case ValueType::kInteger:
    case ValueType::kFloat: return HashNumber(value);
    case ValueType::kString: return Mix(seed, HashText(value.AsString()));
    case ValueType::kList: return HashElements(seed, value.AsList());
    case ValueType::kMap: {
      uint64_t hash = Mix(seed, value.AsMap().size());
      for (const auto& [key, element] : value.AsMap()) {
        hash = Mix(Mix(hash, HashText(key)), HashEquivalent(element));
      }
      return hash;
    }
    case ValueType::kNode: return Mix(seed, value.AsNodeId().bits());
    case ValueType::kRelationship: return Mix(seed, value.AsRelId().bits());
    case ValueType::kPath:
      return HashElements(HashElements(seed, value.AsPath().nodes), value.AsPath().relationships);
    default: return HashTemporal(value);
  }
}

}  // namespace kith

// SPDX-License-Identifier: Apache-2.0
// A set of value types: what an expression may be, as the binder knows it, and what a function
// takes. null belongs to every set that a function takes, because null is a value of every type.
//
// Thread safety: plain values.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/export.h"
#include "engine/base/value.h"

namespace kith::query {

class KITH_EXPORT TypeSet {
 public:
  constexpr TypeSet() = default;
  constexpr TypeSet(ValueType type)  // NOLINT: implicit, so that types combine with |
      : bits_(1u << static_cast<unsigned>(type)) {}

  static constexpr TypeSet Any() { return TypeSet(uint32_t{0xFFFF}); }

  constexpr bool Contains(ValueType type) const {
    return (bits_ >> static_cast<unsigned>(type) & 1u) != 0;
  }
  constexpr bool IsEmpty() const { return bits_ == 0; }
  constexpr bool IsAny() const { return bits_ == Any().bits_; }
  /// True when a value of this set may be a value of the other; null, which fits all, aside.
  constexpr bool MayBe(TypeSet other) const {
    const uint32_t null = TypeSet(ValueType::kNull).bits_;
    return (bits_ & ~null) == 0 || (bits_ & other.bits_ & ~null) != 0;
  }
  constexpr uint32_t bits() const { return bits_; }

  friend constexpr TypeSet operator|(TypeSet a, TypeSet b) { return TypeSet(a.bits_ | b.bits_); }
  friend constexpr TypeSet operator&(TypeSet a, TypeSet b) { return TypeSet(a.bits_ & b.bits_); }
  friend constexpr bool operator==(TypeSet a, TypeSet b) { return a.bits_ == b.bits_; }

  /// "Integer, Float or String", for messages; null is left out unless it is all there is.
  std::string ToString() const;

 private:
  constexpr explicit TypeSet(uint32_t bits) : bits_(bits) {}
  uint32_t bits_ = 0;
};

inline constexpr TypeSet kNullType = ValueType::kNull;
inline constexpr TypeSet kAnyType = TypeSet::Any();
inline constexpr TypeSet kBooleanType = kNullType | ValueType::kBoolean;
inline constexpr TypeSet kIntegerType = kNullType | ValueType::kInteger;
inline constexpr TypeSet kFloatType = kNullType | ValueType::kFloat;
inline constexpr TypeSet kNumberType = kIntegerType | ValueType::kFloat;
inline constexpr TypeSet kStringType = kNullType | ValueType::kString;
inline constexpr TypeSet kListType = kNullType | ValueType::kList;
inline constexpr TypeSet kMapType = kNullType | ValueType::kMap;
inline constexpr TypeSet kNodeType = kNullType | ValueType::kNode;
inline constexpr TypeSet kRelationshipType = kNullType | ValueType::kRelationship;
inline constexpr TypeSet kPathType = kNullType | ValueType::kPath;
inline constexpr TypeSet kDurationType = kNullType | ValueType::kDuration;
/// A date, a time or both: what has a place in the calendar or the day.
inline constexpr TypeSet kInstantType = kNullType | ValueType::kDate | ValueType::kLocalTime |
                                        ValueType::kTime | ValueType::kLocalDateTime |
                                        ValueType::kDateTime;
inline constexpr TypeSet kTemporalType = kInstantType | ValueType::kDuration;

}  // namespace kith::query

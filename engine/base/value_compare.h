// SPDX-License-Identifier: Apache-2.0
// The three comparisons of openCypher (CIP2016-06-14):
//   Equals      `=`: three-valued; null and NaN make it unknown or false
//   Equivalent  DISTINCT, grouping, UNION: null is null, NaN is NaN, 1 is 1.0
//   Order       ORDER BY: a total order over all values, nulls last
// and `<` (Less), which is defined only within a type, else unknown.
//
// Integers and floats compare exactly, also past 2^53. Thread safety: pure functions.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/base/export.h"
#include "engine/base/value.h"

namespace kith {

/// The first double above all of int64.
inline constexpr double kTwoTo63 = 9223372036854775808.0;

/// true, false, or nullopt for "unknown" (null).
using Ternary = std::optional<bool>;

KITH_EXPORT Ternary Equals(const Value& a, const Value& b);
/// a < b by comparability; nullopt where the two are incomparable or one is null.
KITH_EXPORT Ternary Less(const Value& a, const Value& b);
KITH_EXPORT Ternary LessOrEqual(const Value& a, const Value& b);
KITH_EXPORT bool Equivalent(const Value& a, const Value& b);
/// A hash that agrees with Equivalent.
KITH_EXPORT uint64_t HashEquivalent(const Value& value);
/// Orderability: map < node < relationship < list < path < temporal types < string < boolean <
/// number < NaN < null, as openCypher's ORDER BY demands. Equal exactly for Equivalent values.
/// Zoned times order by instant, then by offset and zone; durations by their mean length, then by
/// months and days.
KITH_EXPORT std::strong_ordering Order(const Value& a, const Value& b);

/// Exact comparison of an integer with a float; unordered for NaN.
KITH_EXPORT std::partial_ordering CompareExactly(int64_t a, double b);

}  // namespace kith

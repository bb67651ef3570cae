// SPDX-License-Identifier: Apache-2.0
// Exact decimal amounts for durations: 128-bit integers with 18 decimal places. A floating-point
// amount stands for the shortest decimal number that reads back as it, so that 0.3 seconds are 300
// milliseconds and not a nanosecond less.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kith::query {

__extension__ using Wide = __int128;

/// The amount one.
inline constexpr Wide kWideOne = 1'000'000'000'000'000'000;

/// A decimal number mantissa * 10^exponent.
struct DecimalNumber {
  int64_t mantissa = 0;
  int32_t exponent = 0;
};

/// The shortest decimal number that is read as `number`; nullopt for NaN and infinities.
std::optional<DecimalNumber> ShortestDecimal(double number);

// Each returns nullopt when the result exceeds 128 bits.
std::optional<Wide> MultiplyWide(Wide amount, Wide factor);
std::optional<Wide> AddWide(Wide a, Wide b);
std::optional<Wide> WideFromDouble(double number);
/// From digits of a whole number and digits of a fraction, which may be empty; digits past the 18th
/// of the fraction are dropped.
std::optional<Wide> WideFromDigits(std::string_view whole, std::string_view fraction);
/// part * factor and part / divisor as amounts, rounded toward zero. `divisor` is not zero.
std::optional<Wide> ScaleToWide(int64_t part, const DecimalNumber& factor);
std::optional<Wide> DivideToWide(int64_t part, const DecimalNumber& divisor);

}  // namespace kith::query

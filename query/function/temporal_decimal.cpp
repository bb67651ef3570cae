// SPDX-License-Identifier: Apache-2.0
// 128-bit decimals. The compilers' overflow built-ins for 128 bits need a run-time library that not
// every tool chain links, so bounds are checked by division.
#include "query/function/temporal_decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace kith::query {
namespace {

constexpr Wide kWideMax = static_cast<Wide>(~static_cast<unsigned __int128>(0) >> 1);
constexpr int32_t kWideDigits = 38;  // 10^38 is the largest power of ten below kWideMax

Wide Magnitude(Wide value) {
  return value < 0 ? -value : value;
}

// 10^exponent for 0 <= exponent <= kWideDigits.
Wide PowerOfTen(int32_t exponent) {
  Wide power = 1;
  for (int32_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// value * 10^exponent, rounded toward zero.
std::optional<Wide> ShiftDecimal(Wide value, int32_t exponent) {
  if (value == 0 || exponent < -kWideDigits) return Wide{0};
  if (exponent < 0) return value / PowerOfTen(-exponent);
  if (exponent > kWideDigits) return std::nullopt;
  return MultiplyWide(value, PowerOfTen(exponent));
}

}  // namespace

std::optional<DecimalNumber> ShortestDecimal(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  DecimalNumber decimal;
  bool after_point = false;
  const std::string text = fmt::format("{}", number);
  const size_t exponent_at = std::min(text.find('e'), text.size());
  for (size_t i = 0; i < exponent_at; ++i) {
    if (text[i] == '.') {
      after_point = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      decimal.mantissa = decimal.mantissa * 10 + (text[i] - '0');
      if (after_point) --decimal.exponent;
    }
  }
  if (exponent_at < text.size()) {
    const size_t digits_at = text[exponent_at + 1] == '+' ? exponent_at + 2 : exponent_at + 1;
    int32_t exponent = 0;
    std::from_chars(text.data() + digits_at, text.data() + text.size(), exponent);
    decimal.exponent += exponent;
  }
  if (std::signbit(number)) decimal.mantissa = -decimal.mantissa;
  return decimal;
}

std::optional<Wide> MultiplyWide(Wide amount, Wide factor) {
  if (amount == 0 || factor == 0) return Wide{0};
  if (Magnitude(amount) > kWideMax / Magnitude(factor)) return std::nullopt;
  return amount * factor;
}

std::optional<Wide> AddWide(Wide a, Wide b) {
  if (b > 0 ? a > kWideMax - b : a < -kWideMax - b) return std::nullopt;
  return a + b;
}

std::optional<Wide> WideFromDouble(double number) {
  const std::optional<DecimalNumber> decimal = ShortestDecimal(number);
  if (!decimal) return std::nullopt;
  return ShiftDecimal(decimal->mantissa, decimal->exponent + 18);
}

std::optional<Wide> WideFromDigits(std::string_view whole, std::string_view fraction) {
  Wide amount = 0;
  for (const char digit : whole) {
    const std::optional<Wide> shifted = MultiplyWide(amount, 10);
    if (!shifted) return std::nullopt;
    amount = *shifted + (digit - '0');
  }
  const std::optional<Wide> scaled = MultiplyWide(amount, kWideOne);
  if (!scaled) return std::nullopt;
  Wide part = 0;
  for (size_t i = 0; i < 18; ++i) part = part * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  return AddWide(*scaled, part);
}

std::optional<Wide> ScaleToWide(int64_t part, const DecimalNumber& factor) {
  const std::optional<Wide> product = MultiplyWide(part, factor.mantissa);
  if (!product) return std::nullopt;
  return ShiftDecimal(*product, factor.exponent + 18);
}

std::optional<Wide> DivideToWide(int64_t part, const DecimalNumber& divisor) {
  if (divisor.exponent > kWideDigits) return Wide{0};
  const std::optional<Wide> dividend = ShiftDecimal(part, -std::min(divisor.exponent, 0));
  const std::optional<Wide> by = ShiftDecimal(divisor.mantissa, std::max(divisor.exponent, 0));
  if (!dividend) return std::nullopt;
  if (!by) return Wide{0};  // the divisor alone exceeds 128 bits, so the quotient is below 10^-18
  const std::optional<Wide> whole = MultiplyWide(*dividend / *by, kWideOne);
  if (!whole) return std::nullopt;
  const Wide rest = *dividend % *by;
  // A remainder that cannot be scaled up belongs to a divisor that can be scaled down.
  const std::optional<Wide> scaled_rest = MultiplyWide(rest, kWideOne);
  return AddWide(*whole, scaled_rest ? *scaled_rest / *by : rest / (*by / kWideOne));
}

}  // namespace kith::query

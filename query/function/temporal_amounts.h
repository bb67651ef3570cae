// SPDX-License-Identifier: Apache-2.0
// A duration in the making: fractional amounts of months, days, seconds and nanoseconds, which are
// settled into whole parts at the end.
//
// Thread safety: plain value.
#pragma once

#include <array>

#include "engine/base/result.h"
#include "engine/base/temporal.h"
#include "query/function/temporal_decimal.h"

namespace kith::query {

enum class DurationPart : uint8_t { kMonths = 0, kDays = 1, kSeconds = 2, kNanos = 3 };

struct DurationAmounts {
  std::array<Wide, 4> amounts{};  ///< By DurationPart, each with 18 decimal places.

  /// Adds amount * factor; false, and nothing added, when that exceeds 128 bits.
  [[nodiscard]] bool Add(DurationPart part, Wide amount, int64_t factor);
  /// Carries fractions down. ArgumentError when a part exceeds 64 bits.
  Result<Duration> Settle() const;
};

}  // namespace kith::query

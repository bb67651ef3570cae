// SPDX-License-Identifier: Apache-2.0
// Durations: made from maps and text, added, scaled and divided. Months, days and seconds are kept
// apart; a fraction of one is carried down to the next with the average month of the Gregorian
// calendar (30.436875 days, 2,629,746 seconds) and the day of 24 hours. Results are rounded toward
// zero at a nanosecond.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "engine/base/temporal.h"
#include "engine/base/value.h"

namespace kith::query {

/// Reads P1Y2M3W4DT5H6M7.8S, where each number may have a sign and a fraction and the whole may
/// have a sign in front, or the combined forms P2012-02-02T14:37:21.545 and P20120202T143721.
/// ArgumentError when the text is neither.
Result<Duration> ParseDuration(std::string_view text);

/// From years, quarters, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds
/// and nanoseconds, each an integer or a float. ArgumentError for other keys and amounts too large,
/// TypeError for other values.
Result<Duration> DurationFromMap(const Map& fields);

// ArgumentError when a part exceeds 64 bits.
Result<Duration> AddDurations(const Duration& a, const Duration& b);
Result<Duration> NegateDuration(const Duration& duration);
/// `number` is an integer or float; TypeError otherwise.
Result<Duration> MultiplyDuration(const Duration& duration, const Value& number);
/// ArithmeticError for zero.
Result<Duration> DivideDuration(const Duration& duration, const Value& number);

/// Seconds and any number of nanoseconds as the time part of a Duration.
Result<Duration> DurationOfTime(int64_t seconds, int64_t nanos);

}  // namespace kith::query

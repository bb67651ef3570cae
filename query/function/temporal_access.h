// SPDX-License-Identifier: Apache-2.0
// The parts of a temporal value that property access reads: d.year, t.offset, dur.monthsOfYear.
//
//   dates      year quarter month week weekYear day ordinalDay weekDay dayOfWeek dayOfQuarter
//   times      hour minute second millisecond microsecond nanosecond (the last three within the
//              second, each counting the whole fraction)
//   zoned      timezone offset offsetMinutes offsetSeconds
//   date-times epochSeconds epochMillis
//   durations  years quarters months weeks days, hours minutes seconds milliseconds microseconds
//              nanoseconds (each the whole of its group of parts), quartersOfYear monthsOfYear
//              monthsOfQuarter daysOfWeek minutesOfHour secondsOfMinute millisecondsOfSecond
//              microsecondsOfSecond nanosecondsOfSecond
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith::query {

/// `value` must be temporal. ArgumentError when its type has no such part, or when a count of
/// nanoseconds or the like exceeds 64 bits.
Result<Value> TemporalComponent(const Value& value, std::string_view name);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// duration.between, duration.inMonths, duration.inDays and duration.inSeconds.
//
// Thread safety: pure functions but for the time zone database, which is safe to share.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith::query {

/// In which parts the distance is told.
enum class DurationScale : uint8_t { kAll, kMonths, kDays, kSeconds };

/// The duration from one point in time to another; null gives null. What only one of them has
/// (date, time of day, zone) the other takes over; a date alone is midnight. Months and days are
/// counted on the local calendar of the first one's zone, whole ones only. TypeError for other
/// arguments.
Result<Value> DurationBetween(DurationScale scale, const Value& from, const Value& to);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The operators + - * / on temporal values, and with temporal_access.h property access. null among
// the operands is the caller's business.
//
// Thread safety: pure functions but for the time zone database, which is safe to share.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/function/temporal_access.h"

namespace kith::query {

/// A point in time and a duration in either order, or two durations. Months are added first (a day
/// past the end of a month becomes its last), then days, then the time part; a date takes whole
/// days of the time part, a time of day ignores months and days. TypeError for other operands,
/// ArgumentError past the years or 64 bits.
Result<Value> AddTemporal(const Value& a, const Value& b);

/// A point in time minus a duration, or a duration minus a duration.
Result<Value> SubtractTemporal(const Value& a, const Value& b);

/// A duration and a number, in either order.
Result<Value> MultiplyTemporal(const Value& a, const Value& b);

/// A duration divided by a number.
Result<Value> DivideTemporal(const Value& a, const Value& b);

}  // namespace kith::query

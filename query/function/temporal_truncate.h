// SPDX-License-Identifier: Apache-2.0
// date.truncate('month', ...) and its siblings.
//
// Thread safety: pure functions but for the time zone database, which is safe to share.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/function/temporal_parts.h"

namespace kith::query {

/// Sets everything below `unit` to its first value, makes a `kind` of it, and then applies
/// `fields`, a map; a time zone among them keeps the local time. null among the arguments gives
/// null. Units: millennium, century, decade, year, weekYear, quarter, month, week, day, hour,
/// minute, second, millisecond, microsecond. ArgumentError when the unit is unknown or the value
/// has no such part, TypeError when an argument has the wrong type.
Result<Value> TruncateTemporal(TemporalKind kind, const Value& unit, const Value& value,
                               const Value& fields, const TemporalSetting& setting);

}  // namespace kith::query

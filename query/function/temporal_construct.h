// SPDX-License-Identifier: Apache-2.0
// date(), localtime(), time(), localdatetime() and datetime() as functions on values.
//
// Thread safety: pure functions but for the time zone database, which is safe to share.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/function/temporal_fields.h"
#include "query/function/temporal_parts.h"
#include "query/function/temporal_zone.h"

namespace kith::query {

/// Makes a value of `kind` from text, a map, or another point in time; null gives null. TypeError
/// for other arguments. A map that holds nothing but a time zone stands for the current time there.
Result<Value> MakeTemporal(TemporalKind kind, const Value& argument,
                           const TemporalSetting& setting);

/// The current date or time in a zone given as text; null gives null.
Result<Value> MakeCurrent(TemporalKind kind, const Value& zone, const Instant& now);

/// datetime.fromepoch and datetime.fromepochmillis, in UTC. `nanos` is 0 to 999,999,999.
Result<Value> MakeFromEpoch(const Value& seconds, const Value& nanos);
Result<Value> MakeFromEpochMillis(const Value& millis);

/// Applies fields to a base and assembles the result. With `base` zoned, a zone among the fields
/// keeps the instant; otherwise it keeps the local time.
Result<Value> ApplyFields(TemporalKind kind, const TemporalFields& fields,
                          const TemporalParts& base, const TemporalSetting& setting);

}  // namespace kith::query

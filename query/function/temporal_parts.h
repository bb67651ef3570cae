// SPDX-License-Identifier: Apache-2.0
// A temporal value taken apart into what its kind has of date, time of day and zone, and put
// together again as another kind.
//
// Thread safety: plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/function/temporal_zone.h"

namespace kith::query {

/// The five kinds of points in time.
enum class TemporalKind : uint8_t { kDate, kLocalTime, kTime, kLocalDateTime, kDateTime };

bool HasDate(TemporalKind kind);
bool HasTime(TemporalKind kind);
bool HasZone(TemporalKind kind);
/// As in messages: "date", "local time", "time", "local date-time", "date-time".
std::string_view KindName(TemporalKind kind);

struct TemporalParts {
  std::optional<int64_t> days;   ///< Since 1970-01-01, on the local clock.
  std::optional<int64_t> nanos;  ///< Since midnight, on the local clock.
  std::optional<TimeZone> zone;
  std::optional<int32_t> offset_seconds;  ///< That the time has, where it is known.
};

/// The temporal value, or the error, as a Value.
template <typename T>
Result<Value> ToValue(Result<T> temporal) {
  if (!temporal.ok()) return temporal.status();
  return Value(*std::move(temporal));
}

/// True for the five kinds; false for durations and everything else.
bool IsPointInTime(const Value& value);

/// `value` must be a point in time.
TemporalParts PartsOf(const Value& value);

/// Puts together a value of `kind`. A date without a time is midnight; a time without a zone is
/// UTC; parts that the kind lacks are dropped; where a local time comes twice, the offset chooses.
/// ArgumentError when a date or time of day is needed and missing.
Result<Value> AssembleTemporal(TemporalKind kind, const TemporalParts& parts);

/// The date and time that clocks in `zone` show at `now`.
Result<TemporalParts> PartsAt(const Instant& now, const TimeZone& zone);

}  // namespace kith::query

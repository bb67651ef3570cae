// SPDX-License-Identifier: Apache-2.0
// The map from which a temporal value is made, {year: 1984, week: 10, time: t, timezone: '+01:00'},
// read, checked and turned into a date and a time of day.
//
// Thread safety: plain values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/function/temporal_parts.h"

namespace kith::query {

enum class TemporalField : uint8_t {
  kYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kOrdinalDay,
  kDayOfWeek,
  kDayOfQuarter,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kEpochSeconds,
  kEpochMillis,
  kCount
};

/// What a map may hold besides the fields of its kind.
enum class FieldSources : uint8_t {
  kAll,   ///< other temporal values (date, time, datetime) and epoch fields, as for construction
  kNone,  ///< none, as for truncation
};

struct TemporalFields {
  std::array<std::optional<int64_t>, static_cast<size_t>(TemporalField::kCount)> numbers;
  std::optional<TimeZone> zone;
  Value date;        ///< A point in time, or null when the map has none.
  Value time;        ///< A point in time, or null when the map has none.
  Value datetime;    ///< A point in time, or null when the map has none.
  size_t count = 0;  ///< Entries of the map.

  const std::optional<int64_t>& at(TemporalField field) const {
    return numbers[static_cast<size_t>(field)];
  }
  bool Has(TemporalField field) const { return at(field).has_value(); }
  void Set(TemporalField field, int64_t number) { numbers[static_cast<size_t>(field)] = number; }
};

/// ArgumentError for keys that `kind` does not have, TypeError for values of the wrong type.
Result<TemporalFields> ReadTemporalFields(const Map& map, TemporalKind kind, FieldSources sources);

/// The day that the date fields describe. Without `base_days` the year and every field above a
/// given one must be there; with it, missing ones come from that day.
Result<int64_t> ComposeDate(const TemporalFields& fields, std::optional<int64_t> base_days);

/// Likewise for the time of day, in nanoseconds. Without hour and base it is midnight.
Result<int64_t> ComposeTime(const TemporalFields& fields, std::optional<int64_t> base_nanos);

}  // namespace kith::query

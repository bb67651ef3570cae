// SPDX-License-Identifier: Apache-2.0
// Components of temporal values, by name.
#include "query/function/temporal_access.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_parts.h"

namespace kith::query {
namespace {

// Each group returns nullopt for a name that is not its own.

std::optional<int64_t> DateComponent(int64_t days, std::string_view name) {
  if (name == "year") return CivilFromDays(days).year;
  if (name == "quarter") return QuarterDateOf(days).quarter;
  if (name == "month") return CivilFromDays(days).month;
  if (name == "week") return WeekDateOf(days).week;
  if (name == "weekYear") return WeekDateOf(days).year;
  if (name == "day") return CivilFromDays(days).day;
  if (name == "ordinalDay") return DayOfYear(days);
  if (name == "weekDay" || name == "dayOfWeek") return DayOfWeek(days);
  if (name == "dayOfQuarter") return QuarterDateOf(days).day_of_quarter;
  return std::nullopt;
}

std::optional<int64_t> TimeComponent(int64_t nanos, std::string_view name) {
  if (name == "hour") return nanos / kNanosPerHour;
  if (name == "minute") return nanos % kNanosPerHour / kNanosPerMinute;
  if (name == "second") return nanos % kNanosPerMinute / kNanosPerSecond;
  if (name == "millisecond") return nanos % kNanosPerSecond / 1'000'000;
  if (name == "microsecond") return nanos % kNanosPerSecond / 1'000;
  if (name == "nanosecond") return nanos % kNanosPerSecond;
  return std::nullopt;
}

// The canonical text of a time ends with its offset.
std::string OffsetText(int32_t offset_seconds) {
  return ToString(Time{0, offset_seconds}).substr(std::string_view("00:00").size());
}

std::optional<Value> ZoneComponent(const TemporalParts& parts, std::string_view name) {
  const int32_t offset = parts.offset_seconds.value_or(0);
  if (name == "timezone")
    return Value(parts.zone->IsNamed() ? parts.zone->name : OffsetText(offset));
  if (name == "offset") return Value(OffsetText(offset));
  if (name == "offsetMinutes") return Value(int64_t{offset / 60});
  if (name == "offsetSeconds") return Value(int64_t{offset});
  return std::nullopt;
}

std::optional<int64_t> DateDurationComponent(const Duration& duration, std::string_view name) {
  if (name == "years") return duration.months / 12;
  if (name == "quarters") return duration.months / 3;
  if (name == "months") return duration.months;
  if (name == "weeks") return duration.days / 7;
  if (name == "days") return duration.days;
  if (name == "quartersOfYear") return duration.months / 3 % 4;
  if (name == "monthsOfYear") return duration.months % 12;
  if (name == "monthsOfQuarter") return duration.months % 3;
  if (name == "daysOfWeek") return duration.days % 7;
  return std::nullopt;
}

std::optional<int64_t> TimeDurationComponent(const Duration& duration, std::string_view name) {
  if (name == "hours") return duration.seconds / 3600;
  if (name == "minutes") return duration.seconds / 60;
  if (name == "seconds") return duration.seconds;
  if (name == "minutesOfHour") return duration.seconds / 60 % 60;
  if (name == "secondsOfMinute") return duration.seconds % 60;
  if (name == "millisecondsOfSecond") return duration.nanos / 1'000'000;
  if (name == "microsecondsOfSecond") return duration.nanos / 1'000;
  if (name == "nanosecondsOfSecond") return duration.nanos;
  return std::nullopt;
}

Result<Value> EpochMillis(const DateTime& moment) {
  int64_t millis = 0;
  if (__builtin_mul_overflow(moment.epoch_seconds, int64_t{1000}, &millis) ||
      __builtin_add_overflow(millis, moment.nanos / 1'000'000, &millis)) {
    return TemporalRangeError(fmt::format(
        "{} has more milliseconds since 1970 than 64 bits count; ask for 'epochSeconds'",
        ToString(moment)));
  }
  return Value(millis);
}

// How many of the named unit make a second; 0 for other names.
int64_t UnitsPerSecond(std::string_view name) {
  if (name == "milliseconds") return 1'000;
  if (name == "microseconds") return 1'000'000;
  if (name == "nanoseconds") return kNanosPerSecond;
  return 0;
}

Result<Value> WholeInUnits(const Duration& duration, int64_t per_second, std::string_view name) {
  int64_t count = 0;
  if (__builtin_mul_overflow(duration.seconds, per_second, &count) ||
      __builtin_add_overflow(count, duration.nanos / (kNanosPerSecond / per_second), &count)) {
    return TemporalRangeError(fmt::format("{} has more {} than 64 bits count; ask for 'seconds'",
                                          ToString(duration), name));
  }
  return Value(count);
}

Status NoComponent(const Value& value, std::string_view name) {
  return TemporalArgumentError(
      fmt::format("a {} has no component '{}'", ValueTypeName(value.type()), name));
}

Result<Value> DurationComponent(const Value& value, std::string_view name) {
  const Duration& duration = value.AsDuration();
  if (const auto part = DateDurationComponent(duration, name)) return Value(*part);
  if (const auto part = TimeDurationComponent(duration, name)) return Value(*part);
  if (const int64_t per_second = UnitsPerSecond(name)) {
    return WholeInUnits(duration, per_second, name);
  }
  return NoComponent(value, name);
}

}  // namespace

Result<Value> TemporalComponent(const Value& value, std::string_view name) {
  if (value.type() == ValueType::kDuration) return DurationComponent(value, name);
  const TemporalParts parts = PartsOf(value);
  if (parts.days) {
    if (const auto part = DateComponent(*parts.days, name)) return Value(*part);
  }
  if (parts.nanos) {
    if (const auto part = TimeComponent(*parts.nanos, name)) return Value(*part);
  }
  if (parts.zone) {
    if (auto part = ZoneComponent(parts, name)) return *std::move(part);
  }
  if (value.type() == ValueType::kDateTime) {
    if (name == "epochSeconds") return Value(value.AsDateTime().epoch_seconds);
    if (name == "epochMillis") return EpochMillis(value.AsDateTime());
  }
  return NoComponent(value, name);
}

}  // namespace kith::query

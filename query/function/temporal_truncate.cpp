// SPDX-License-Identifier: Apache-2.0
// Truncation of temporal values to a unit.
#include "query/function/temporal_truncate.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_construct.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_fields.h"

namespace kith::query {
namespace {

// From the largest to the smallest; kDay and all before it are units of dates.
enum class TruncationUnit : uint8_t {
  kMillennium,
  kCentury,
  kDecade,
  kYear,
  kWeekYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
};

constexpr const char* kUnitNames[] = {
    "millennium", "century", "decade", "year",   "weekYear", "quarter",     "month",
    "week",       "day",     "hour",   "minute", "second",   "millisecond", "microsecond"};

Result<TruncationUnit> ReadUnit(std::string_view name) {
  for (size_t i = 0; i < std::size(kUnitNames); ++i) {
    if (name == kUnitNames[i]) return static_cast<TruncationUnit>(i);
  }
  return TemporalArgumentError(fmt::format(
      "'{}' is no unit to truncate to; the units are millennium, century, decade, year, weekYear, "
      "quarter, month, week, day, hour, minute, second, millisecond and microsecond",
      name));
}

Result<int64_t> TruncateDate(TruncationUnit unit, int64_t days) {
  const CivilDate civil = CivilFromDays(days);
  switch (unit) {
    case TruncationUnit::kMillennium:
      return DaysFromCalendar(FloorDivide(civil.year, 1000) * 1000, 1, 1);
    case TruncationUnit::kCentury:
      return DaysFromCalendar(FloorDivide(civil.year, 100) * 100, 1, 1);
    case TruncationUnit::kDecade: return DaysFromCalendar(FloorDivide(civil.year, 10) * 10, 1, 1);
    case TruncationUnit::kYear: return DaysFromCalendar(civil.year, 1, 1);
    case TruncationUnit::kWeekYear: return DaysFromWeek(WeekDateOf(days).year, 1, 1);
    case TruncationUnit::kQuarter:
      return DaysFromQuarter(civil.year, QuarterDateOf(days).quarter, 1);
    case TruncationUnit::kMonth: return DaysFromCalendar(civil.year, civil.month, 1);
    case TruncationUnit::kWeek: return AddToDate(days, 0, 1 - DayOfWeek(days));
    default: return days;
  }
}

int64_t TruncateTime(TruncationUnit unit, int64_t nanos) {
  switch (unit) {
    case TruncationUnit::kHour: return nanos - nanos % kNanosPerHour;
    case TruncationUnit::kMinute: return nanos - nanos % kNanosPerMinute;
    case TruncationUnit::kSecond: return nanos - nanos % kNanosPerSecond;
    case TruncationUnit::kMillisecond: return nanos - nanos % 1'000'000;
    case TruncationUnit::kMicrosecond: return nanos - nanos % 1'000;
    default: return 0;
  }
}

// Whether a value with these parts can be truncated to the unit and give the kind.
bool CanTruncate(TemporalKind kind, TruncationUnit unit, const TemporalParts& parts) {
  if (HasDate(kind) && !parts.days) return false;
  if (!HasDate(kind) && !parts.nanos) return false;
  if (unit > TruncationUnit::kDay) return HasTime(kind) && parts.nanos.has_value();
  return HasDate(kind) || unit == TruncationUnit::kDay;
}

// A fraction below the unit is added to what the unit kept, where elsewhere it replaces the
// fraction.
void KeepCoarserFraction(TruncationUnit unit, int64_t nanos, TemporalFields* fields) {
  using Field = TemporalField;
  const bool has_micros = fields->Has(Field::kMicrosecond);
  const bool has_nanos = fields->Has(Field::kNanosecond);
  const int64_t fraction = nanos % kNanosPerSecond;
  if (unit == TruncationUnit::kMillisecond && (has_micros || has_nanos) &&
      !fields->Has(Field::kMillisecond)) {
    fields->Set(Field::kMillisecond, fraction / 1'000'000);
  }
  if (unit == TruncationUnit::kMicrosecond && has_nanos && !has_micros &&
      !fields->Has(Field::kMillisecond)) {
    fields->Set(Field::kMicrosecond, fraction / 1'000);
  }
}

Result<Value> TruncateParts(TemporalKind kind, TruncationUnit unit, const Value& value,
                            TemporalFields fields, const TemporalSetting& setting) {
  TemporalParts parts = PartsOf(value);
  if (!CanTruncate(kind, unit, parts)) {
    return TemporalArgumentError(
        fmt::format("a {} cannot be truncated to '{}' as a {}", ValueTypeName(value.type()),
                    kUnitNames[static_cast<size_t>(unit)], KindName(kind)));
  }
  if (parts.days) {
    KITH_ASSIGN_OR_RETURN(parts.days, TruncateDate(unit, *parts.days));
  }
  if (parts.nanos) parts.nanos = TruncateTime(unit, *parts.nanos);
  if (fields.zone) parts.zone.reset();  // so that the zone keeps the local time
  KeepCoarserFraction(unit, parts.nanos.value_or(0), &fields);
  return ApplyFields(kind, fields, parts, setting);
}

}  // namespace

Result<Value> TruncateTemporal(TemporalKind kind, const Value& unit, const Value& value,
                               const Value& fields, const TemporalSetting& setting) {
  if (unit.IsNull() || value.IsNull() || fields.IsNull()) return Value();
  if (!unit.IsString() || !IsPointInTime(value) || !fields.IsMap()) {
    return TemporalTypeError(fmt::format(
        "truncate takes a string, a temporal value and a map, and the arguments are {}, {} and {}",
        ValueTypeName(unit.type()), ValueTypeName(value.type()), ValueTypeName(fields.type())));
  }
  KITH_ASSIGN_OR_RETURN(const TruncationUnit to, ReadUnit(unit.AsString()));
  KITH_ASSIGN_OR_RETURN(TemporalFields changes,
                        ReadTemporalFields(fields.AsMap(), kind, FieldSources::kNone));
  return TruncateParts(kind, to, value, std::move(changes), setting);
}

}  // namespace kith::query

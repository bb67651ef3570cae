// SPDX-License-Identifier: Apache-2.0
// Reading and combining the fields of temporal maps.
#include "query/function/temporal_fields.h"

#include <fmt/format.h>

#include <string>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"

namespace kith::query {
namespace {

using Field = TemporalField;

struct FieldName {
  const char* name;
  Field field;
};

constexpr FieldName kFieldNames[] = {
    {"year", Field::kYear},
    {"quarter", Field::kQuarter},
    {"month", Field::kMonth},
    {"week", Field::kWeek},
    {"day", Field::kDay},
    {"ordinalDay", Field::kOrdinalDay},
    {"dayOfWeek", Field::kDayOfWeek},
    {"dayOfQuarter", Field::kDayOfQuarter},
    {"hour", Field::kHour},
    {"minute", Field::kMinute},
    {"second", Field::kSecond},
    {"millisecond", Field::kMillisecond},
    {"microsecond", Field::kMicrosecond},
    {"nanosecond", Field::kNanosecond},
    {"epochSeconds", Field::kEpochSeconds},
    {"epochMillis", Field::kEpochMillis},
};

const char* NameOf(Field field) {
  for (const FieldName& entry : kFieldNames) {
    if (entry.field == field) return entry.name;
  }
  return "";
}

std::optional<Field> FindField(std::string_view name) {
  for (const FieldName& entry : kFieldNames) {
    if (name == entry.name) return entry.field;
  }
  return std::nullopt;
}

bool KindHasField(TemporalKind kind, Field field, FieldSources sources) {
  if (field <= Field::kDayOfQuarter) return HasDate(kind);
  if (field <= Field::kNanosecond) return HasTime(kind);
  return kind == TemporalKind::kDateTime && sources == FieldSources::kAll;
}

Status UnknownField(std::string_view name, TemporalKind kind) {
  return TemporalArgumentError(fmt::format("a {} cannot be made with '{}'", KindName(kind), name));
}

Status NeedsField(Field field, Field missing) {
  return TemporalArgumentError(
      fmt::format("'{}' needs '{}' beside it", NameOf(field), NameOf(missing)));
}

Status ReadNumber(const std::string& name, const Value& value, Field field,
                  TemporalFields* fields) {
  if (!value.IsInteger()) {
    return TemporalTypeError(
        fmt::format("'{}' must be an integer, and is {}", name, ValueTypeName(value.type())));
  }
  fields->Set(field, value.AsInteger());
  return Status::Ok();
}

Status ReadZone(const Value& value, TemporalFields* fields) {
  if (!value.IsString()) {
    return TemporalTypeError(
        fmt::format("'timezone' must be a string, and is {}", ValueTypeName(value.type())));
  }
  KITH_ASSIGN_OR_RETURN(fields->zone, ParseTimeZone(value.AsString()));
  return Status::Ok();
}

Status ReadSource(const std::string& name, const Value& value, TemporalFields* fields) {
  if (!IsPointInTime(value)) {
    return TemporalTypeError(
        fmt::format("'{}' must be a temporal value, and is {}", name, ValueTypeName(value.type())));
  }
  const TemporalParts parts = PartsOf(value);
  if ((name != "time" && !parts.days) || (name == "time" && !parts.nanos)) {
    return TemporalArgumentError(
        fmt::format("'{}' cannot be taken from a {}", name, ValueTypeName(value.type())));
  }
  (name == "date" ? fields->date : name == "time" ? fields->time : fields->datetime) = value;
  return Status::Ok();
}

Status ReadEntry(const std::string& name, const Value& value, TemporalKind kind,
                 FieldSources sources, TemporalFields* fields) {
  if (const std::optional<Field> field = FindField(name)) {
    if (!KindHasField(kind, *field, sources)) return UnknownField(name, kind);
    return ReadNumber(name, value, *field, fields);
  }
  if (name == "timezone") {
    // Without a zone of its own a kind can still be asked for as the current one somewhere.
    if (!HasZone(kind) && sources == FieldSources::kNone) return UnknownField(name, kind);
    return ReadZone(value, fields);
  }
  const bool is_source = (name == "date" && HasDate(kind)) || (name == "time" && HasTime(kind)) ||
                         (name == "datetime" && HasDate(kind) && HasTime(kind));
  if (!is_source || sources == FieldSources::kNone) return UnknownField(name, kind);
  return ReadSource(name, value, fields);
}

// The finer field of a pair needs the coarser one, unless a base has it.
Status CheckPair(const TemporalFields& fields, Field fine, Field coarse, bool has_base) {
  if (fields.Has(fine) && !fields.Has(coarse) && !has_base) return NeedsField(fine, coarse);
  return Status::Ok();
}

// A date is given by month and day, or by week, or by quarter, or by the day of the year.
Status CheckOneCalendar(const TemporalFields& fields) {
  std::optional<Field> chosen;
  const Field groups[][2] = {{Field::kMonth, Field::kDay},
                             {Field::kWeek, Field::kDayOfWeek},
                             {Field::kQuarter, Field::kDayOfQuarter},
                             {Field::kOrdinalDay, Field::kOrdinalDay}};
  for (const auto& group : groups) {
    if (!fields.Has(group[0]) && !fields.Has(group[1])) continue;
    const Field present = fields.Has(group[0]) ? group[0] : group[1];
    if (chosen) {
      return TemporalArgumentError(
          fmt::format("'{}' and '{}' cannot be given together", NameOf(*chosen), NameOf(present)));
    }
    chosen = present;
  }
  return Status::Ok();
}

Result<int64_t> FractionOfSecond(const TemporalFields& fields, int64_t base) {
  const bool has_millis = fields.Has(Field::kMillisecond);
  const bool has_micros = fields.Has(Field::kMicrosecond);
  const bool has_nanos = fields.Has(Field::kNanosecond);
  if (!has_millis && !has_micros && !has_nanos) return base;
  const int64_t millis = fields.at(Field::kMillisecond).value_or(0);
  const int64_t micros = fields.at(Field::kMicrosecond).value_or(0);
  const int64_t nanos = fields.at(Field::kNanosecond).value_or(0);
  // A finer field counts within the coarser one that stands beside it.
  const int64_t last_micro = has_millis ? 999 : 999'999;
  const int64_t last_nano = has_micros ? 999 : has_millis ? 999'999 : 999'999'999;
  KITH_RETURN_IF_ERROR(CheckPart("millisecond", millis, 0, 999));
  KITH_RETURN_IF_ERROR(CheckPart("microsecond", micros, 0, last_micro));
  KITH_RETURN_IF_ERROR(CheckPart("nanosecond", nanos, 0, last_nano));
  return millis * 1'000'000 + micros * 1'000 + nanos;
}

}  // namespace

Result<TemporalFields> ReadTemporalFields(const Map& map, TemporalKind kind, FieldSources sources) {
  TemporalFields fields;
  fields.count = map.size();
  for (const auto& [name, value] : map) {
    KITH_RETURN_IF_ERROR(ReadEntry(name, value, kind, sources, &fields));
  }
  return fields;
}

Result<int64_t> ComposeDate(const TemporalFields& fields, std::optional<int64_t> base_days) {
  const bool has_base = base_days.has_value();
  if (!has_base && !fields.Has(Field::kYear)) {
    return TemporalArgumentError("a date needs 'year', or a date to take it from");
  }
  KITH_RETURN_IF_ERROR(CheckOneCalendar(fields));
  KITH_RETURN_IF_ERROR(CheckPair(fields, Field::kDay, Field::kMonth, has_base));
  KITH_RETURN_IF_ERROR(CheckPair(fields, Field::kDayOfWeek, Field::kWeek, has_base));
  KITH_RETURN_IF_ERROR(CheckPair(fields, Field::kDayOfQuarter, Field::kQuarter, has_base));
  if (fields.Has(Field::kWeek) || fields.Has(Field::kDayOfWeek)) {
    const WeekDate base = has_base ? WeekDateOf(*base_days) : WeekDate{};
    return DaysFromWeek(fields.at(Field::kYear).value_or(base.year),
                        fields.at(Field::kWeek).value_or(base.week),
                        fields.at(Field::kDayOfWeek).value_or(base.day_of_week));
  }
  if (fields.Has(Field::kQuarter) || fields.Has(Field::kDayOfQuarter)) {
    const QuarterDate base = has_base ? QuarterDateOf(*base_days) : QuarterDate{};
    return DaysFromQuarter(fields.at(Field::kYear).value_or(base.year),
                           fields.at(Field::kQuarter).value_or(base.quarter),
                           fields.at(Field::kDayOfQuarter).value_or(base.day_of_quarter));
  }
  const CivilDate base = has_base ? CivilFromDays(*base_days) : CivilDate{};
  const int64_t year = fields.at(Field::kYear).value_or(base.year);
  if (fields.Has(Field::kOrdinalDay)) return DaysFromOrdinal(year, *fields.at(Field::kOrdinalDay));
  return DaysFromCalendar(year, fields.at(Field::kMonth).value_or(base.month),
                          fields.at(Field::kDay).value_or(base.day));
}

Result<int64_t> ComposeTime(const TemporalFields& fields, std::optional<int64_t> base_nanos) {
  const bool has_base = base_nanos.has_value();
  KITH_RETURN_IF_ERROR(CheckPair(fields, Field::kMinute, Field::kHour, has_base));
  KITH_RETURN_IF_ERROR(CheckPair(fields, Field::kSecond, Field::kMinute, has_base));
  for (const Field fine : {Field::kMillisecond, Field::kMicrosecond, Field::kNanosecond}) {
    KITH_RETURN_IF_ERROR(CheckPair(fields, fine, Field::kSecond, has_base));
  }
  const int64_t base = base_nanos.value_or(0);
  const int64_t hour = fields.at(Field::kHour).value_or(base / kNanosPerHour);
  const int64_t minute = fields.at(Field::kMinute).value_or(base % kNanosPerHour / kNanosPerMinute);
  const int64_t second =
      fields.at(Field::kSecond).value_or(base % kNanosPerMinute / kNanosPerSecond);
  KITH_RETURN_IF_ERROR(CheckPart("hour", hour, 0, 23));
  KITH_RETURN_IF_ERROR(CheckPart("minute", minute, 0, 59));
  KITH_RETURN_IF_ERROR(CheckPart("second", second, 0, 59));
  KITH_ASSIGN_OR_RETURN(const int64_t fraction, FractionOfSecond(fields, base % kNanosPerSecond));
  return hour * kNanosPerHour + minute * kNanosPerMinute + second * kNanosPerSecond + fraction;
}

}  // namespace kith::query

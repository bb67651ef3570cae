// SPDX-License-Identifier: Apache-2.0
// Construction of temporal values from text, maps and other temporal values.
#include "query/function/temporal_construct.h"

#include <fmt/format.h>

#include <utility>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_parse.h"
#include "query/function/temporal_parts.h"

namespace kith::query {
namespace {

using Field = TemporalField;

Result<Value> ParseTemporal(TemporalKind kind, std::string_view text,
                            const TemporalSetting& setting) {
  switch (kind) {
    case TemporalKind::kDate: return ToValue(ParseDate(text));
    case TemporalKind::kLocalTime: return ToValue(ParseLocalTime(text));
    case TemporalKind::kTime: {
      KITH_ASSIGN_OR_RETURN(const int32_t offset,
                            OffsetAt(setting.zone, setting.now.epoch_seconds));
      return ToValue(ParseTime(text, offset));
    }
    case TemporalKind::kLocalDateTime: return ToValue(ParseLocalDateTime(text));
    case TemporalKind::kDateTime: return ToValue(ParseDateTime(text, setting.zone));
  }
  return Value();
}

// {epochSeconds: s, nanosecond: n} and {epochMillis: m, nanosecond: n}
Result<Value> MakeFromEpochFields(const TemporalFields& fields, const TemporalSetting& setting) {
  const bool by_millis = fields.Has(Field::kEpochMillis);
  const size_t understood =
      1 + (fields.Has(Field::kNanosecond) ? 1u : 0u) + (fields.zone ? 1u : 0u);
  if (fields.count != understood) {
    return TemporalArgumentError(
        "epochSeconds or epochMillis can only have 'nanosecond' and 'timezone' beside them");
  }
  const int64_t nanos = fields.at(Field::kNanosecond).value_or(0);
  KITH_RETURN_IF_ERROR(CheckPart("nanosecond", nanos, 0, by_millis ? 999'999 : 999'999'999));
  Instant instant;
  if (by_millis) {
    const int64_t millis = *fields.at(Field::kEpochMillis);
    instant.epoch_seconds = FloorDivide(millis, 1000);
    instant.nanos = static_cast<int32_t>(FloorModulo(millis, 1000) * 1'000'000 + nanos);
  } else {
    instant.epoch_seconds = *fields.at(Field::kEpochSeconds);
    instant.nanos = static_cast<int32_t>(nanos);
  }
  return ToValue(AtInstant(instant, fields.zone.value_or(setting.zone)));
}

// The date, time and zone of the values named in the map. The zone belongs to the time.
Result<TemporalParts> BaseOf(const TemporalFields& fields) {
  if (!fields.datetime.IsNull()) {
    if (!fields.date.IsNull() || !fields.time.IsNull()) {
      return TemporalArgumentError("'datetime' cannot be given together with 'date' or 'time'");
    }
    return PartsOf(fields.datetime);
  }
  TemporalParts base;
  if (!fields.time.IsNull()) {
    base = PartsOf(fields.time);
    base.days.reset();
  }
  if (!fields.date.IsNull()) base.days = PartsOf(fields.date).days;
  return base;
}

bool IsOnlyZone(const TemporalFields& fields) {
  return fields.zone && fields.count == 1;
}

Result<Value> MakeFromMap(TemporalKind kind, const Map& map, const TemporalSetting& setting) {
  KITH_ASSIGN_OR_RETURN(const TemporalFields fields,
                        ReadTemporalFields(map, kind, FieldSources::kAll));
  if (IsOnlyZone(fields)) {
    KITH_ASSIGN_OR_RETURN(const TemporalParts current, PartsAt(setting.now, *fields.zone));
    return AssembleTemporal(kind, current);
  }
  if (fields.zone && !HasZone(kind)) {
    return TemporalArgumentError(
        fmt::format("a {} has no time zone; leave 'timezone' out", KindName(kind)));
  }
  if (fields.Has(Field::kEpochSeconds) || fields.Has(Field::kEpochMillis)) {
    return MakeFromEpochFields(fields, setting);
  }
  KITH_ASSIGN_OR_RETURN(const TemporalParts base, BaseOf(fields));
  if (!HasDate(kind) && !base.nanos && !fields.Has(Field::kHour)) {
    return TemporalArgumentError(
        fmt::format("a {} needs 'hour', or a time to take it from", KindName(kind)));
  }
  return ApplyFields(kind, fields, base, setting);
}

// Gives the assembled value the zone of the fields without changing its instant.
Result<Value> MoveToZone(TemporalKind kind, const Value& value, const TimeZone& zone,
                         const TemporalSetting& setting) {
  if (kind == TemporalKind::kDateTime) {
    const DateTime& moment = value.AsDateTime();
    return ToValue(AtInstant({moment.epoch_seconds, moment.nanos}, zone));
  }
  const Time time = value.AsTime();
  KITH_ASSIGN_OR_RETURN(const int32_t offset, OffsetAt(zone, setting.now.epoch_seconds));
  const int64_t shift = (int64_t{offset} - time.offset_seconds) * kNanosPerSecond;
  return Value(Time{FloorModulo(time.nanos + shift, kNanosPerDay), offset});
}

// Gives zoned kinds a zone whose clocks show the local time of the parts.
Status TakeZone(TemporalKind kind, const TimeZone& zone, const Instant& now, TemporalParts* parts) {
  parts->zone = zone;
  parts->offset_seconds.reset();
  // A time of day has no date, so a named zone gives it the offset of today.
  if (!HasDate(kind)) {
    KITH_ASSIGN_OR_RETURN(parts->offset_seconds, OffsetAt(zone, now.epoch_seconds));
  }
  return Status::Ok();
}

Result<Value> FromOther(TemporalKind kind, TemporalParts parts, const TemporalSetting& setting) {
  if (HasZone(kind) && !parts.zone) {
    KITH_RETURN_IF_ERROR(TakeZone(kind, setting.zone, setting.now, &parts));
  }
  return AssembleTemporal(kind, parts);
}

}  // namespace

Result<Value> ApplyFields(TemporalKind kind, const TemporalFields& fields,
                          const TemporalParts& base, const TemporalSetting& setting) {
  TemporalParts parts = base;
  if (HasDate(kind)) {
    KITH_ASSIGN_OR_RETURN(parts.days, ComposeDate(fields, base.days));
  }
  if (HasTime(kind)) {
    KITH_ASSIGN_OR_RETURN(parts.nanos, ComposeTime(fields, base.nanos));
  }
  const bool keeps_instant = base.zone.has_value();
  if (HasZone(kind) && !keeps_instant) {
    const TimeZone& zone = fields.zone ? *fields.zone : setting.zone;
    KITH_RETURN_IF_ERROR(TakeZone(kind, zone, setting.now, &parts));
  }
  KITH_ASSIGN_OR_RETURN(Value value, AssembleTemporal(kind, parts));
  if (!fields.zone || !keeps_instant) return value;
  return MoveToZone(kind, value, *fields.zone, setting);
}

Result<Value> MakeTemporal(TemporalKind kind, const Value& argument,
                           const TemporalSetting& setting) {
  if (argument.IsNull()) return Value();
  if (argument.IsString()) return ParseTemporal(kind, argument.AsString(), setting);
  if (argument.IsMap()) return MakeFromMap(kind, argument.AsMap(), setting);
  if (IsPointInTime(argument)) return FromOther(kind, PartsOf(argument), setting);
  return TemporalTypeError(fmt::format(
      "a {} is made from a string, a map or another temporal value, and the argument is {}",
      KindName(kind), ValueTypeName(argument.type())));
}

Result<Value> MakeCurrent(TemporalKind kind, const Value& zone, const Instant& now) {
  if (zone.IsNull()) return Value();
  if (!zone.IsString()) {
    return TemporalTypeError(
        fmt::format("a time zone is a string, and the argument is {}", ValueTypeName(zone.type())));
  }
  KITH_ASSIGN_OR_RETURN(const TimeZone place, ParseTimeZone(zone.AsString()));
  KITH_ASSIGN_OR_RETURN(const TemporalParts parts, PartsAt(now, place));
  return AssembleTemporal(kind, parts);
}

Result<Value> MakeFromEpoch(const Value& seconds, const Value& nanos) {
  if (seconds.IsNull() || nanos.IsNull()) return Value();
  if (!seconds.IsInteger() || !nanos.IsInteger()) {
    return TemporalTypeError(
        fmt::format("datetime.fromepoch takes two integers, and the arguments are {} and {}",
                    ValueTypeName(seconds.type()), ValueTypeName(nanos.type())));
  }
  KITH_RETURN_IF_ERROR(CheckPart("nanosecond", nanos.AsInteger(), 0, 999'999'999));
  return ToValue(
      AtInstant({seconds.AsInteger(), static_cast<int32_t>(nanos.AsInteger())}, TimeZone{}));
}

Result<Value> MakeFromEpochMillis(const Value& millis) {
  if (millis.IsNull()) return Value();
  if (!millis.IsInteger()) {
    return TemporalTypeError(
        fmt::format("datetime.fromepochmillis takes an integer, and the argument is {}",
                    ValueTypeName(millis.type())));
  }
  const int64_t count = millis.AsInteger();
  return ToValue(AtInstant(
      {FloorDivide(count, 1000), static_cast<int32_t>(FloorModulo(count, 1000) * 1'000'000)},
      TimeZone{}));
}

}  // namespace kith::query

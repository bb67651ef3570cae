// SPDX-License-Identifier: Apache-2.0
// Taking temporal values apart and putting them together.
#include "query/function/temporal_parts.h"

#include <fmt/format.h>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"

namespace kith::query {
namespace {

void SetLocal(int64_t seconds, int64_t nanos, TemporalParts* parts) {
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  parts->days = days;
  parts->nanos = (seconds - days * kSecondsPerDay) * kNanosPerSecond + nanos;
}

LocalDateTime LocalOf(const TemporalParts& parts) {
  const int64_t nanos = parts.nanos.value_or(0);
  return {*parts.days * kSecondsPerDay + nanos / kNanosPerSecond,
          static_cast<int32_t>(nanos % kNanosPerSecond)};
}

Result<Value> AssembleDateTime(const TemporalParts& parts) {
  const TimeZone zone = parts.zone.value_or(TimeZone{});
  KITH_ASSIGN_OR_RETURN(DateTime moment, AtLocal(LocalOf(parts), zone, parts.offset_seconds));
  return Value(std::move(moment));
}

}  // namespace

bool HasDate(TemporalKind kind) {
  return kind != TemporalKind::kLocalTime && kind != TemporalKind::kTime;
}

bool HasTime(TemporalKind kind) {
  return kind != TemporalKind::kDate;
}

bool HasZone(TemporalKind kind) {
  return kind == TemporalKind::kTime || kind == TemporalKind::kDateTime;
}

std::string_view KindName(TemporalKind kind) {
  switch (kind) {
    case TemporalKind::kDate: return "date";
    case TemporalKind::kLocalTime: return "local time";
    case TemporalKind::kTime: return "time";
    case TemporalKind::kLocalDateTime: return "local date-time";
    case TemporalKind::kDateTime: return "date-time";
  }
  return "temporal value";
}

bool IsPointInTime(const Value& value) {
  return value.IsTemporal() && value.type() != ValueType::kDuration;
}

TemporalParts PartsOf(const Value& value) {
  TemporalParts parts;
  switch (value.type()) {
    case ValueType::kDate: parts.days = value.AsDate().days; break;
    case ValueType::kLocalTime: parts.nanos = value.AsLocalTime().nanos; break;
    case ValueType::kTime:
      parts.nanos = value.AsTime().nanos;
      parts.offset_seconds = value.AsTime().offset_seconds;
      parts.zone = TimeZone{"", value.AsTime().offset_seconds};
      break;
    case ValueType::kLocalDateTime:
      SetLocal(value.AsLocalDateTime().seconds, value.AsLocalDateTime().nanos, &parts);
      break;
    case ValueType::kDateTime: {
      const DateTime& moment = value.AsDateTime();
      SetLocal(moment.epoch_seconds + moment.offset_seconds, moment.nanos, &parts);
      parts.offset_seconds = moment.offset_seconds;
      parts.zone = TimeZone{moment.zone, moment.zone.empty() ? moment.offset_seconds : 0};
      break;
    }
    default: break;
  }
  return parts;
}

Result<Value> AssembleTemporal(TemporalKind kind, const TemporalParts& parts) {
  if (HasDate(kind) && !parts.days) {
    return TemporalArgumentError(
        fmt::format("a {} needs a date, and a time has none", KindName(kind)));
  }
  if (!HasDate(kind) && !parts.nanos) {
    return TemporalArgumentError(
        fmt::format("a {} needs a time of day, and a date has none", KindName(kind)));
  }
  switch (kind) {
    case TemporalKind::kDate: return Value(Date{*parts.days});
    case TemporalKind::kLocalTime: return Value(LocalTime{*parts.nanos});
    case TemporalKind::kTime: return Value(Time{*parts.nanos, parts.offset_seconds.value_or(0)});
    case TemporalKind::kLocalDateTime: return Value(LocalOf(parts));
    case TemporalKind::kDateTime: return AssembleDateTime(parts);
  }
  return Value();
}

Result<TemporalParts> PartsAt(const Instant& now, const TimeZone& zone) {
  KITH_ASSIGN_OR_RETURN(DateTime moment, AtInstant(now, zone));
  return PartsOf(Value(std::move(moment)));
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Arithmetic of points in time with durations.
#include "query/function/temporal_operators.h"

#include <fmt/format.h>

#include <utility>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_duration.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_parts.h"
#include "query/function/temporal_zone.h"

namespace kith::query {
namespace {

Status NoOperator(const char* operation, const Value& a, const Value& b) {
  return TemporalTypeError(fmt::format("{} is not defined for {} and {}", operation,
                                       ValueTypeName(a.type()), ValueTypeName(b.type())));
}

bool IsDuration(const Value& value) {
  return value.type() == ValueType::kDuration;
}

// Whole days in the time part, rounded toward zero.
int64_t WholeDays(const Duration& duration) {
  const bool rounds_up = duration.seconds < 0 && duration.nanos > 0;
  return (duration.seconds + (rounds_up ? 1 : 0)) / kSecondsPerDay;
}

Result<Date> AddToDay(Date date, const Duration& duration) {
  int64_t days = 0;
  if (__builtin_add_overflow(duration.days, WholeDays(duration), &days)) {
    return TemporalRangeError("the date lies outside the years -999999999 to 999999999");
  }
  KITH_ASSIGN_OR_RETURN(const int64_t sum, AddToDate(date.days, duration.months, days));
  return Date{sum};
}

int64_t AddToTimeOfDay(int64_t nanos, const Duration& duration) {
  const int64_t below_day = duration.seconds % kSecondsPerDay * kNanosPerSecond + duration.nanos;
  return FloorModulo(nanos + below_day, kNanosPerDay);
}

Result<LocalDateTime> AddToLocal(const LocalDateTime& local, int64_t seconds, int32_t nanos) {
  const int64_t all_nanos = int64_t{local.nanos} + nanos;
  const int64_t carry = all_nanos / kNanosPerSecond;
  int64_t sum = 0;
  if (__builtin_add_overflow(local.seconds + carry, seconds, &sum) ||
      FloorDivide(sum, kSecondsPerDay) < kFirstDay || FloorDivide(sum, kSecondsPerDay) > kLastDay) {
    return TemporalRangeError("the date-time lies outside the years -999999999 to 999999999");
  }
  return LocalDateTime{sum, static_cast<int32_t>(all_nanos % kNanosPerSecond)};
}

Result<LocalDateTime> AddDatePart(const LocalDateTime& local, const Duration& duration) {
  const int64_t day = FloorDivide(local.seconds, kSecondsPerDay);
  KITH_ASSIGN_OR_RETURN(const int64_t sum, AddToDate(day, duration.months, duration.days));
  return LocalDateTime{local.seconds + (sum - day) * kSecondsPerDay, local.nanos};
}

// Months and days move on the local calendar, the time part moves the instant.
Result<DateTime> AddToMoment(const DateTime& moment, const Duration& duration) {
  const TimeZone zone{moment.zone, moment.zone.empty() ? moment.offset_seconds : 0};
  Instant instant{moment.epoch_seconds, moment.nanos};
  if (duration.months != 0 || duration.days != 0) {
    const LocalDateTime local{moment.epoch_seconds + moment.offset_seconds, moment.nanos};
    KITH_ASSIGN_OR_RETURN(const LocalDateTime moved, AddDatePart(local, duration));
    KITH_ASSIGN_OR_RETURN(const DateTime day, AtLocal(moved, zone, moment.offset_seconds));
    instant = {day.epoch_seconds, day.nanos};
  }
  KITH_ASSIGN_OR_RETURN(const LocalDateTime sum, AddToLocal({instant.epoch_seconds, instant.nanos},
                                                            duration.seconds, duration.nanos));
  return AtInstant({sum.seconds, sum.nanos}, zone);
}

Result<Value> AddDurationTo(const Value& point, const Duration& duration) {
  switch (point.type()) {
    case ValueType::kDate: return ToValue(AddToDay(point.AsDate(), duration));
    case ValueType::kLocalTime:
      return Value(LocalTime{AddToTimeOfDay(point.AsLocalTime().nanos, duration)});
    case ValueType::kTime: {
      const Time time = point.AsTime();
      return Value(Time{AddToTimeOfDay(time.nanos, duration), time.offset_seconds});
    }
    case ValueType::kLocalDateTime: {
      KITH_ASSIGN_OR_RETURN(const LocalDateTime moved,
                            AddDatePart(point.AsLocalDateTime(), duration));
      return ToValue(AddToLocal(moved, duration.seconds, duration.nanos));
    }
    default: return ToValue(AddToMoment(point.AsDateTime(), duration));
  }
}

}  // namespace

Result<Value> AddTemporal(const Value& a, const Value& b) {
  if (IsDuration(a) && IsDuration(b)) return ToValue(AddDurations(a.AsDuration(), b.AsDuration()));
  if (IsPointInTime(a) && IsDuration(b)) return AddDurationTo(a, b.AsDuration());
  if (IsDuration(a) && IsPointInTime(b)) return AddDurationTo(b, a.AsDuration());
  return NoOperator("addition", a, b);
}

Result<Value> SubtractTemporal(const Value& a, const Value& b) {
  if (!IsDuration(b) || !(IsDuration(a) || IsPointInTime(a))) {
    return NoOperator("subtraction", a, b);
  }
  KITH_ASSIGN_OR_RETURN(const Duration negated, NegateDuration(b.AsDuration()));
  if (IsDuration(a)) return ToValue(AddDurations(a.AsDuration(), negated));
  return AddDurationTo(a, negated);
}

Result<Value> MultiplyTemporal(const Value& a, const Value& b) {
  if (IsDuration(a) && b.IsNumber()) return ToValue(MultiplyDuration(a.AsDuration(), b));
  if (IsDuration(b) && a.IsNumber()) return ToValue(MultiplyDuration(b.AsDuration(), a));
  return NoOperator("multiplication", a, b);
}

Result<Value> DivideTemporal(const Value& a, const Value& b) {
  if (IsDuration(a) && b.IsNumber()) return ToValue(DivideDuration(a.AsDuration(), b));
  return NoOperator("division", a, b);
}

}  // namespace kith::query

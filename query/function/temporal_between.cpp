// SPDX-License-Identifier: Apache-2.0
// The distance between two points in time.
#include "query/function/temporal_between.h"

#include <fmt/format.h>

#include <optional>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_duration.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_parts.h"
#include "query/function/temporal_zone.h"

namespace kith::query {
namespace {

// A point on the time line: the local clock, and the instant. Without a zone the two are the same.
struct Point {
  LocalDateTime local;
  LocalDateTime instant;
};

struct Line {
  Point from;
  Point to;
  std::optional<TimeZone> zone;  // in which days and months are counted
  bool has_dates = false;        // both sides came with a date
};

LocalDateTime ClockOf(int64_t days, int64_t nanos) {
  return {days * kSecondsPerDay + nanos / kNanosPerSecond,
          static_cast<int32_t>(nanos % kNanosPerSecond)};
}

Result<Point> PointAt(const LocalDateTime& local, const std::optional<TimeZone>& zone,
                      std::optional<int32_t> offset_seconds) {
  if (!zone) return Point{local, local};
  KITH_ASSIGN_OR_RETURN(const DateTime moment, AtLocal(local, *zone, offset_seconds));
  return Point{{moment.epoch_seconds + moment.offset_seconds, moment.nanos},
               {moment.epoch_seconds, moment.nanos}};
}

// Shows a point on the clocks of another zone.
Result<Point> Reclocked(const Point& point, const std::optional<TimeZone>& zone) {
  if (!zone) return point;
  KITH_ASSIGN_OR_RETURN(const int32_t offset, OffsetAt(*zone, point.instant.seconds));
  return Point{{point.instant.seconds + offset, point.instant.nanos}, point.instant};
}

// Puts both values on one time line, each taking over what it lacks from the other.
Result<Line> LineOf(const TemporalParts& from, const TemporalParts& to) {
  Line line;
  line.has_dates = from.days && to.days;
  line.zone = from.zone ? from.zone : to.zone;
  const std::optional<TimeZone> to_zone = to.zone ? to.zone : from.zone;
  const int64_t from_days = from.days ? *from.days : to.days.value_or(0);
  const int64_t to_days = to.days ? *to.days : from_days;
  KITH_ASSIGN_OR_RETURN(line.from, PointAt(ClockOf(from_days, from.nanos.value_or(0)), line.zone,
                                           from.offset_seconds));
  KITH_ASSIGN_OR_RETURN(
      line.to, PointAt(ClockOf(to_days, to.nanos.value_or(0)), to_zone, to.offset_seconds));
  KITH_ASSIGN_OR_RETURN(line.to, Reclocked(line.to, line.zone));
  return line;
}

// Whole days from one local clock reading to another, rounded toward zero.
int64_t DaysBetween(const LocalDateTime& from, const LocalDateTime& to) {
  int64_t seconds = to.seconds - from.seconds;
  // The nanoseconds decide whether the last second is whole.
  if (seconds > 0 && to.nanos < from.nanos) --seconds;
  if (seconds < 0 && to.nanos > from.nanos) ++seconds;
  return seconds / kSecondsPerDay;
}

// Whole months, rounded toward zero: compares (day of month, time of day) within the last month.
int64_t MonthsBetween(const LocalDateTime& from, const LocalDateTime& to) {
  const int64_t from_day = FloorDivide(from.seconds, kSecondsPerDay);
  const int64_t to_day = FloorDivide(to.seconds, kSecondsPerDay);
  const CivilDate a = CivilFromDays(from_day);
  const CivilDate b = CivilFromDays(to_day);
  int64_t months = (b.year - a.year) * 12 + (b.month - a.month);
  const LocalDateTime a_in_month{from.seconds + (a.day - 1 - from_day) * kSecondsPerDay,
                                 from.nanos};
  const LocalDateTime b_in_month{to.seconds + (b.day - 1 - to_day) * kSecondsPerDay, to.nanos};
  if (months > 0 && b_in_month < a_in_month) --months;
  if (months < 0 && b_in_month > a_in_month) ++months;
  return months;
}

Result<Point> Advance(const Point& from, const std::optional<TimeZone>& zone, int64_t months,
                      int64_t days) {
  const int64_t day = FloorDivide(from.local.seconds, kSecondsPerDay);
  KITH_ASSIGN_OR_RETURN(const int64_t moved, AddToDate(day, months, days));
  const LocalDateTime local{from.local.seconds + (moved - day) * kSecondsPerDay, from.local.nanos};
  const auto offset = static_cast<int32_t>(from.local.seconds - from.instant.seconds);
  return PointAt(local, zone, offset);
}

Result<Duration> Difference(const Point& from, const Point& to) {
  return DurationOfTime(to.instant.seconds - from.instant.seconds,
                        int64_t{to.instant.nanos} - from.instant.nanos);
}

Result<Duration> Measure(DurationScale scale, const Line& line) {
  if (scale == DurationScale::kSeconds) return Difference(line.from, line.to);
  Duration duration;
  Point reached = line.from;
  if (line.has_dates && scale != DurationScale::kDays) {
    duration.months = MonthsBetween(line.from.local, line.to.local);
    KITH_ASSIGN_OR_RETURN(reached, Advance(reached, line.zone, duration.months, 0));
  }
  if (scale == DurationScale::kMonths) return duration;
  if (line.has_dates) {
    duration.days = DaysBetween(reached.local, line.to.local);
    KITH_ASSIGN_OR_RETURN(reached, Advance(reached, line.zone, 0, duration.days));
  }
  if (scale == DurationScale::kDays) return duration;
  KITH_ASSIGN_OR_RETURN(Duration rest, Difference(reached, line.to));
  rest.months = duration.months;
  rest.days = duration.days;
  return rest;
}

}  // namespace

Result<Value> DurationBetween(DurationScale scale, const Value& from, const Value& to) {
  if (from.IsNull() || to.IsNull()) return Value();
  if (!IsPointInTime(from) || !IsPointInTime(to)) {
    return TemporalTypeError(
        fmt::format("a duration lies between two temporal values, and the arguments are {} and {}",
                    ValueTypeName(from.type()), ValueTypeName(to.type())));
  }
  KITH_ASSIGN_OR_RETURN(const Line line, LineOf(PartsOf(from), PartsOf(to)));
  KITH_ASSIGN_OR_RETURN(Duration duration, Measure(scale, line));
  return Value(std::move(duration));
}

}  // namespace kith::query

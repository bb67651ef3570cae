// SPDX-License-Identifier: Apache-2.0
// Weeks, quarters and day numbers, with every part checked.
#include "query/function/temporal_calendar.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/function/temporal_error.h"

namespace kith::query {
namespace {

// 1970-01-01 was a Thursday, three days after a Monday.
constexpr int64_t kEpochDaysAfterMonday = 3;

int64_t FirstDayOfYear(int64_t year) {
  return DaysFromCivil({year, 1, 1});
}

int64_t FirstDayOfQuarter(int64_t year, int64_t quarter) {
  return DaysFromCivil({year, static_cast<int32_t>(quarter * 3 - 2), 1});
}

Result<int64_t> CheckDay(int64_t days) {
  if (days < kFirstDay || days > kLastDay) {
    return TemporalRangeError("the date lies outside the years -999999999 to 999999999");
  }
  return days;
}

}  // namespace

int64_t DayOfWeek(int64_t days) {
  return FloorModulo(days + kEpochDaysAfterMonday, 7) + 1;
}

int64_t DayOfYear(int64_t days) {
  return days - FirstDayOfYear(CivilFromDays(days).year) + 1;
}

int64_t FirstDayOfWeekYear(int64_t week_year) {
  // January 4th always lies in week 1.
  const int64_t fourth = FirstDayOfYear(week_year) + 3;
  return fourth - (DayOfWeek(fourth) - 1);
}

int64_t WeeksInYear(int64_t week_year) {
  return (FirstDayOfWeekYear(week_year + 1) - FirstDayOfWeekYear(week_year)) / 7;
}

WeekDate WeekDateOf(int64_t days) {
  // The Thursday of a week lies in the year that the week belongs to.
  const int64_t day_of_week = DayOfWeek(days);
  const int64_t year = CivilFromDays(days + 4 - day_of_week).year;
  return {year, (days - FirstDayOfWeekYear(year)) / 7 + 1, day_of_week};
}

QuarterDate QuarterDateOf(int64_t days) {
  const CivilDate civil = CivilFromDays(days);
  const int64_t quarter = (civil.month + 2) / 3;
  return {civil.year, quarter, days - FirstDayOfQuarter(civil.year, quarter) + 1};
}

Status CheckPart(const char* name, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return TemporalArgumentError(
      fmt::format("{} is {}, and must be {} to {}", name, value, low, high));
}

Result<int64_t> DaysFromCalendar(int64_t year, int64_t month, int64_t day) {
  KITH_RETURN_IF_ERROR(CheckPart("year", year, kMinYear, kMaxYear));
  KITH_RETURN_IF_ERROR(CheckPart("month", month, 1, 12));
  const auto month_number = static_cast<int32_t>(month);
  const int32_t last = DaysInMonth(year, month_number);
  if (day < 1 || day > last) {
    return TemporalArgumentError(
        fmt::format("day is {}, and month {} of year {} has days 1 to {}", day, month, year, last));
  }
  return DaysFromCivil({year, month_number, static_cast<int32_t>(day)});
}

Result<int64_t> DaysFromWeek(int64_t year, int64_t week, int64_t day_of_week) {
  KITH_RETURN_IF_ERROR(CheckPart("year", year, kMinYear, kMaxYear));
  KITH_RETURN_IF_ERROR(CheckPart("dayOfWeek", day_of_week, 1, 7));
  const int64_t weeks = WeeksInYear(year);
  if (week < 1 || week > weeks) {
    return TemporalArgumentError(
        fmt::format("week is {}, and year {} has weeks 1 to {}", week, year, weeks));
  }
  return CheckDay(FirstDayOfWeekYear(year) + (week - 1) * 7 + day_of_week - 1);
}

Result<int64_t> DaysFromQuarter(int64_t year, int64_t quarter, int64_t day_of_quarter) {
  KITH_RETURN_IF_ERROR(CheckPart("year", year, kMinYear, kMaxYear));
  KITH_RETURN_IF_ERROR(CheckPart("quarter", quarter, 1, 4));
  const int64_t first = FirstDayOfQuarter(year, quarter);
  const int64_t next =
      quarter == 4 ? FirstDayOfYear(year + 1) : FirstDayOfQuarter(year, quarter + 1);
  if (day_of_quarter < 1 || day_of_quarter > next - first) {
    return TemporalArgumentError(
        fmt::format("dayOfQuarter is {}, and quarter {} of year {} has days 1 to {}",
                    day_of_quarter, quarter, year, next - first));
  }
  return first + day_of_quarter - 1;
}

Result<int64_t> DaysFromOrdinal(int64_t year, int64_t ordinal_day) {
  KITH_RETURN_IF_ERROR(CheckPart("year", year, kMinYear, kMaxYear));
  const int64_t length = IsLeapYear(year) ? 366 : 365;
  if (ordinal_day < 1 || ordinal_day > length) {
    return TemporalArgumentError(
        fmt::format("ordinalDay is {}, and year {} has days 1 to {}", ordinal_day, year, length));
  }
  return FirstDayOfYear(year) + ordinal_day - 1;
}

Result<int64_t> AddToDate(int64_t days, int64_t months, int64_t more_days) {
  if (months != 0) {
    const CivilDate civil = CivilFromDays(days);
    int64_t month_count = 0;
    if (__builtin_add_overflow(civil.year * 12 + civil.month - 1, months, &month_count)) {
      return TemporalRangeError("the date lies outside the years -999999999 to 999999999");
    }
    const int64_t year = FloorDivide(month_count, 12);
    if (year < kMinYear || year > kMaxYear) {
      return TemporalRangeError("the date lies outside the years -999999999 to 999999999");
    }
    const auto month = static_cast<int32_t>(FloorModulo(month_count, 12) + 1);
    days = DaysFromCivil({year, month, std::min(civil.day, DaysInMonth(year, month))});
  }
  if (__builtin_add_overflow(days, more_days, &days)) {
    return TemporalRangeError("the date lies outside the years -999999999 to 999999999");
  }
  return CheckDay(days);
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Calendar arithmetic above engine/base/temporal.h: weeks, quarters, day numbers and adding months.
// A day is a count of days since 1970-01-01, inside [kFirstDay, kLastDay].
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>

#include "engine/base/result.h"
#include "engine/base/temporal.h"

namespace kith::query {

inline constexpr int64_t kFirstDay = -365'243'219'162;  ///< -999999999-01-01
inline constexpr int64_t kLastDay = 365'241'780'471;    ///< +999999999-12-31
inline constexpr int64_t kNanosPerMinute = 60 * kNanosPerSecond;
inline constexpr int64_t kNanosPerHour = 60 * kNanosPerMinute;

/// A day as ISO 8601 week date. Week 1 holds the first Thursday of the year; Monday is day 1.
struct WeekDate {
  int64_t year = 1970;
  int64_t week = 1;
  int64_t day_of_week = 1;
};

/// A day within its quarter, both counted from 1.
struct QuarterDate {
  int64_t year = 1970;
  int64_t quarter = 1;
  int64_t day_of_quarter = 1;
};

constexpr int64_t FloorDivide(int64_t dividend, int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}
constexpr int64_t FloorModulo(int64_t dividend, int64_t divisor) {
  // Not by way of FloorDivide: near the least integer its product would overflow.
  const int64_t remainder = dividend % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}
static_assert(FloorModulo(INT64_MIN, 1000) == 192);

/// Monday 1 to Sunday 7.
int64_t DayOfWeek(int64_t days);
/// Day of the year, counted from 1.
int64_t DayOfYear(int64_t days);
WeekDate WeekDateOf(int64_t days);
QuarterDate QuarterDateOf(int64_t days);
/// 52 or 53.
int64_t WeeksInYear(int64_t week_year);
/// The Monday of week 1.
int64_t FirstDayOfWeekYear(int64_t week_year);

// Each checks every part; ArgumentError names the part, its value and its range.
Result<int64_t> DaysFromCalendar(int64_t year, int64_t month, int64_t day);
Result<int64_t> DaysFromWeek(int64_t year, int64_t week, int64_t day_of_week);
Result<int64_t> DaysFromQuarter(int64_t year, int64_t quarter, int64_t day_of_quarter);
Result<int64_t> DaysFromOrdinal(int64_t year, int64_t ordinal_day);

/// Adds months and then days; a day past the end of the month becomes its last day. ArgumentError
/// when the years -999,999,999 to 999,999,999 are left.
Result<int64_t> AddToDate(int64_t days, int64_t months, int64_t more_days);

/// Checks that a part lies in [low, high].
Status CheckPart(const char* name, int64_t value, int64_t low, int64_t high);

}  // namespace kith::query

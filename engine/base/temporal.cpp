// SPDX-License-Identifier: Apache-2.0
// The calendar over 64-bit days and the canonical text of all six types.
#include "engine/base/temporal.h"

#include <fmt/format.h>

#include <iterator>

namespace kith {
namespace {

// The calendar repeats after 400 years, an "era", counted from 0000-03-01 so that the leap day is
// the last day of its year.
constexpr int64_t kDaysPerEra = 146'097;
constexpr int64_t kDaysFromEraZeroToEpoch = 719'468;
constexpr int64_t kNanosPerMinute = 60 * kNanosPerSecond;
constexpr int64_t kNanosPerHour = 60 * kNanosPerMinute;

constexpr int64_t FloorDivide(int64_t dividend, int64_t divisor) {
  const int64_t quotient = dividend / divisor;
  return quotient - (dividend % divisor < 0 ? 1 : 0);
}

constexpr int64_t FloorRemainder(int64_t dividend, int64_t divisor) {
  const int64_t remainder = dividend % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

void AppendFraction(int64_t nanos, std::string* out) {
  if (nanos == 0) return;
  fmt::format_to(std::back_inserter(*out), ".{:09}", nanos);
  while (out->back() == '0') out->pop_back();
}

void AppendDate(int64_t days, std::string* out) {
  const CivilDate civil = CivilFromDays(days);
  const char* sign = civil.year < 0 ? "-" : civil.year > 9999 ? "+" : "";
  const int64_t magnitude = civil.year < 0 ? -civil.year : civil.year;
  fmt::format_to(std::back_inserter(*out), "{}{:04}-{:02}-{:02}", sign, magnitude, civil.month,
                 civil.day);
}

void AppendTimeOfDay(int64_t nanos, std::string* out) {
  const int64_t hour = nanos / kNanosPerHour;
  const int64_t minute = nanos % kNanosPerHour / kNanosPerMinute;
  const int64_t below_minute = nanos % kNanosPerMinute;
  fmt::format_to(std::back_inserter(*out), "{:02}:{:02}", hour, minute);
  if (below_minute == 0) return;
  fmt::format_to(std::back_inserter(*out), ":{:02}", below_minute / kNanosPerSecond);
  AppendFraction(below_minute % kNanosPerSecond, out);
}

void AppendOffset(int32_t offset_seconds, std::string* out) {
  if (offset_seconds == 0) {
    out->push_back('Z');
    return;
  }
  const int64_t magnitude = offset_seconds < 0 ? -int64_t{offset_seconds} : offset_seconds;
  fmt::format_to(std::back_inserter(*out), "{}{:02}:{:02}", offset_seconds < 0 ? '-' : '+',
                 magnitude / 3600, magnitude / 60 % 60);
  if (magnitude % 60 != 0) {
    fmt::format_to(std::back_inserter(*out), ":{:02}", magnitude % 60);
  }
}

void AppendLocalDateTime(int64_t seconds, int32_t nanos, std::string* out) {
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  AppendDate(days, out);
  out->push_back('T');
  AppendTimeOfDay((seconds - days * kSecondsPerDay) * kNanosPerSecond + nanos, out);
}

void AppendUnit(int64_t amount, char unit, std::string* out) {
  if (amount != 0) fmt::format_to(std::back_inserter(*out), "{}{}", amount, unit);
}

// The time part of a duration: every unit carries the sign of the whole part.
void AppendDurationTime(int64_t seconds, int64_t nanos, std::string* out) {
  const bool negative = seconds < 0;
  if (negative && nanos != 0) {
    seconds += 1;
    nanos = kNanosPerSecond - nanos;
  }
  out->push_back('T');
  AppendUnit(seconds / 3600, 'H', out);
  AppendUnit(seconds % 3600 / 60, 'M', out);
  const int64_t below_minute = seconds % 60;
  if (below_minute == 0 && nanos == 0) return;
  if (negative) out->push_back('-');
  fmt::format_to(std::back_inserter(*out), "{}", negative ? -below_minute : below_minute);
  AppendFraction(nanos, out);
  out->push_back('S');
}

}  // namespace

int64_t DaysFromCivil(const CivilDate& civil) {
  const int64_t year = civil.month <= 2 ? civil.year - 1 : civil.year;
  const int64_t era = FloorDivide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = (civil.month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysFromEraZeroToEpoch;
}

CivilDate CivilFromDays(int64_t days) {
  // The shift to era zero happens after the division, and the remainder is not made from the
  // quotient, so that no count of days can overflow.
  int64_t era = FloorDivide(days, kDaysPerEra) + kDaysFromEraZeroToEpoch / kDaysPerEra;
  int64_t day_of_era = FloorRemainder(days, kDaysPerEra) + kDaysFromEraZeroToEpoch % kDaysPerEra;
  if (day_of_era >= kDaysPerEra) {
    day_of_era -= kDaysPerEra;
    ++era;
  }
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / (kDaysPerEra - 1)) /
      365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  CivilDate civil;
  civil.day = static_cast<int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  civil.month = static_cast<int32_t>((month_from_march + 2) % 12 + 1);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  return civil;
}

bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t DaysInMonth(int64_t year, int32_t month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::string ToString(const Date& value) {
  std::string out;
  AppendDate(value.days, &out);
  return out;
}

std::string ToString(const LocalTime& value) {
  std::string out;
  AppendTimeOfDay(value.nanos, &out);
  return out;
}

std::string ToString(const Time& value) {
  std::string out;
  AppendTimeOfDay(value.nanos, &out);
  AppendOffset(value.offset_seconds, &out);
  return out;
}

std::string ToString(const LocalDateTime& value) {
  std::string out;
  AppendLocalDateTime(value.seconds, value.nanos, &out);
  return out;
}

std::string ToString(const DateTime& value) {
  std::string out;
  AppendLocalDateTime(value.epoch_seconds + value.offset_seconds, value.nanos, &out);
  AppendOffset(value.offset_seconds, &out);
  if (!value.zone.empty()) fmt::format_to(std::back_inserter(out), "[{}]", value.zone);
  return out;
}

std::string ToString(const Duration& value) {
  if (value == Duration{}) return "PT0S";
  std::string out = "P";
  AppendUnit(value.months / 12, 'Y', &out);
  AppendUnit(value.months % 12, 'M', &out);
  AppendUnit(value.days, 'D', &out);
  if (value.seconds != 0 || value.nanos != 0) {
    AppendDurationTime(value.seconds, value.nanos, &out);
  }
  return out;
}

}  // namespace kith

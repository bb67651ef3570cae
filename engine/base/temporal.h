// SPDX-License-Identifier: Apache-2.0
// The temporal values of openCypher as plain data: proleptic Gregorian calendar, nanoseconds, years
// -999,999,999 to +999,999,999. This header knows the calendar and the canonical text, not time
// zone rules: a DateTime carries the offset that its zone had (query/function resolves zones).
//
// Thread safety: plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "engine/base/export.h"

namespace kith {

inline constexpr int64_t kMaxYear = 999'999'999;
inline constexpr int64_t kMinYear = -999'999'999;
inline constexpr int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr int64_t kSecondsPerDay = 86'400;
/// How long a month counts where durations are ordered: a 12th of the mean Gregorian year.
inline constexpr int64_t kMeanMonthSeconds = 2'629'746;
inline constexpr int64_t kNanosPerDay = kNanosPerSecond * kSecondsPerDay;

/// A day of the calendar, as days since 1970-01-01.
struct Date {
  int64_t days = 0;
  auto operator<=>(const Date&) const = default;
};

/// A time of day without a zone, as nanoseconds since midnight, 0 to kNanosPerDay - 1.
struct LocalTime {
  int64_t nanos = 0;
  auto operator<=>(const LocalTime&) const = default;
};

/// A time of day with an offset from UTC. `nanos` is the local time.
struct Time {
  int64_t nanos = 0;
  int32_t offset_seconds = 0;
  bool operator==(const Time&) const = default;
};

/// A date and time of day without a zone: seconds since 1970-01-01T00:00:00 on the local clock.
struct LocalDateTime {
  int64_t seconds = 0;
  int32_t nanos = 0;  ///< 0 to 999,999,999
  auto operator<=>(const LocalDateTime&) const = default;
};

/// An instant with the offset, and the zone where one is named, in which it is shown.
struct DateTime {
  int64_t epoch_seconds = 0;  ///< UTC
  int32_t nanos = 0;          ///< 0 to 999,999,999
  int32_t offset_seconds = 0;
  std::string zone;  ///< IANA name, empty when only an offset was given.
  bool operator==(const DateTime&) const = default;
};

/// Months, days, seconds and nanoseconds apart, as openCypher defines. nanos is 0 to 999,999,999
/// and seconds carries the sign of the time part (floor division).
struct Duration {
  int64_t months = 0;
  int64_t days = 0;
  int64_t seconds = 0;
  int32_t nanos = 0;
  bool operator==(const Duration&) const = default;
};

/// Year, month 1..12, day 1..31 of the proleptic Gregorian calendar.
struct CivilDate {
  int64_t year = 1970;
  int32_t month = 1;
  int32_t day = 1;
};

/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", over 64-bit days.
KITH_EXPORT int64_t DaysFromCivil(const CivilDate& civil);
KITH_EXPORT CivilDate CivilFromDays(int64_t days);
KITH_EXPORT bool IsLeapYear(int64_t year);
KITH_EXPORT int32_t DaysInMonth(int64_t year, int32_t month);

/// openCypher's canonical text: 1984-10-11, 12:31:14.645876123, 12:31:14Z,
/// 1984-10-11T12:31:14+01:00[Europe/Stockholm], P1Y2M10DT2H30M. Seconds and fractions are left out
/// when zero, fractions are trimmed.
KITH_EXPORT std::string ToString(const Date& value);
KITH_EXPORT std::string ToString(const LocalTime& value);
KITH_EXPORT std::string ToString(const Time& value);
KITH_EXPORT std::string ToString(const LocalDateTime& value);
KITH_EXPORT std::string ToString(const DateTime& value);
KITH_EXPORT std::string ToString(const Duration& value);

}  // namespace kith

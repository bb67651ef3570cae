// SPDX-License-Identifier: Apache-2.0
// The rule by which a zone's clocks change every year, as the TZ variable of POSIX 1003.1-2017
// writes it (section 8.3) and RFC 8536 extends it: "CET-1CEST,M3.5.0,M10.5.0/3".
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kith::query {

/// One change a year: day of the year by one of three schemes, and local time of that day.
struct YearlyChange {
  enum class Scheme : uint8_t {
    kMonthWeekDay,     ///< Mm.w.d: week 1 to 5 (5: the last) of the month, day 0 is Sunday
    kJulianNoLeap,     ///< Jn: 1 to 365, February 29th is never counted
    kZeroBasedOrdinal  ///< n: 0 to 365
  };
  Scheme scheme = Scheme::kMonthWeekDay;
  int32_t month = 1;
  int32_t week = 1;
  int32_t day = 0;
  int32_t time_seconds = 7200;  ///< -167 to 167 hours
};

struct YearlyZoneRule {
  int32_t standard_offset = 0;  ///< Seconds east of UTC.
  bool has_daylight = false;
  int32_t daylight_offset = 0;
  YearlyChange daylight_begins;
  YearlyChange daylight_ends;
};

/// nullopt when the text is no such rule.
std::optional<YearlyZoneRule> ParseYearlyZoneRule(std::string_view text);

/// The offset in force at an instant, assuming that the rule always held.
int32_t OffsetByRule(const YearlyZoneRule& rule, int64_t epoch_seconds);

}  // namespace kith::query

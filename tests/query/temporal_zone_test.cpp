// SPDX-License-Identifier: Apache-2.0
// Time zones: names, history, the yearly rule after the last written change, gaps and overlaps.
#include "query/function/temporal_zone.h"

#include <catch2/catch.hpp>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_zone_history.h"
#include "query/function/temporal_zone_rule.h"

namespace kith::query {
namespace {

int64_t Seconds(int64_t year, int32_t month, int32_t day, int64_t hour = 0) {
  return DaysFromCivil({year, month, day}) * kSecondsPerDay + hour * 3600;
}

int32_t OffsetOf(const char* name, int64_t epoch_seconds) {
  const Result<int32_t> offset = OffsetAt(TimeZone{name, 0}, epoch_seconds);
  return offset.ok() ? *offset : -1;
}

std::string LocalIn(const char* name, int64_t local_seconds) {
  const Result<DateTime> moment = AtLocal({local_seconds, 0}, TimeZone{name, 0});
  return moment.ok() ? ToString(*moment) : moment.status().ToString();
}

}  // namespace

TEST_CASE("zones are named, linked or fixed", "[query]") {
  CHECK(ParseTimeZone("Asia/Tokyo")->name == "Asia/Tokyo");
  CHECK(ParseTimeZone("US/Pacific")->name == "US/Pacific");
  CHECK(ParseTimeZone("UTC")->name == "UTC");
  CHECK(ParseTimeZone("Z")->offset_seconds == 0);
  CHECK(ParseTimeZone("-02:05:07")->offset_seconds == -7507);
  for (const char* bad :
       {"", "Asia", "asia/tokyo", "Asia/Tokyo ", "+19:00", "++01:00", "/etc/passwd"}) {
    INFO(bad);
    CHECK(ParseTimeZone(bad).status().code() == StatusCode::kArgumentError);
  }
}

TEST_CASE("offsets follow the history of the zone", "[query]") {
  CHECK(OffsetOf("Europe/Berlin", Seconds(2021, 7, 1)) == 7200);
  CHECK(OffsetOf("Europe/Berlin", Seconds(2021, 1, 1)) == 3600);
  CHECK(OffsetOf("Europe/Berlin", Seconds(1979, 7, 1)) == 3600);
  CHECK(OffsetOf("Europe/Berlin", Seconds(1850, 1, 1)) == 3208);
  CHECK(OffsetOf("US/Eastern", Seconds(2021, 7, 1)) == -14'400);
  CHECK(OffsetOf("Asia/Kathmandu", Seconds(1985, 1, 1)) == 19'800);
  CHECK(OffsetOf("Asia/Kathmandu", Seconds(1987, 1, 1)) == 20'700);
}

TEST_CASE("places that share a history do so before 1970", "[query]") {
  CHECK(HistoryZone("Europe/Oslo") == "Europe/Berlin");
  CHECK(HistoryZone("Africa/Accra") == "Africa/Abidjan");
  CHECK(HistoryZone("Pacific/Wallis") == "Pacific/Tarawa");
  CHECK(HistoryZone("Asia/Tokyo") == "Asia/Tokyo");
  CHECK(HistoryZone("") == "");
  CHECK(OffsetOf("Europe/Oslo", Seconds(1850, 1, 1)) == 3208);
}

TEST_CASE("summer time goes on after the last change that the database writes out", "[query]") {
  for (const int64_t year : {2037, 2038, 2039, 2100, 2400, 32'767, 32'768, 999'999'999}) {
    INFO(year);
    CHECK(OffsetOf("Europe/Berlin", Seconds(year, 7, 15)) == 7200);
    CHECK(OffsetOf("Europe/Berlin", Seconds(year, 12, 15)) == 3600);
    CHECK(OffsetOf("Australia/Sydney", Seconds(year, 1, 15)) == 39'600);
    CHECK(OffsetOf("Australia/Sydney", Seconds(year, 7, 15)) == 36'000);
    CHECK(OffsetOf("Asia/Tokyo", Seconds(year, 7, 15)) == 32'400);
  }
  CHECK(OffsetOf("Asia/Tokyo", Seconds(-999'999'999, 1, 1)) == 33'539);
}

TEST_CASE("the yearly rule changes at the second that the database writes", "[query]") {
  const auto rule = ParseYearlyZoneRule("CET-1CEST,M3.5.0,M10.5.0/3");
  REQUIRE(rule);
  for (int64_t year = 1997; year <= 2037; ++year) {
    for (int32_t month = 1; month <= 12; ++month) {
      for (int32_t day = 20; day <= DaysInMonth(year, month); ++day) {
        const int64_t second = Seconds(year, month, day, 1);
        REQUIRE(OffsetByRule(*rule, second - 1) == OffsetOf("Europe/Berlin", second - 1));
        REQUIRE(OffsetByRule(*rule, second) == OffsetOf("Europe/Berlin", second));
      }
    }
  }
}

TEST_CASE("rules are read in every form and refused otherwise", "[query]") {
  CHECK(ParseYearlyZoneRule("<+0545>-5:45")->standard_offset == 20'700);
  CHECK_FALSE(ParseYearlyZoneRule("EST5")->has_daylight);
  const auto half_hour = ParseYearlyZoneRule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
  CHECK(half_hour->daylight_offset == 39'600);
  const auto odd = ParseYearlyZoneRule("EET-2EEST,M3.4.4/50,M10.4.4/-1:30");
  CHECK(odd->daylight_begins.time_seconds == 180'000);
  CHECK(odd->daylight_ends.time_seconds == -5'400);
  const auto julian = ParseYearlyZoneRule("AAA3BBB,J60,300/0");
  REQUIRE(julian);
  // J60 is March 1st in every year; 300 counts from zero and with the leap day.
  CHECK(OffsetByRule(*julian, Seconds(2024, 3, 1, 5) - 1) == -10'800);
  CHECK(OffsetByRule(*julian, Seconds(2024, 3, 1, 5)) == -7'200);
  CHECK(OffsetByRule(*julian, Seconds(2024, 10, 27, 2) - 1) == -7'200);
  CHECK(OffsetByRule(*julian, Seconds(2024, 10, 27, 2)) == -10'800);
  for (const char* bad :
       {"", "A1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "<CET-1", "CET-168",
        "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0,M10.5.0x"}) {
    INFO(bad);
    CHECK_FALSE(ParseYearlyZoneRule(bad).has_value());
  }
}

TEST_CASE("clocks put forward skip the gap, clocks put back show the first pass", "[query]") {
  CHECK(LocalIn("Europe/Berlin", Seconds(2021, 3, 28, 2)) ==
        "2021-03-28T03:00+02:00[Europe/Berlin]");
  CHECK(LocalIn("Europe/Berlin", Seconds(2021, 3, 28, 2) + 1800) ==
        "2021-03-28T03:30+02:00[Europe/Berlin]");
  CHECK(LocalIn("Europe/Berlin", Seconds(2021, 10, 31, 2)) ==
        "2021-10-31T02:00+02:00[Europe/Berlin]");
  CHECK(LocalIn("Europe/London", Seconds(2021, 10, 31, 1)) ==
        "2021-10-31T01:00+01:00[Europe/London]");
  CHECK(LocalIn("Pacific/Apia", Seconds(2011, 12, 30, 12)) ==
        "2011-12-31T12:00+14:00[Pacific/Apia]");
  CHECK(LocalIn("Europe/Berlin", Seconds(2051, 3, 26, 2)) ==
        "2051-03-26T03:00+02:00[Europe/Berlin]");
}

TEST_CASE("instants outside the years are refused", "[query]") {
  const TimeZone utc;
  CHECK(AtInstant({kLastDay * kSecondsPerDay, 0}, utc).ok());
  CHECK(AtInstant({INT64_MAX, 0}, utc).status().code() == StatusCode::kArgumentError);
  CHECK(AtInstant({INT64_MIN, 0}, TimeZone{"Asia/Tokyo", 0}).status().code() ==
        StatusCode::kArgumentError);
}

}  // namespace kith::query

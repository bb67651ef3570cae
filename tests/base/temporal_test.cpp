// SPDX-License-Identifier: Apache-2.0
// The calendar and the canonical text of temporal values.
#include "engine/base/temporal.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <random>

namespace kith {
namespace {

constexpr int64_t kFirstDay = -365'243'219'162;  // -999999999-01-01
constexpr int64_t kLastDay = 365'241'780'471;    // +999999999-12-31

std::string DateText(int64_t year, int32_t month, int32_t day) {
  return ToString(Date{DaysFromCivil({year, month, day})});
}

DateTime At(int64_t local_seconds, int32_t offset_seconds, const char* zone = "") {
  return DateTime{local_seconds - offset_seconds, 0, offset_seconds, zone};
}

}  // namespace

TEST_CASE("days and civil dates of known days agree", "[base]") {
  CHECK(DaysFromCivil({1970, 1, 1}) == 0);
  CHECK(DaysFromCivil({2000, 2, 29}) == 11'016);
  CHECK(DaysFromCivil({1969, 12, 31}) == -1);
  CHECK(DaysFromCivil({0, 3, 1}) == -719'468);
  CHECK(DaysFromCivil({kMinYear, 1, 1}) == kFirstDay);
  CHECK(DaysFromCivil({kMaxYear, 12, 31}) == kLastDay);
}

TEST_CASE("each day follows the day before, over two eras", "[base]") {
  CivilDate previous = CivilFromDays(DaysFromCivil({1500, 12, 31}));
  for (int64_t day = DaysFromCivil({1501, 1, 1}); day <= DaysFromCivil({2301, 1, 1}); ++day) {
    const CivilDate civil = CivilFromDays(day);
    const bool month_ends = previous.day == DaysInMonth(previous.year, previous.month);
    const bool year_ends = month_ends && previous.month == 12;
    REQUIRE(civil.day == (month_ends ? 1 : previous.day + 1));
    REQUIRE(civil.month == (year_ends ? 1 : previous.month + (month_ends ? 1 : 0)));
    REQUIRE(civil.year == previous.year + (year_ends ? 1 : 0));
    REQUIRE(DaysFromCivil(civil) == day);
    previous = civil;
  }
}

TEST_CASE("random days of the whole range survive the way through the calendar", "[base]") {
  const uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int64_t> any_day(kFirstDay, kLastDay);
  for (int i = 0; i < 100'000; ++i) {
    const int64_t day = any_day(random);
    const CivilDate civil = CivilFromDays(day);
    REQUIRE(DaysFromCivil(civil) == day);
    REQUIRE((civil.month >= 1 && civil.month <= 12));
    REQUIRE((civil.day >= 1 && civil.day <= DaysInMonth(civil.year, civil.month)));
  }
}

TEST_CASE("a damaged day count has some text and no undefined behaviour", "[base]") {
  CHECK_FALSE(ToString(Date{std::numeric_limits<int64_t>::max()}).empty());
  CHECK_FALSE(ToString(Date{std::numeric_limits<int64_t>::min()}).empty());
}

TEST_CASE("leap years follow the Gregorian rule before year zero too", "[base]") {
  CHECK(IsLeapYear(0));
  CHECK(IsLeapYear(-4));
  CHECK(IsLeapYear(-400));
  CHECK_FALSE(IsLeapYear(-100));
  CHECK_FALSE(IsLeapYear(1900));
  CHECK(DaysInMonth(-4, 2) == 29);
  CHECK(DaysInMonth(2023, 2) == 28);
  CHECK(DaysInMonth(2023, 11) == 30);
  CHECK(DaysInMonth(2023, 12) == 31);
}

TEST_CASE("dates have four digits of year, or more with a sign", "[base]") {
  CHECK(DateText(2021, 3, 9) == "2021-03-09");
  CHECK(DateText(33, 12, 1) == "0033-12-01");
  CHECK(DateText(0, 1, 1) == "0000-01-01");
  CHECK(DateText(-44, 3, 15) == "-0044-03-15");
  CHECK(DateText(9999, 12, 31) == "9999-12-31");
  CHECK(DateText(10'000, 1, 1) == "+10000-01-01");
  CHECK(DateText(-999'999'999, 1, 1) == "-999999999-01-01");
}

TEST_CASE("times leave out zero seconds and trailing zeros", "[base]") {
  CHECK(ToString(LocalTime{0}) == "00:00");
  CHECK(ToString(LocalTime{kNanosPerDay - 1}) == "23:59:59.999999999");
  CHECK(ToString(LocalTime{3'600 * kNanosPerSecond + 5 * kNanosPerSecond}) == "01:00:05");
  CHECK(ToString(LocalTime{120'000'000}) == "00:00:00.12");
  CHECK(ToString(Time{9 * 3'600 * kNanosPerSecond, 0}) == "09:00Z");
  CHECK(ToString(Time{0, -(3'600 * 3 + 30 * 60)}) == "00:00-03:30");
  CHECK(ToString(Time{0, 3'208}) == "00:00+00:53:28");
}

TEST_CASE("date and time carry the day across midnight", "[base]") {
  CHECK(ToString(LocalDateTime{-1, 500'000'000}) == "1969-12-31T23:59:59.5");
  CHECK(ToString(LocalDateTime{86'400, 0}) == "1970-01-02T00:00");
  CHECK(ToString(At(0, 7'200)) == "1970-01-01T00:00+02:00");
  CHECK(ToString(At(0, 0, "Europe/London")) == "1970-01-01T00:00Z[Europe/London]");
  CHECK(ToString(At(60, -36'000, "Pacific/Honolulu")) ==
        "1970-01-01T00:01-10:00[Pacific/Honolulu]");
}

TEST_CASE("durations show each unit with its own sign", "[base]") {
  CHECK(ToString(Duration{}) == "PT0S");
  CHECK(ToString(Duration{14, 0, 0, 0}) == "P1Y2M");
  CHECK(ToString(Duration{-14, 3, 0, 0}) == "P-1Y-2M3D");
  CHECK(ToString(Duration{0, 0, 3'661, 0}) == "PT1H1M1S");
  CHECK(ToString(Duration{0, 0, 0, 1}) == "PT0.000000001S");
  CHECK(ToString(Duration{0, 0, -1, 999'999'999}) == "PT-0.000000001S");
  CHECK(ToString(Duration{0, 0, -2, 250'000'000}) == "PT-1.75S");
  CHECK(ToString(Duration{0, 0, -61, 500'000'000}) == "PT-1M-0.5S");
  CHECK(ToString(Duration{0, 0, -60, 0}) == "PT-1M");
  CHECK(ToString(Duration{0, 0, std::numeric_limits<int64_t>::min(), 0}) ==
        "PT-2562047788015215H-30M-8S");
}

}  // namespace kith

// SPDX-License-Identifier: Apache-2.0
// Reading temporal values from text: every ISO form, round trips over the whole range, bad text.
#include "query/function/temporal_parse.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_duration.h"

namespace kith::query {
namespace {

std::string DateOf(std::string_view text) {
  const Result<Date> date = ParseDate(text);
  return date.ok() ? ToString(*date) : std::string(StatusCodeName(date.status().code()));
}

std::string LocalTimeOf(std::string_view text) {
  const Result<LocalTime> time = ParseLocalTime(text);
  return time.ok() ? ToString(*time) : std::string(StatusCodeName(time.status().code()));
}

std::string TimeOf(std::string_view text) {
  const Result<Time> time = ParseTime(text, 0);
  return time.ok() ? ToString(*time) : std::string(StatusCodeName(time.status().code()));
}

std::string LocalDateTimeOf(std::string_view text) {
  const Result<LocalDateTime> local = ParseLocalDateTime(text);
  return local.ok() ? ToString(*local) : std::string(StatusCodeName(local.status().code()));
}

std::string DateTimeOf(std::string_view text) {
  const Result<DateTime> moment = ParseDateTime(text, TimeZone{});
  return moment.ok() ? ToString(*moment) : std::string(StatusCodeName(moment.status().code()));
}

std::string DurationOf(std::string_view text) {
  const Result<Duration> duration = ParseDuration(text);
  return duration.ok() ? ToString(*duration)
                       : std::string(StatusCodeName(duration.status().code()));
}

}  // namespace

TEST_CASE("dates are read in all ISO forms", "[query]") {
  CHECK(DateOf("2020-02-29") == "2020-02-29");
  CHECK(DateOf("20200229") == "2020-02-29");
  CHECK(DateOf("2020-02") == "2020-02-01");
  CHECK(DateOf("202002") == "2020-02-01");
  CHECK(DateOf("2020") == "2020-01-01");
  CHECK(DateOf("2020-W53-7") == "2021-01-03");
  CHECK(DateOf("2020W537") == "2021-01-03");
  CHECK(DateOf("2020-W01") == "2019-12-30");
  CHECK(DateOf("2020W01") == "2019-12-30");
  CHECK(DateOf("2020-Q2-30") == "2020-04-30");
  CHECK(DateOf("2020Q230") == "2020-04-30");
  CHECK(DateOf("2020-Q4") == "2020-10-01");
  CHECK(DateOf("2020Q4") == "2020-10-01");
  CHECK(DateOf("2020-366") == "2020-12-31");
  CHECK(DateOf("2020366") == "2020-12-31");
  CHECK(DateOf("+12345-06-07") == "+12345-06-07");
  CHECK(DateOf("-0001-12-31") == "-0001-12-31");
  CHECK(DateOf("+999999999-12-31") == "+999999999-12-31");
  CHECK(DateOf("-999999999-01-01") == "-999999999-01-01");
}

TEST_CASE("text that is no date is an ArgumentError that quotes it", "[query]") {
  for (const char* text : {"",
                           "2",
                           "202",
                           "20201",
                           "202011111",
                           "2020-",
                           "2020-1",
                           "2020-1-1",
                           "2020-13",
                           "2020-00-01",
                           "2020-02-30",
                           "2019-02-29",
                           "2020-W54",
                           "2019-W53-1",
                           "2020-W5-1",
                           "2020-W01-8",
                           "2020-Q5",
                           "2020-Q1-92",
                           "2020-367",
                           "2019-366",
                           "2020-000",
                           "2020-01-01T",
                           "2020-01-01 ",
                           " 2020-01-01",
                           "2020/01/01",
                           "+1234567890-01-01",
                           "+-2020-01-01",
                           "today",
                           "2020-0١-01"}) {
    INFO(text);
    CHECK(DateOf(text) == "ArgumentError");
  }
  const Status status = ParseDate("2020-13-01").status();
  CHECK(status.message().find("2020-13-01") != std::string::npos);
  CHECK(status.message().find("month is 13") != std::string::npos);
  CHECK(status.phase() == ErrorPhase::kRuntime);
}

TEST_CASE("times are read with and without separators, fractions and offsets", "[query]") {
  CHECK(LocalTimeOf("08") == "08:00");
  CHECK(LocalTimeOf("0815") == "08:15");
  CHECK(LocalTimeOf("08:15") == "08:15");
  CHECK(LocalTimeOf("081530") == "08:15:30");
  CHECK(LocalTimeOf("081530,25") == "08:15:30.25");
  CHECK(LocalTimeOf("08:15:30.000000001") == "08:15:30.000000001");
  CHECK(TimeOf("08:15") == "08:15Z");
  CHECK(TimeOf("0815z") == "08:15Z");
  CHECK(TimeOf("08+0130") == "08:00+01:30");
  CHECK(TimeOf("08:15:30.5-18:00") == "08:15:30.5-18:00");
  CHECK(TimeOf("08:15+00:53:28") == "08:15+00:53:28");
  CHECK(TimeOf("08:15-000001") == "08:15-00:00:01");
  CHECK(ToString(*ParseTime("08:15", -3600)) == "08:15-01:00");
}

TEST_CASE("text that is no time is an ArgumentError", "[query]") {
  for (const char* text :
       {"", "8", "081", "24:00", "23:60", "23:59:60", "08:1", "08:15:", "08:15:3", "08:15:30.",
        "08:15:30.0000000001", "08:15.5", "0815:30", "08:15x"}) {
    INFO(text);
    CHECK(LocalTimeOf(text) == "ArgumentError");
  }
  for (const char* text : {"08:15+", "08:15+1", "08:15+18:01", "08:15+01:60", "08:15+01:00:60",
                           "08:15Z1", "08:15[Europe/Berlin]"}) {
    INFO(text);
    CHECK(TimeOf(text) == "ArgumentError");
  }
}

TEST_CASE("date-times join any date form with any time form", "[query]") {
  CHECK(LocalDateTimeOf("2020-060T0815") == "2020-02-29T08:15");
  CHECK(LocalDateTimeOf("2020W095T08:15:30.5") == "2020-02-28T08:15:30.5");
  CHECK(LocalDateTimeOf("2020-02-29") == "2020-02-29T00:00");
  CHECK(LocalDateTimeOf("1969-12-31T23:59:59.9") == "1969-12-31T23:59:59.9");
  CHECK(LocalDateTimeOf("2020-02-29T08:15Z") == "ArgumentError");
  CHECK(LocalDateTimeOf("2020-02-29 08:15") == "ArgumentError");
  CHECK(DateTimeOf("2020-02-29T08:15") == "2020-02-29T08:15Z");
  CHECK(DateTimeOf("2020-02-29T08:15-0330") == "2020-02-29T08:15-03:30");
  CHECK(DateTimeOf("2020-02-29T08:15[Asia/Tokyo]") == "2020-02-29T08:15+09:00[Asia/Tokyo]");
  CHECK(DateTimeOf("2020-02-29T08:15+09[Asia/Tokyo]") == "2020-02-29T08:15+09:00[Asia/Tokyo]");
  CHECK(DateTimeOf("2020-02-29T08:15+08[Asia/Tokyo]") == "ArgumentError");
  CHECK(DateTimeOf("2020-02-29T08:15[Asia/Tokyo") == "ArgumentError");
  CHECK(DateTimeOf("2020-02-29T08:15[Asia/Tokyo]x") == "ArgumentError");
  CHECK(DateTimeOf("2020-02-29T08:15[Middle/Earth]") == "ArgumentError");
  CHECK(DateTimeOf("2020-02-29T08:15[../../etc/passwd]") == "ArgumentError");
}

TEST_CASE("an offset decides which of two equal clock readings is meant", "[query]") {
  CHECK(DateTimeOf("2021-10-31T02:30+02:00[Europe/Berlin]") ==
        "2021-10-31T02:30+02:00[Europe/Berlin]");
  CHECK(DateTimeOf("2021-10-31T02:30+01:00[Europe/Berlin]") ==
        "2021-10-31T02:30+01:00[Europe/Berlin]");
  CHECK(DateTimeOf("2021-10-31T02:30[Europe/Berlin]") == "2021-10-31T02:30+02:00[Europe/Berlin]");
}

TEST_CASE("durations are read in units, with signs and fractions", "[query]") {
  CHECK(DurationOf("P1Y2M3W4DT5H6M7.8S") == "P1Y2M25DT5H6M7.8S");
  CHECK(DurationOf("P0D") == "PT0S");
  CHECK(DurationOf("-P1DT-1H") == "P-1DT1H");
  CHECK(DurationOf("+P2M") == "P2M");
  CHECK(DurationOf("P-2M+3D") == "P-2M3D");
  CHECK(DurationOf("P1.5Y") == "P1Y6M");
  CHECK(DurationOf("P0.5M") == "P15DT5H14M33S");
  CHECK(DurationOf("P1.5W") == "P10DT12H");
  CHECK(DurationOf("PT0,1S") == "PT0.1S");
  CHECK(DurationOf("PT1.0000000019S") == "PT1.000000001S");
  CHECK(DurationOf("PT-0.25H") == "PT-15M");
  CHECK(DurationOf("PT36H") == "PT36H");
  CHECK(DurationOf("P9223372036854775807D") == "P9223372036854775807D");
}

TEST_CASE("durations are read in the form of a date and time", "[query]") {
  CHECK(DurationOf("P0003-11-30T23:59:59.25") == "P3Y11M30DT23H59M59.25S");
  CHECK(DurationOf("P0001-02-03") == "P1Y2M3D");
  CHECK(DurationOf("P00010203T010203") == "P1Y2M3DT1H2M3S");
  CHECK(DurationOf("-P0001-02-03T01:00") == "P-1Y-2M-3DT-1H");
}

TEST_CASE("text that is no duration is an ArgumentError", "[query]") {
  for (const char* text : {"",
                           "P",
                           "PT",
                           "P1",
                           "1D",
                           "P1DT",
                           "P1S",
                           "PT1D",
                           "P1D2D",
                           "P1D1M",
                           "P1.D",
                           "P.5D",
                           "P--1D",
                           "p1d",
                           "P1D ",
                           "PT1H2",
                           "P0001-13-01",
                           "P0001-01-32",
                           "P0001-01-01T24:00",
                           "P0001-01-01X",
                           "P9223372036854775808D",
                           "PT9223372036854775807H",
                           "P1234567890123456789012345678901234567890D"}) {
    INFO(text);
    CHECK(DurationOf(text) == "ArgumentError");
  }
}

TEST_CASE("random values survive their canonical text", "[query]") {
  const uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    const Date date{pick(kFirstDay, kLastDay)};
    REQUIRE(*ParseDate(ToString(date)) == date);
    const LocalTime time{pick(0, kNanosPerDay - 1)};
    REQUIRE(*ParseLocalTime(ToString(time)) == time);
    const Time zoned{time.nanos / 1000 * 1000, static_cast<int32_t>(pick(-64'800, 64'800))};
    REQUIRE(*ParseTime(ToString(zoned), 0) == zoned);
    const LocalDateTime local{pick(kFirstDay * kSecondsPerDay, kLastDay * kSecondsPerDay),
                              static_cast<int32_t>(pick(0, 999'999'999))};
    REQUIRE(*ParseLocalDateTime(ToString(local)) == local);
    const DateTime moment{local.seconds - zoned.offset_seconds, local.nanos, zoned.offset_seconds,
                          ""};
    REQUIRE(*ParseDateTime(ToString(moment), TimeZone{}) == moment);
    const Duration duration{pick(-1'000'000, 1'000'000), pick(-1'000'000, 1'000'000),
                            pick(-100'000'000'000, 100'000'000'000),
                            static_cast<int32_t>(pick(0, 999'999'999))};
    REQUIRE(*ParseDuration(ToString(duration)) == duration);
  }
}

TEST_CASE("random date-times in named zones survive their canonical text", "[query]") {
  const uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const char* names[] = {"Europe/Berlin",  "America/New_York",  "Australia/Lord_Howe",
                         "Asia/Kathmandu", "Africa/Casablanca", "Europe/Dublin"};
  std::uniform_int_distribution<int64_t> any_second(-6'000'000'000, 10'000'000'000);
  for (int i = 0; i < 3'000; ++i) {
    const TimeZone zone{names[i % 6], 0};
    const DateTime moment = *AtInstant({any_second(random), 5}, zone);
    INFO(ToString(moment));
    REQUIRE(*ParseDateTime(ToString(moment), TimeZone{}) == moment);
  }
}

}  // namespace kith::query

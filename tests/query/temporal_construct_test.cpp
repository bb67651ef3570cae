// SPDX-License-Identifier: Apache-2.0
// Temporal values from maps and other values, truncation, and components.
#include "query/function/temporal_construct.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <utility>

#include "query/function/temporal_access.h"
#include "query/function/temporal_truncate.h"

namespace kith::query {
namespace {

constexpr auto kDate = TemporalKind::kDate;
constexpr auto kLocalTime = TemporalKind::kLocalTime;
constexpr auto kTime = TemporalKind::kTime;
constexpr auto kLocalDateTime = TemporalKind::kLocalDateTime;
constexpr auto kDateTime = TemporalKind::kDateTime;

// 2021-06-15T10:20:30.5Z
const TemporalSetting kSetting{{1'623'752'430, 500'000'000}, {}};

Value MapOf(std::initializer_list<std::pair<std::string, Value>> entries) {
  return Value::FromMap(Map(entries));
}

std::string Text(const Result<Value>& value) {
  if (!value.ok()) return std::string(StatusCodeName(value.status().code()));
  switch (value->type()) {
    case ValueType::kDate: return ToString(value->AsDate());
    case ValueType::kLocalTime: return ToString(value->AsLocalTime());
    case ValueType::kTime: return ToString(value->AsTime());
    case ValueType::kLocalDateTime: return ToString(value->AsLocalDateTime());
    case ValueType::kDateTime: return ToString(value->AsDateTime());
    default: return value->ToString();
  }
}

std::string Make(TemporalKind kind, const Value& argument) {
  return Text(MakeTemporal(kind, argument, kSetting));
}

std::string Make(TemporalKind kind, std::initializer_list<std::pair<std::string, Value>> entries) {
  return Make(kind, MapOf(entries));
}

Value Of(TemporalKind kind, const char* text) {
  return *MakeTemporal(kind, Value(text), kSetting);
}

std::string Truncate(TemporalKind kind, const char* unit, const Value& value,
                     std::initializer_list<std::pair<std::string, Value>> entries = {}) {
  return Text(TruncateTemporal(kind, Value(unit), value, MapOf(entries), kSetting));
}

std::string Part(const Value& value, const char* name) {
  return Text(TemporalComponent(value, name));
}

}  // namespace

TEST_CASE("dates come from every calendar", "[query]") {
  CHECK(Make(kDate, {{"year", Value(2020)}}) == "2020-01-01");
  CHECK(Make(kDate, {{"year", Value(2020)}, {"month", Value(2)}, {"day", Value(29)}}) ==
        "2020-02-29");
  CHECK(Make(kDate, {{"year", Value(2020)}, {"week", Value(53)}, {"dayOfWeek", Value(5)}}) ==
        "2021-01-01");
  CHECK(Make(kDate, {{"year", Value(2020)}, {"quarter", Value(4)}, {"dayOfQuarter", Value(92)}}) ==
        "2020-12-31");
  CHECK(Make(kDate, {{"year", Value(2020)}, {"ordinalDay", Value(61)}}) == "2020-03-01");
  CHECK(Make(kDate, {{"year", Value(-999'999'999)}}) == "-999999999-01-01");
}

TEST_CASE("fields that are out of range, missing or mixed are ArgumentErrors", "[query]") {
  const Value year(2021);
  CHECK(Make(kDate, {}) == "ArgumentError");
  CHECK(Make(kDate, {{"month", Value(2)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", Value(1'000'000'000)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"month", Value(13)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"month", Value(2)}, {"day", Value(29)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"day", Value(2)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"week", Value(53)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"month", Value(2)}, {"week", Value(2)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"hour", Value(2)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"yaer", Value(2)}}) == "ArgumentError");
  CHECK(Make(kDate, {{"year", year}, {"timezone", Value("Z")}}) == "ArgumentError");
  CHECK(Make(kLocalTime, {{"minute", Value(2)}}) == "ArgumentError");
  CHECK(Make(kLocalTime, {{"hour", Value(2)}, {"second", Value(2)}}) == "ArgumentError");
  CHECK(Make(kLocalTime, {{"hour", Value(24)}}) == "ArgumentError");
  CHECK(Make(kDateTime, {{"hour", Value(2)}}) == "ArgumentError");
  CHECK(Make(kDateTime, {{"year", year}, {"timezone", Value("Nowhere")}}) == "ArgumentError");
}

TEST_CASE("fields of the wrong type are TypeErrors", "[query]") {
  CHECK(Make(kDate, {{"year", Value(2021.0)}}) == "TypeError");
  CHECK(Make(kDate, {{"year", Value("2021")}}) == "TypeError");
  CHECK(Make(kDate, {{"year", Value()}}) == "TypeError");
  CHECK(Make(kDate, {{"date", Value("2021")}}) == "TypeError");
  CHECK(Make(kDateTime, {{"year", Value(2021)}, {"timezone", Value(1)}}) == "TypeError");
  CHECK(Make(kDate, Value(1)) == "TypeError");
  CHECK(Make(kDate, Value(Duration{})) == "TypeError");
}

TEST_CASE("fractions of a second add up from their parts", "[query]") {
  const auto with = [](std::initializer_list<std::pair<std::string, Value>> parts) {
    Map map{{"hour", Value(1)}, {"minute", Value(2)}, {"second", Value(3)}};
    map.insert(map.end(), parts.begin(), parts.end());
    return Make(kLocalTime, Value::FromMap(map));
  };
  CHECK(with({}) == "01:02:03");
  CHECK(with({{"millisecond", Value(4)}}) == "01:02:03.004");
  CHECK(with({{"microsecond", Value(4005)}}) == "01:02:03.004005");
  CHECK(with({{"nanosecond", Value(6)}}) == "01:02:03.000000006");
  CHECK(with({{"millisecond", Value(4)}, {"microsecond", Value(5)}, {"nanosecond", Value(6)}}) ==
        "01:02:03.004005006");
  CHECK(with({{"millisecond", Value(4)}, {"nanosecond", Value(999'999)}}) == "01:02:03.004999999");
  CHECK(with({{"millisecond", Value(4)}, {"microsecond", Value(1000)}}) == "ArgumentError");
  CHECK(with({{"microsecond", Value(4)}, {"nanosecond", Value(1000)}}) == "ArgumentError");
}

TEST_CASE("other values give the parts that a map does not name", "[query]") {
  const Value day = Of(kDate, "2020-08-17");  // a Monday in week 34, day 48 of the third quarter
  CHECK(Make(kDate, {{"date", day}, {"day", Value(1)}}) == "2020-08-01");
  CHECK(Make(kDate, {{"date", day}, {"year", Value(1999)}}) == "1999-08-17");
  CHECK(Make(kDate, {{"date", day}, {"week", Value(1)}}) == "2019-12-30");
  CHECK(Make(kDate, {{"date", day}, {"dayOfWeek", Value(7)}}) == "2020-08-23");
  CHECK(Make(kDate, {{"date", day}, {"quarter", Value(1)}}) == "2020-02-17");
  CHECK(Make(kDate, {{"date", day}, {"ordinalDay", Value(1)}}) == "2020-01-01");
  CHECK(Make(kDate, {{"date", Of(kLocalTime, "10:00")}}) == "ArgumentError");
  CHECK(Make(kLocalTime, {{"time", Of(kLocalTime, "10:20:30.4")}, {"minute", Value(9)}}) ==
        "10:09:30.4");
  CHECK(Make(kLocalTime, {{"time", Of(kLocalTime, "10:20:30.4")}, {"nanosecond", Value(9)}}) ==
        "10:20:30.000000009");
  CHECK(Make(kLocalDateTime, {{"date", day}, {"time", Of(kTime, "10:20+05:00")}}) ==
        "2020-08-17T10:20");
  CHECK(Make(kLocalDateTime, {{"datetime", Of(kDateTime, "2020-08-17T10:20+05:00")},
                              {"hour", Value(1)}}) == "2020-08-17T01:20");
  CHECK(Make(kLocalDateTime, {{"datetime", Of(kLocalDateTime, "2020-08-17T10:20")},
                              {"date", day}}) == "ArgumentError");
}

TEST_CASE("a zone moves the clock when the source had one, else it names it", "[query]") {
  const Value zoned = Of(kTime, "10:20+01:00");
  const Value local = Of(kLocalTime, "10:20");
  CHECK(Make(kTime, {{"time", zoned}, {"timezone", Value("+03:00")}}) == "12:20+03:00");
  CHECK(Make(kTime, {{"time", local}, {"timezone", Value("+03:00")}}) == "10:20+03:00");
  CHECK(Make(kTime, {{"time", zoned}, {"hour", Value(23)}, {"timezone", Value("+03:00")}}) ==
        "01:20+03:00");
  CHECK(Make(kTime, {{"hour", Value(3)}, {"timezone", Value("Europe/Berlin")}}) == "03:00+02:00");
  const Value berlin = Of(kDateTime, "2020-01-05T10:20[Europe/Berlin]");
  CHECK(Make(kDateTime, {{"datetime", berlin}, {"timezone", Value("Asia/Tokyo")}}) ==
        "2020-01-05T18:20+09:00[Asia/Tokyo]");
  CHECK(Make(kDateTime, {{"datetime", berlin}, {"month", Value(7)}}) ==
        "2020-07-05T10:20+02:00[Europe/Berlin]");
  CHECK(Make(kDateTime, {{"date", berlin}, {"hour", Value(4)}}) == "2020-01-05T04:00Z");
  CHECK(Make(kDateTime, {{"date", berlin}, {"time", zoned}, {"timezone", Value("Z")}}) ==
        "2020-01-05T09:20Z");
  CHECK(Make(kDateTime, {{"time", berlin}}) == "ArgumentError");
  CHECK(Make(kTime, {{"time", berlin}}) == "10:20+01:00");
  CHECK(Make(kTime, berlin) == "10:20+01:00");
}

TEST_CASE("other kinds convert, a missing part is an error", "[query]") {
  const Value moment = Of(kDateTime, "2020-08-17T10:20:30+05:00");
  CHECK(Make(kDate, moment) == "2020-08-17");
  CHECK(Make(kLocalTime, moment) == "10:20:30");
  CHECK(Make(kLocalDateTime, moment) == "2020-08-17T10:20:30");
  CHECK(Make(kDateTime, Of(kDate, "2020-08-17")) == "2020-08-17T00:00Z");
  CHECK(Make(kTime, Of(kDate, "2020-08-17")) == "ArgumentError");
  CHECK(Make(kDate, Of(kTime, "10:20")) == "ArgumentError");
  CHECK(Make(kDate, Value()) == "null");
}

TEST_CASE("the default zone is taken where none is named", "[query]") {
  const TemporalSetting tokyo{kSetting.now, TimeZone{"Asia/Tokyo", 0}};
  CHECK(Text(MakeTemporal(kDateTime, Value("2020-08-17"), tokyo)) ==
        "2020-08-17T00:00+09:00[Asia/Tokyo]");
  CHECK(Text(MakeTemporal(kTime, Value("10:20"), tokyo)) == "10:20+09:00");
  CHECK(Text(MakeTemporal(kTime, MapOf({{"hour", Value(3)}}), tokyo)) == "03:00+09:00");
  CHECK(Text(MakeTemporal(kDateTime, Of(kLocalDateTime, "2020-08-17T01:00"), tokyo)) ==
        "2020-08-17T01:00+09:00[Asia/Tokyo]");
}

TEST_CASE("the current time is that of the clock given, in any zone", "[query]") {
  CHECK(Text(MakeCurrent(kDateTime, Value("Z"), kSetting.now)) == "2021-06-15T10:20:30.5Z");
  CHECK(Text(MakeCurrent(kDate, Value("Pacific/Kiritimati"), kSetting.now)) == "2021-06-16");
  CHECK(Text(MakeCurrent(kTime, Value("America/New_York"), kSetting.now)) == "06:20:30.5-04:00");
  CHECK(Text(MakeCurrent(kDate, Value(), kSetting.now)) == "null");
  CHECK(Text(MakeCurrent(kDate, Value(1), kSetting.now)) == "TypeError");
  CHECK(Make(kLocalTime, {{"timezone", Value("+01:00")}}) == "11:20:30.5");
  CHECK(Make(kDateTime, {{"timezone", Value("Asia/Tokyo")}}) ==
        "2021-06-15T19:20:30.5+09:00[Asia/Tokyo]");
}

TEST_CASE("date-times come from seconds and milliseconds since 1970", "[query]") {
  CHECK(Text(MakeFromEpoch(Value(1), Value(2))) == "1970-01-01T00:00:01.000000002Z");
  CHECK(Text(MakeFromEpochMillis(Value(-1))) == "1969-12-31T23:59:59.999Z");
  CHECK(Text(MakeFromEpoch(Value(INT64_MAX), Value(0))) == "ArgumentError");
  CHECK(Text(MakeFromEpoch(Value(0), Value(-1))) == "ArgumentError");
  CHECK(Text(MakeFromEpoch(Value("0"), Value(0))) == "TypeError");
  CHECK(Make(kDateTime, {{"epochMillis", Value(1500)}, {"nanosecond", Value(1)}}) ==
        "1970-01-01T00:00:01.500000001Z");
  CHECK(Make(kDateTime, {{"epochSeconds", Value(60)}, {"timezone", Value("+02:00")}}) ==
        "1970-01-01T02:01+02:00");
  CHECK(Make(kDateTime, {{"epochSeconds", Value(60)}, {"year", Value(1)}}) == "ArgumentError");
}

TEST_CASE("truncation clears what is below the unit", "[query]") {
  const Value moment = Of(kLocalDateTime, "2019-12-31T23:59:58.123456789");
  CHECK(Truncate(kLocalDateTime, "millennium", moment) == "2000-01-01T00:00");
  CHECK(Truncate(kLocalDateTime, "century", moment) == "2000-01-01T00:00");
  CHECK(Truncate(kLocalDateTime, "decade", moment) == "2010-01-01T00:00");
  CHECK(Truncate(kLocalDateTime, "year", moment) == "2019-01-01T00:00");
  CHECK(Truncate(kLocalDateTime, "weekYear", moment) == "2019-12-30T00:00");
  CHECK(Truncate(kLocalDateTime, "quarter", moment) == "2019-10-01T00:00");
  CHECK(Truncate(kLocalDateTime, "month", moment) == "2019-12-01T00:00");
  CHECK(Truncate(kLocalDateTime, "week", moment) == "2019-12-30T00:00");
  CHECK(Truncate(kLocalDateTime, "day", moment) == "2019-12-31T00:00");
  CHECK(Truncate(kLocalDateTime, "hour", moment) == "2019-12-31T23:00");
  CHECK(Truncate(kLocalDateTime, "minute", moment) == "2019-12-31T23:59");
  CHECK(Truncate(kLocalDateTime, "second", moment) == "2019-12-31T23:59:58");
  CHECK(Truncate(kLocalDateTime, "millisecond", moment) == "2019-12-31T23:59:58.123");
  CHECK(Truncate(kLocalDateTime, "microsecond", moment) == "2019-12-31T23:59:58.123456");
  CHECK(Truncate(kDate, "century", Of(kDate, "-0001-05-05")) == "-0100-01-01");
}

TEST_CASE("fields are applied after truncation", "[query]") {
  const Value moment = Of(kDateTime, "2019-12-31T23:59:58.123456789-05:00");
  CHECK(Truncate(kDateTime, "year", moment, {{"month", Value(6)}}) == "2019-06-01T00:00-05:00");
  CHECK(Truncate(kDateTime, "week", moment, {{"dayOfWeek", Value(7)}}) == "2020-01-05T00:00-05:00");
  CHECK(Truncate(kDateTime, "hour", moment, {{"timezone", Value("Asia/Tokyo")}}) ==
        "2019-12-31T23:00+09:00[Asia/Tokyo]");
  CHECK(Truncate(kTime, "millisecond", moment, {{"nanosecond", Value(7)}}) ==
        "23:59:58.123000007-05:00");
  CHECK(Truncate(kTime, "microsecond", moment, {{"nanosecond", Value(7)}}) ==
        "23:59:58.123456007-05:00");
  CHECK(Truncate(kTime, "second", moment, {{"nanosecond", Value(7)}}) ==
        "23:59:58.000000007-05:00");
  CHECK(Truncate(kDateTime, "day", Of(kDate, "2019-12-31"), {{"hour", Value(3)}}) ==
        "2019-12-31T03:00Z");
}

TEST_CASE("what cannot be truncated says so", "[query]") {
  const Value day = Of(kDate, "2019-12-31");
  const Value time = Of(kLocalTime, "10:00");
  CHECK(Truncate(kDate, "hour", day) == "ArgumentError");
  CHECK(Truncate(kDateTime, "hour", day) == "ArgumentError");
  CHECK(Truncate(kLocalTime, "month", time) == "ArgumentError");
  CHECK(Truncate(kLocalTime, "day", day) == "ArgumentError");
  CHECK(Truncate(kDate, "day", time) == "ArgumentError");
  CHECK(Truncate(kDate, "fortnight", day) == "ArgumentError");
  CHECK(Truncate(kDate, "year", day, {{"hour", Value(1)}}) == "ArgumentError");
  CHECK(Truncate(kDate, "year", day, {{"date", day}}) == "ArgumentError");
  CHECK(Truncate(kDate, "year", Value(1)) == "TypeError");
  CHECK(Truncate(kDate, "year", Value()) == "null");
  CHECK(Truncate(kDate, "millennium", Of(kDate, "-999999999-01-01")) == "ArgumentError");
}

TEST_CASE("components of points in time", "[query]") {
  const Value moment = Of(kDateTime, "2021-01-03T04:05:06.007008009-03:30");
  const std::pair<const char*, const char*> parts[] = {
      {"year", "2021"},
      {"quarter", "1"},
      {"month", "1"},
      {"week", "53"},
      {"weekYear", "2020"},
      {"day", "3"},
      {"ordinalDay", "3"},
      {"weekDay", "7"},
      {"dayOfWeek", "7"},
      {"dayOfQuarter", "3"},
      {"hour", "4"},
      {"minute", "5"},
      {"second", "6"},
      {"millisecond", "7"},
      {"microsecond", "7008"},
      {"nanosecond", "7008009"},
      {"timezone", "'-03:30'"},
      {"offset", "'-03:30'"},
      {"offsetMinutes", "-210"},
      {"offsetSeconds", "-12600"},
      {"epochSeconds", "1609659306"},
      {"epochMillis", "1609659306007"},
  };
  for (const auto& [name, expected] : parts) {
    INFO(name);
    CHECK(Part(moment, name) == expected);
  }
  CHECK(Part(Of(kDateTime, "2021-01-03T04:05[Asia/Tokyo]"), "timezone") == "'Asia/Tokyo'");
  CHECK(Part(Of(kTime, "04:05"), "offset") == "'Z'");
  CHECK(Part(Of(kDate, "2021-01-03"), "hour") == "ArgumentError");
  CHECK(Part(Of(kLocalTime, "04:05"), "offset") == "ArgumentError");
  CHECK(Part(Of(kLocalDateTime, "2021-01-03"), "epochSeconds") == "ArgumentError");
  CHECK(Part(Of(kDateTime, "+999999999-01-01"), "epochMillis") == "ArgumentError");
  CHECK(Part(Of(kDateTime, "+999999999-01-01"), "epochSeconds") == "31556889801244800");
}

TEST_CASE("components of durations", "[query]") {
  const Value duration(Duration{29, 17, 7'384, 123'456'789});
  const std::pair<const char*, const char*> parts[] = {
      {"years", "2"},
      {"quarters", "9"},
      {"months", "29"},
      {"weeks", "2"},
      {"days", "17"},
      {"hours", "2"},
      {"minutes", "123"},
      {"seconds", "7384"},
      {"milliseconds", "7384123"},
      {"microseconds", "7384123456"},
      {"nanoseconds", "7384123456789"},
      {"quartersOfYear", "1"},
      {"monthsOfQuarter", "2"},
      {"monthsOfYear", "5"},
      {"daysOfWeek", "3"},
      {"minutesOfHour", "3"},
      {"secondsOfMinute", "4"},
      {"millisecondsOfSecond", "123"},
      {"microsecondsOfSecond", "123456"},
      {"nanosecondsOfSecond", "123456789"},
  };
  for (const auto& [name, expected] : parts) {
    INFO(name);
    CHECK(Part(duration, name) == expected);
  }
  CHECK(Part(duration, "year") == "ArgumentError");
  CHECK(Part(Value(Duration{0, 0, INT64_MAX, 0}), "nanoseconds") == "ArgumentError");
}

}  // namespace kith::query

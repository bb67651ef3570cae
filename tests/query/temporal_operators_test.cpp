// SPDX-License-Identifier: Apache-2.0
// Arithmetic with durations, and the distance between points in time.
#include "query/function/temporal_operators.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>

#include "query/function/temporal_between.h"
#include "query/function/temporal_construct.h"
#include "query/function/temporal_decimal.h"
#include "query/function/temporal_duration.h"

namespace kith::query {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

Value Of(const char* kind, const char* text) {
  const TemporalSetting setting;
  const std::string_view name = kind;
  const Value argument(text);
  if (name == "duration") return Value(*ParseDuration(text));
  if (name == "date") return *MakeTemporal(TemporalKind::kDate, argument, setting);
  if (name == "localtime") return *MakeTemporal(TemporalKind::kLocalTime, argument, setting);
  if (name == "time") return *MakeTemporal(TemporalKind::kTime, argument, setting);
  if (name == "localdatetime")
    return *MakeTemporal(TemporalKind::kLocalDateTime, argument, setting);
  return *MakeTemporal(TemporalKind::kDateTime, argument, setting);
}

Value Span(const char* text) {
  return Of("duration", text);
}

std::string Text(const Result<Value>& value) {
  if (!value.ok()) return std::string(StatusCodeName(value.status().code()));
  switch (value->type()) {
    case ValueType::kDate: return ToString(value->AsDate());
    case ValueType::kLocalTime: return ToString(value->AsLocalTime());
    case ValueType::kTime: return ToString(value->AsTime());
    case ValueType::kLocalDateTime: return ToString(value->AsLocalDateTime());
    case ValueType::kDateTime: return ToString(value->AsDateTime());
    case ValueType::kDuration: return ToString(value->AsDuration());
    default: return value->ToString();
  }
}

std::string Between(DurationScale scale, const Value& from, const Value& to) {
  return Text(DurationBetween(scale, from, to));
}

std::string DurationOf(Map fields) {
  const Result<Duration> duration = DurationFromMap(fields);
  return duration.ok() ? ToString(*duration)
                       : std::string(StatusCodeName(duration.status().code()));
}

}  // namespace

TEST_CASE("a date takes months, days and whole days of the time part", "[query]") {
  const Value day = Of("date", "2020-01-31");
  CHECK(Text(AddTemporal(day, Span("P1M"))) == "2020-02-29");
  CHECK(Text(AddTemporal(Span("P1M"), day)) == "2020-02-29");
  CHECK(Text(AddTemporal(day, Span("P1M1D"))) == "2020-03-01");
  CHECK(Text(AddTemporal(day, Span("PT47H59M59.9S"))) == "2020-02-01");
  CHECK(Text(SubtractTemporal(day, Span("PT23H59M59.9S"))) == "2020-01-31");
  CHECK(Text(SubtractTemporal(day, Span("PT24H"))) == "2020-01-30");
  CHECK(Text(SubtractTemporal(day, Span("P1Y11M"))) == "2018-02-28");
}

TEST_CASE("a time of day goes round the clock", "[query]") {
  CHECK(Text(AddTemporal(Of("localtime", "23:59:59.9"), Span("P1Y1DT0.2S"))) == "00:00:00.1");
  CHECK(Text(SubtractTemporal(Of("localtime", "00:00"), Span("PT0.000000001S"))) ==
        "23:59:59.999999999");
  CHECK(Text(AddTemporal(Of("time", "10:00-03:00"), Span("PT49H"))) == "11:00-03:00");
}

TEST_CASE("a date-time moves on the calendar, then on the time line", "[query]") {
  CHECK(Text(AddTemporal(Of("localdatetime", "2019-12-31T23:30"), Span("P2MT45M"))) ==
        "2020-03-01T00:15");
  const Value before = Of("datetime", "2021-03-27T02:30[Europe/Berlin]");
  CHECK(Text(AddTemporal(before, Span("P1D"))) == "2021-03-28T03:30+02:00[Europe/Berlin]");
  CHECK(Text(AddTemporal(before, Span("PT24H"))) == "2021-03-28T03:30+02:00[Europe/Berlin]");
  const Value autumn = Of("datetime", "2021-10-30T12:00[Europe/Berlin]");
  CHECK(Text(AddTemporal(autumn, Span("P1D"))) == "2021-10-31T12:00+01:00[Europe/Berlin]");
  CHECK(Text(AddTemporal(autumn, Span("PT24H"))) == "2021-10-31T11:00+01:00[Europe/Berlin]");
  // The second of two equal clock readings stays the second.
  CHECK(Text(AddTemporal(Of("datetime", "2020-10-25T02:30+01:00[Europe/Berlin]"), Span("P371D"))) ==
        "2021-10-31T02:30+01:00[Europe/Berlin]");
  CHECK(Text(SubtractTemporal(Of("datetime", "1970-01-01T00:00+02:00"), Span("PT0.5S"))) ==
        "1969-12-31T23:59:59.5+02:00");
}

TEST_CASE("arithmetic past the range is an ArgumentError", "[query]") {
  const Value last = Of("date", "+999999999-12-31");
  CHECK(Text(AddTemporal(last, Span("P1D"))) == "ArgumentError");
  CHECK(Text(AddTemporal(last, Span("P1M"))) == "ArgumentError");
  CHECK(Text(AddTemporal(last, Value(Duration{kMost, 0, 0, 0}))) == "ArgumentError");
  CHECK(Text(AddTemporal(last, Value(Duration{0, kMost, kMost, 0}))) == "ArgumentError");
  CHECK(Text(AddTemporal(Of("localdatetime", "+999999999-12-31T23:59:59"), Span("PT1S"))) ==
        "ArgumentError");
  CHECK(Text(AddTemporal(Of("datetime", "2020-01-01"), Value(Duration{0, 0, kMost, 0}))) ==
        "ArgumentError");
  CHECK(Text(AddTemporal(Value(Duration{0, 0, kMost, 0}), Span("PT1S"))) == "ArgumentError");
  CHECK(Text(SubtractTemporal(Span("PT1S"), Value(Duration{0, 0, -kMost - 1, 0}))) ==
        "ArgumentError");
}

TEST_CASE("operands without a meaning are TypeErrors", "[query]") {
  const Value day = Of("date", "2020-01-31");
  CHECK(Text(AddTemporal(day, day)) == "TypeError");
  CHECK(Text(AddTemporal(day, Value(1))) == "TypeError");
  CHECK(Text(SubtractTemporal(day, day)) == "TypeError");
  CHECK(Text(SubtractTemporal(Span("P1D"), day)) == "TypeError");
  CHECK(Text(MultiplyTemporal(Span("P1D"), Span("P1D"))) == "TypeError");
  CHECK(Text(MultiplyTemporal(day, Value(2))) == "TypeError");
  CHECK(Text(DivideTemporal(Value(2), Span("P1D"))) == "TypeError");
}

TEST_CASE("durations add part by part", "[query]") {
  CHECK(Text(AddTemporal(Span("P1MT0.7S"), Span("P-2M3DT0.7S"))) == "P-1M3DT1.4S");
  CHECK(Text(SubtractTemporal(Span("PT1S"), Span("PT1.000000001S"))) == "PT-0.000000001S");
  CHECK(Text(SubtractTemporal(Span("P1D"), Span("PT24H"))) == "P1DT-24H");
}

TEST_CASE("durations scale exactly and carry fractions down", "[query]") {
  CHECK(Text(MultiplyTemporal(Span("P1Y3DT1.5S"), Value(3))) == "P3Y9DT4.5S");
  CHECK(Text(MultiplyTemporal(Value(-2), Span("PT1.25S"))) == "PT-2.5S");
  CHECK(Text(MultiplyTemporal(Span("P1M"), Value(0.5))) == "P15DT5H14M33S");
  CHECK(Text(MultiplyTemporal(Span("PT1S"), Value(0.3))) == "PT0.3S");
  CHECK(Text(MultiplyTemporal(Span("P3D"), Value(1e-30))) == "PT0S");
  CHECK(Text(MultiplyTemporal(Span("P3D"), Value(1e30))) == "ArgumentError");
  CHECK(Text(MultiplyTemporal(Span("P3D"), Value(std::numeric_limits<double>::quiet_NaN()))) ==
        "ArgumentError");
  CHECK(Text(MultiplyTemporal(Value(Duration{kMost, 0, 0, 0}), Value(2))) == "ArgumentError");
  CHECK(Text(DivideTemporal(Span("P1D"), Value(7))) == "PT3H25M42.857142857S");
  CHECK(Text(DivideTemporal(Span("P-1D"), Value(7))) == "PT-3H-25M-42.857142857S");
  CHECK(Text(DivideTemporal(Span("P5M"), Value(2.5))) == "P2M");
  CHECK(Text(DivideTemporal(Span("PT1S"), Value(0.1))) == "PT10S");
  CHECK(Text(DivideTemporal(Span("PT1S"), Value(1e300))) == "PT0S");
  CHECK(Text(DivideTemporal(Span("PT1S"), Value(0))) == "ArithmeticError");
  CHECK(Text(DivideTemporal(Span("PT1S"), Value(0.0))) == "ArithmeticError");
}

TEST_CASE("maps give durations with fractions carried down", "[query]") {
  CHECK(DurationOf({{"days", Value(1)}, {"hours", Value(1.5)}}) == "P1DT1H30M");
  CHECK(DurationOf({{"quarters", Value(3)}}) == "P9M");
  CHECK(DurationOf({{"months", Value(-0.5)}, {"weeks", Value(1)}}) == "P-8DT-5H-14M-33S");
  CHECK(DurationOf({{"seconds", Value(0.3)}}) == "PT0.3S");
  CHECK(DurationOf({{"milliseconds", Value(1.5)}, {"nanoseconds", Value(-1)}}) == "PT0.001499999S");
  CHECK(DurationOf({{"microseconds", Value(kMost)}}) == "PT2562047788H54.775807S");
  CHECK(DurationOf({}) == "PT0S");
  CHECK(DurationOf({{"years", Value(kMost)}}) == "ArgumentError");
  CHECK(DurationOf({{"days", Value(1e300)}}) == "ArgumentError");
  CHECK(DurationOf({{"fortnights", Value(1)}}) == "ArgumentError");
  CHECK(DurationOf({{"days", Value("1")}}) == "TypeError");
  CHECK(DurationOf({{"days", Value()}}) == "TypeError");
}

TEST_CASE("a float is the shortest decimal that reads as it", "[query]") {
  CHECK(ShortestDecimal(0.1)->mantissa == 1);
  CHECK(ShortestDecimal(0.1)->exponent == -1);
  CHECK(WideFromDouble(-2.5) == -kWideOne * 5 / 2);
  CHECK(WideFromDouble(1e-18) == Wide{1});
  CHECK(WideFromDouble(1e-19) == Wide{0});
  CHECK_FALSE(WideFromDouble(1e21).has_value());
  CHECK_FALSE(WideFromDouble(std::numeric_limits<double>::infinity()).has_value());
}

TEST_CASE("the distance counts whole months, then days, then the rest", "[query]") {
  const auto all = DurationScale::kAll;
  CHECK(Between(all, Of("date", "2020-01-31"), Of("date", "2020-03-01")) == "P1M1D");
  CHECK(Between(all, Of("date", "2020-03-01"), Of("date", "2020-01-31")) == "P-1M-1D");
  CHECK(Between(all, Of("date", "2020-02-29"), Of("date", "2021-02-28")) == "P11M30D");
  CHECK(Between(all, Of("localdatetime", "2020-01-01T12:00"), Of("date", "2020-01-03")) ==
        "P1DT12H");
  CHECK(Between(all, Of("localtime", "10:00"), Of("datetime", "2020-01-01T09:00-05:00")) ==
        "PT-1H");
  CHECK(Between(all, Of("time", "10:00+02:00"), Of("time", "10:00-02:00")) == "PT4H");
  CHECK(Between(all, Value(), Of("date", "2020-01-03")) == "null");
  CHECK(Between(all, Value(1), Of("date", "2020-01-03")) == "TypeError");
  CHECK(Between(all, Span("P1D"), Of("date", "2020-01-03")) == "TypeError");
}

TEST_CASE("the distance in one unit drops what is below it", "[query]") {
  const Value from = Of("localdatetime", "2020-01-31T12:00:00.5");
  const Value to = Of("localdatetime", "2020-03-31T12:00:00.4");
  CHECK(Between(DurationScale::kMonths, from, to) == "P1M");
  CHECK(Between(DurationScale::kMonths, to, from) == "P-1M");
  CHECK(Between(DurationScale::kDays, from, to) == "P59D");
  CHECK(Between(DurationScale::kDays, to, from) == "P-59D");
  CHECK(Between(DurationScale::kSeconds, from, to) == "PT1439H59M59.9S");
  CHECK(Between(DurationScale::kDays, Of("date", "2020-01-01"), Of("localtime", "10:00")) ==
        "PT0S");
}

TEST_CASE("days between zones are counted on the clocks of the first", "[query]") {
  const Value tokyo = Of("datetime", "2020-01-01T08:00[Asia/Tokyo]");
  const Value london = Of("datetime", "2020-01-01T23:00[Europe/London]");
  CHECK(Between(DurationScale::kDays, tokyo, london) == "P1D");
  CHECK(Between(DurationScale::kSeconds, tokyo, london) == "PT24H");
  const Value spring = Of("datetime", "2021-03-27T12:00[Europe/Berlin]");
  CHECK(Between(DurationScale::kAll, spring, Of("localdatetime", "2021-03-28T12:00")) == "P1D");
  CHECK(Between(DurationScale::kSeconds, spring, Of("localdatetime", "2021-03-28T12:00")) ==
        "PT23H");
}

TEST_CASE("the whole range can be measured", "[query]") {
  const Value first = Of("date", "-999999999-01-01");
  const Value last = Of("date", "+999999999-12-31");
  CHECK(Between(DurationScale::kAll, first, last) == "P1999999998Y11M30D");
  CHECK(Between(DurationScale::kDays, first, last) == "P730484999633D");
  CHECK(Between(DurationScale::kSeconds, last, first) == "PT-17531639991192H");
}

TEST_CASE("adding a distance to its beginning gives its end", "[query]") {
  const uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int64_t> any_second(-400'000'000'000, 400'000'000'000);
  std::uniform_int_distribution<int32_t> any_nano(0, 999'999'999);
  for (int i = 0; i < 20'000; ++i) {
    const Value from(LocalDateTime{any_second(random), any_nano(random)});
    const Value to(LocalDateTime{any_second(random), any_nano(random)});
    for (const auto scale : {DurationScale::kAll, DurationScale::kSeconds}) {
      const Value distance = *DurationBetween(scale, from, to);
      INFO(Text(from) << " + " << Text(distance));
      REQUIRE(Text(AddTemporal(from, distance)) == Text(to));
    }
  }
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The arithmetic of durations; their text is in temporal_duration_parse.cpp.
#include "query/function/temporal_duration.h"

#include <fmt/format.h>

#include <limits>
#include <string>

#include "query/function/temporal_amounts.h"
#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"

namespace kith::query {
namespace {

// The average month in days, as a fraction: 30.436875 = 30436875 / 10^6 (365.2425 / 12).
constexpr int64_t kMicroDaysPerMonth = 30'436'875;
constexpr int64_t kMicro = 1'000'000;

Status TooLarge() {
  return TemporalRangeError(
      "the duration is too large; its months, days and seconds must each fit 64 bits");
}

Result<int64_t> Narrow(Wide value) {
  if (value > std::numeric_limits<int64_t>::max() || value < std::numeric_limits<int64_t>::min()) {
    return TooLarge();
  }
  return static_cast<int64_t>(value);
}

struct DurationUnit {
  const char* name;
  DurationPart part;
  int64_t factor;   // how many of the part make one
  int64_t divisor;  // how many of them make one of the part
};

constexpr DurationUnit kUnits[] = {
    {"years", DurationPart::kMonths, 12, 1},
    {"quarters", DurationPart::kMonths, 3, 1},
    {"months", DurationPart::kMonths, 1, 1},
    {"weeks", DurationPart::kDays, 7, 1},
    {"days", DurationPart::kDays, 1, 1},
    {"hours", DurationPart::kSeconds, 3600, 1},
    {"minutes", DurationPart::kSeconds, 60, 1},
    {"seconds", DurationPart::kSeconds, 1, 1},
    {"milliseconds", DurationPart::kSeconds, 1, 1'000},
    {"microseconds", DurationPart::kSeconds, 1, kMicro},
    {"nanoseconds", DurationPart::kSeconds, 1, kNanosPerSecond},
};

const DurationUnit* FindUnit(std::string_view name) {
  for (const DurationUnit& unit : kUnits) {
    if (name == unit.name) return &unit;
  }
  return nullptr;
}

using PartOperation = std::optional<Wide> (*)(int64_t part, const DecimalNumber& number);

Result<Duration> ForEachPart(const Duration& duration, const Value& number,
                             PartOperation operation) {
  DecimalNumber decimal;
  if (number.IsInteger()) {
    decimal.mantissa = number.AsInteger();
  } else if (const auto shortest = ShortestDecimal(number.AsFloat())) {
    decimal = *shortest;
  } else {
    return TemporalArgumentError("a duration cannot be multiplied or divided by NaN or infinity");
  }
  const auto months = operation(duration.months, decimal);
  const auto days = operation(duration.days, decimal);
  const auto seconds = operation(duration.seconds, decimal);
  const auto nanos = operation(duration.nanos, decimal);
  if (!months || !days || !seconds || !nanos) return TooLarge();
  return DurationAmounts{{*months, *days, *seconds, *nanos}}.Settle();
}

}  // namespace

bool DurationAmounts::Add(DurationPart part, Wide amount, int64_t factor) {
  Wide& sum = amounts[static_cast<size_t>(part)];
  const std::optional<Wide> scaled = MultiplyWide(amount, factor);
  const std::optional<Wide> added = scaled ? AddWide(sum, *scaled) : std::nullopt;
  if (added) sum = *added;
  return added.has_value();
}

Result<Duration> DurationAmounts::Settle() const {
  const auto [months, days, seconds, nanos] = amounts;
  const auto all_days = AddWide(days, months % kWideOne * kMicroDaysPerMonth / kMicro);
  if (!all_days) return TooLarge();
  const auto all_seconds = AddWide(seconds, *all_days % kWideOne * kSecondsPerDay);
  if (!all_seconds) return TooLarge();
  const auto all_nanos = AddWide(nanos, *all_seconds % kWideOne * kNanosPerSecond);
  if (!all_nanos) return TooLarge();
  Duration duration;
  KITH_ASSIGN_OR_RETURN(duration.months, Narrow(months / kWideOne));
  KITH_ASSIGN_OR_RETURN(duration.days, Narrow(*all_days / kWideOne));
  const Wide total_nanos = *all_seconds / kWideOne * kNanosPerSecond + *all_nanos / kWideOne;
  Wide below_second = total_nanos % kNanosPerSecond;
  if (below_second < 0) below_second += kNanosPerSecond;
  KITH_ASSIGN_OR_RETURN(duration.seconds, Narrow((total_nanos - below_second) / kNanosPerSecond));
  duration.nanos = static_cast<int32_t>(below_second);
  return duration;
}

Result<Duration> DurationFromMap(const Map& fields) {
  DurationAmounts amounts;
  for (const auto& [name, value] : fields) {
    const DurationUnit* unit = FindUnit(name);
    if (unit == nullptr) {
      return TemporalArgumentError(fmt::format(
          "a duration has no part '{}'; it has years, quarters, months, weeks, days, hours, "
          "minutes, seconds, milliseconds, microseconds and nanoseconds",
          name));
    }
    if (!value.IsNumber()) {
      return TemporalTypeError(
          fmt::format("the part '{}' of a duration must be a number, and is {}", name,
                      ValueTypeName(value.type())));
    }
    const std::optional<Wide> amount = value.IsInteger() ? MultiplyWide(value.AsInteger(), kWideOne)
                                                         : WideFromDouble(value.AsFloat());
    if (!amount || !amounts.Add(unit->part, *amount / unit->divisor, unit->factor))
      return TooLarge();
  }
  return amounts.Settle();
}

Result<Duration> DurationOfTime(int64_t seconds, int64_t nanos) {
  int64_t sum = 0;
  if (__builtin_add_overflow(seconds, FloorDivide(nanos, kNanosPerSecond), &sum)) return TooLarge();
  return Duration{0, 0, sum, static_cast<int32_t>(FloorModulo(nanos, kNanosPerSecond))};
}

Result<Duration> AddDurations(const Duration& a, const Duration& b) {
  int64_t months = 0, days = 0, seconds = 0;
  if (__builtin_add_overflow(a.months, b.months, &months) ||
      __builtin_add_overflow(a.days, b.days, &days) ||
      __builtin_add_overflow(a.seconds, b.seconds, &seconds)) {
    return TooLarge();
  }
  KITH_ASSIGN_OR_RETURN(Duration sum, DurationOfTime(seconds, int64_t{a.nanos} + b.nanos));
  sum.months = months;
  sum.days = days;
  return sum;
}

Result<Duration> NegateDuration(const Duration& duration) {
  return MultiplyDuration(duration, Value(int64_t{-1}));
}

Result<Duration> MultiplyDuration(const Duration& duration, const Value& number) {
  if (!number.IsNumber()) {
    return TemporalTypeError(fmt::format("a duration can be multiplied by a number, not by {}",
                                         ValueTypeName(number.type())));
  }
  return ForEachPart(duration, number, &ScaleToWide);
}

Result<Duration> DivideDuration(const Duration& duration, const Value& number) {
  if (!number.IsNumber()) {
    return TemporalTypeError(fmt::format("a duration can be divided by a number, not by {}",
                                         ValueTypeName(number.type())));
  }
  if (number.AsNumber() == 0) {
    return Status(StatusCode::kArithmeticError, "a duration cannot be divided by zero")
        .WithPhase(ErrorPhase::kRuntime)
        .WithDetail("DivisionByZero");
  }
  return ForEachPart(duration, number, &DivideToWide);
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The text forms of durations.
#include <optional>
#include <string>

#include "query/function/temporal_amounts.h"
#include "query/function/temporal_calendar.h"
#include "query/function/temporal_duration.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_parse.h"
#include "query/function/temporal_reader.h"

namespace kith::query {
namespace {

struct UnitLetter {
  char letter;
  DurationPart part;
  int64_t factor;
};

// In the order in which ISO 8601 lets them appear.
constexpr UnitLetter kDateUnits[] = {{'Y', DurationPart::kMonths, 12},
                                     {'M', DurationPart::kMonths, 1},
                                     {'W', DurationPart::kDays, 7},
                                     {'D', DurationPart::kDays, 1}};
constexpr UnitLetter kTimeUnits[] = {{'H', DurationPart::kSeconds, 3600},
                                     {'M', DurationPart::kSeconds, 60},
                                     {'S', DurationPart::kSeconds, 1}};

// [+-]digits[(.|,)digits]
Result<Wide> ReadAmount(TemporalReader& reader) {
  const bool negative = reader.Peek() == '-';
  if (!reader.Take('-')) reader.Take('+');
  const std::string_view whole = reader.TakeDigits();
  if (whole.empty()) return reader.Error("a number must stand");
  std::string_view fraction;
  if (reader.Take('.') || reader.Take(',')) {
    fraction = reader.TakeDigits();
    if (fraction.empty()) return reader.Error("digits must follow the decimal point");
  }
  const std::optional<Wide> amount = WideFromDigits(whole, fraction);
  if (!amount) return reader.Error("the number is too large, which ends");
  return negative ? -*amount : *amount;
}

// Reads amounts with their letters until the text or the date part ends.
template <size_t N>
Status ReadUnits(TemporalReader& reader, const UnitLetter (&units)[N], DurationAmounts* amounts) {
  size_t next_unit = 0;
  do {
    KITH_ASSIGN_OR_RETURN(const Wide amount, ReadAmount(reader));
    while (next_unit < N && reader.Peek() != units[next_unit].letter) ++next_unit;
    if (next_unit == N) return reader.Error("a unit, each at most once and in order, must stand");
    const UnitLetter& unit = units[next_unit++];
    reader.Take(unit.letter);
    if (!amounts->Add(unit.part, amount, unit.factor)) {
      return reader.Error("the amount is too large, which ends");
    }
  } while (!reader.AtEnd() && reader.Peek() != 'T');
  return Status::Ok();
}

// yyyy-mm-ddThh:mm:ss, or without separators.
bool LooksCombined(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  return (digits == 4 && digits < text.size() && text[digits] == '-') ||
         (digits == 8 && (digits == text.size() || text[digits] == 'T'));
}

Result<Duration> ReadCombined(TemporalReader& reader, std::string_view text) {
  int64_t years = 0, months = 0, days = 0;
  reader.TakeNumber(4, &years);
  const bool extended = reader.Take('-');
  if (!reader.TakeNumber(2, &months) || (extended && !reader.Take('-')) ||
      !reader.TakeNumber(2, &days)) {
    return reader.Error("months and days of two digits must follow the years");
  }
  Status checked = CheckPart("months", months, 0, 12);
  if (checked.ok()) checked = CheckPart("days", days, 0, 31);
  if (!checked.ok()) return reader.Error(checked);
  Duration duration;
  if (reader.Take('T')) {
    Result<LocalTime> time = ParseLocalTime(text.substr(text.find('T') + 1));
    if (!time.ok()) return reader.Error(time.status());
    duration.seconds = time->nanos / kNanosPerSecond;
    duration.nanos = static_cast<int32_t>(time->nanos % kNanosPerSecond);
  } else if (!reader.AtEnd()) {
    return reader.Error("'T' and a time, or nothing, must follow the days");
  }
  duration.months = years * 12 + months;
  duration.days = days;
  return duration;
}

Result<Duration> ReadDuration(TemporalReader& reader, std::string_view after_p) {
  if (LooksCombined(after_p)) return ReadCombined(reader, after_p);
  DurationAmounts amounts;
  if (reader.Peek() != 'T') KITH_RETURN_IF_ERROR(ReadUnits(reader, kDateUnits, &amounts));
  if (reader.Take('T')) KITH_RETURN_IF_ERROR(ReadUnits(reader, kTimeUnits, &amounts));
  if (!reader.AtEnd()) return reader.Error("the text goes on where it must end,");
  Result<Duration> duration = amounts.Settle();
  if (!duration.ok()) return reader.Error(duration.status());
  return duration;
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  TemporalReader reader(text, "duration");
  const bool negative = reader.Peek() == '-';
  const bool has_sign = reader.Take('-') || reader.Take('+');
  if (!reader.Take('P')) return reader.Error("a duration begins with 'P', which must stand");
  KITH_ASSIGN_OR_RETURN(const Duration duration,
                        ReadDuration(reader, text.substr(has_sign ? 2 : 1)));
  return negative ? NegateDuration(duration) : duration;
}

}  // namespace kith::query

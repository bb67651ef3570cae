// SPDX-License-Identifier: Apache-2.0
// Reader and evaluation of POSIX time zone rules.
#include "query/function/temporal_zone_rule.h"

#include <algorithm>

#include "engine/base/temporal.h"
#include "query/function/temporal_calendar.h"

namespace kith::query {
namespace {

class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  bool Next(char expected) const { return !text_.empty() && text_.front() == expected; }
  bool Take(char expected) {
    if (!Next(expected)) return false;
    text_.remove_prefix(1);
    return true;
  }

  // A name of letters, or any text in angle brackets.
  bool TakeName() {
    if (Take('<')) {
      const size_t end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    size_t length = 0;
    while (length < text_.size() && IsLetter(text_[length])) ++length;
    text_.remove_prefix(length);
    return length >= 3;
  }

  bool TakeNumber(int32_t low, int32_t high, int32_t* number) {
    int32_t value = 0;
    size_t length = 0;
    while (length < text_.size() && length < 4 && text_[length] >= '0' && text_[length] <= '9') {
      value = value * 10 + (text_[length++] - '0');
    }
    text_.remove_prefix(length);
    *number = value;
    return length > 0 && value >= low && value <= high;
  }

  // [+-]hh[:mm[:ss]]
  bool TakeTime(int32_t* seconds) {
    const bool negative = Next('-');
    if (negative || Next('+')) text_.remove_prefix(1);
    int32_t hours = 0, minutes = 0, rest = 0;
    if (!TakeNumber(0, 167, &hours)) return false;
    if (Take(':') && !TakeNumber(0, 59, &minutes)) return false;
    if (Take(':') && !TakeNumber(0, 59, &rest)) return false;
    const int32_t total = hours * 3600 + minutes * 60 + rest;
    *seconds = negative ? -total : total;
    return true;
  }

  bool TakeChange(YearlyChange* change) {
    if (!Take(',')) return false;
    if (Take('M')) {
      if (!TakeNumber(1, 12, &change->month) || !Take('.')) return false;
      if (!TakeNumber(1, 5, &change->week) || !Take('.')) return false;
      if (!TakeNumber(0, 6, &change->day)) return false;
    } else if (Take('J')) {
      change->scheme = YearlyChange::Scheme::kJulianNoLeap;
      if (!TakeNumber(1, 365, &change->day)) return false;
    } else {
      change->scheme = YearlyChange::Scheme::kZeroBasedOrdinal;
      if (!TakeNumber(0, 365, &change->day)) return false;
    }
    return !Take('/') || TakeTime(&change->time_seconds);
  }

 private:
  static bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  std::string_view text_;
};

int64_t DayOfChange(const YearlyChange& change, int64_t year) {
  const int64_t january_first = DaysFromCivil({year, 1, 1});
  switch (change.scheme) {
    case YearlyChange::Scheme::kJulianNoLeap:
      return january_first + change.day - 1 + (IsLeapYear(year) && change.day >= 60 ? 1 : 0);
    case YearlyChange::Scheme::kZeroBasedOrdinal: return january_first + change.day;
    case YearlyChange::Scheme::kMonthWeekDay: break;
  }
  const int64_t first = DaysFromCivil({year, change.month, 1});
  const int64_t sunday_based = DayOfWeek(first) % 7;
  const int64_t first_match = first + FloorModulo(change.day - sunday_based, 7);
  const int64_t last_of_month = first + DaysInMonth(year, change.month) - 1;
  int64_t match = first_match + (change.week - 1) * 7;
  if (match > last_of_month) match -= 7;
  return match;
}

int64_t InstantOfChange(const YearlyChange& change, int64_t year, int32_t offset_before) {
  return DayOfChange(change, year) * kSecondsPerDay + change.time_seconds - offset_before;
}

}  // namespace

std::optional<YearlyZoneRule> ParseYearlyZoneRule(std::string_view text) {
  RuleReader reader(text);
  YearlyZoneRule rule;
  int32_t west_seconds = 0;  // POSIX counts offsets westward
  if (!reader.TakeName() || !reader.TakeTime(&west_seconds)) return std::nullopt;
  rule.standard_offset = -west_seconds;
  if (reader.AtEnd()) return rule;
  rule.has_daylight = true;
  rule.daylight_offset = rule.standard_offset + 3600;
  if (!reader.TakeName()) return std::nullopt;
  if (!reader.Next(',')) {
    if (!reader.TakeTime(&west_seconds)) return std::nullopt;
    rule.daylight_offset = -west_seconds;
  }
  if (!reader.TakeChange(&rule.daylight_begins) || !reader.TakeChange(&rule.daylight_ends)) {
    return std::nullopt;
  }
  if (!reader.AtEnd()) return std::nullopt;
  return rule;
}

int32_t OffsetByRule(const YearlyZoneRule& rule, int64_t epoch_seconds) {
  if (!rule.has_daylight) return rule.standard_offset;
  const int64_t local = epoch_seconds + rule.standard_offset;
  const int64_t year = CivilFromDays(FloorDivide(local, kSecondsPerDay)).year;
  const int64_t begins = InstantOfChange(rule.daylight_begins, year, rule.standard_offset);
  const int64_t ends = InstantOfChange(rule.daylight_ends, year, rule.daylight_offset);
  const bool daylight = begins < ends ? epoch_seconds >= begins && epoch_seconds < ends
                                      : epoch_seconds >= begins || epoch_seconds < ends;
  return daylight ? rule.daylight_offset : rule.standard_offset;
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// A recursive descent over the ISO forms.
#include "query/function/temporal_parse.h"

#include <cstdlib>
#include <optional>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_reader.h"
#include "query/function/temporal_zone.h"

namespace kith::query {
namespace {

// Wraps the calendar's error so that it quotes the text.
Result<int64_t> Checked(const TemporalReader& reader, Result<int64_t> days) {
  if (!days.ok()) return reader.Error(days.status());
  return days;
}

Result<int64_t> ReadWeekDate(TemporalReader& reader, int64_t year, bool extended) {
  int64_t week = 0, day = 1;
  if (!reader.TakeNumber(2, &week)) return reader.Error("a week of two digits must follow 'W'");
  const bool has_day = extended ? reader.Take('-') : reader.CountDigits() > 0;
  if (has_day && !reader.TakeNumber(1, &day)) return reader.Error("a day of the week must follow");
  return Checked(reader, DaysFromWeek(year, week, day));
}

Result<int64_t> ReadQuarterDate(TemporalReader& reader, int64_t year, bool extended) {
  int64_t quarter = 0, day = 1;
  if (!reader.TakeNumber(1, &quarter))
    return reader.Error("a quarter of one digit must follow 'Q'");
  const bool has_day = extended ? reader.Take('-') : reader.CountDigits() > 0;
  if (has_day && !reader.TakeNumber(2, &day)) {
    return reader.Error("a day of the quarter of two digits must follow");
  }
  return Checked(reader, DaysFromQuarter(year, quarter, day));
}

// What follows the '-' after the year.
Result<int64_t> ReadExtendedDate(TemporalReader& reader, int64_t year) {
  if (reader.Take('W')) return ReadWeekDate(reader, year, true);
  if (reader.Take('Q')) return ReadQuarterDate(reader, year, true);
  int64_t month = 0, day = 1;
  if (reader.CountDigits() == 3) {
    reader.TakeNumber(3, &day);
    return Checked(reader, DaysFromOrdinal(year, day));
  }
  if (reader.CountDigits() != 2) {
    return reader.Error("a month of two digits or a day of the year of three must follow");
  }
  reader.TakeNumber(2, &month);
  if (reader.Take('-') && !reader.TakeNumber(2, &day)) {
    return reader.Error("a day of two digits must follow");
  }
  return Checked(reader, DaysFromCalendar(year, month, day));
}

// What follows a year of four digits without a separator.
Result<int64_t> ReadBasicDate(TemporalReader& reader, int64_t year) {
  if (reader.Take('W')) return ReadWeekDate(reader, year, false);
  if (reader.Take('Q')) return ReadQuarterDate(reader, year, false);
  int64_t month = 1, day = 1;
  switch (reader.CountDigits()) {
    case 0: break;
    case 2: reader.TakeNumber(2, &month); break;
    case 3: reader.TakeNumber(3, &day); return Checked(reader, DaysFromOrdinal(year, day));
    case 4:
      reader.TakeNumber(2, &month);
      reader.TakeNumber(2, &day);
      break;
    default: return reader.Error("two, three or four digits may follow the year, not more,");
  }
  return Checked(reader, DaysFromCalendar(year, month, day));
}

Result<int64_t> ReadDate(TemporalReader& reader) {
  const bool negative = reader.Peek() == '-';
  int64_t year = 0;
  if (reader.Take('-') || reader.Take('+')) {
    const int digits = reader.CountDigits();
    if (digits < 1 || digits > 9) return reader.Error("a year of one to nine digits must follow");
    reader.TakeNumber(digits, &year);
  } else if (!reader.TakeNumber(4, &year)) {
    return reader.Error("a year of four digits, or a signed one, must stand");
  }
  if (negative) year = -year;
  return reader.Take('-') ? ReadExtendedDate(reader, year) : ReadBasicDate(reader, year);
}

Result<int64_t> ReadTimeOfDay(TemporalReader& reader) {
  int64_t hour = 0, minute = 0, second = 0, nanos = 0;
  const int digits = reader.CountDigits();
  if (digits != 2 && digits != 4 && digits != 6) {
    return reader.Error("a time of two, four or six digits must stand");
  }
  reader.TakeNumber(2, &hour);
  bool has_seconds = digits == 6;
  if (digits >= 4) reader.TakeNumber(2, &minute);
  if (digits == 6) reader.TakeNumber(2, &second);
  if (digits == 2 && reader.Take(':')) {
    if (!reader.TakeNumber(2, &minute)) return reader.Error("minutes of two digits must follow");
    has_seconds = reader.Take(':');
    if (has_seconds && !reader.TakeNumber(2, &second)) {
      return reader.Error("seconds of two digits must follow");
    }
  }
  if (has_seconds && (reader.Take('.') || reader.Take(',')) && !reader.TakeNanos(&nanos)) {
    return reader.Error("a fraction of one to nine digits must follow");
  }
  Status checked = CheckPart("hour", hour, 0, 23);
  if (checked.ok()) checked = CheckPart("minute", minute, 0, 59);
  if (checked.ok()) checked = CheckPart("second", second, 0, 59);
  if (!checked.ok()) return reader.Error(checked);
  return hour * kNanosPerHour + minute * kNanosPerMinute + second * kNanosPerSecond + nanos;
}

Result<int32_t> ReadOffset(TemporalReader& reader) {
  if (reader.Take('Z') || reader.Take('z')) return 0;
  const bool negative = reader.Peek() == '-';
  if (!reader.Take('-') && !reader.Take('+')) return reader.Error("'Z', '+' or '-' must stand");
  int64_t hours = 0, minutes = 0, seconds = 0;
  const int digits = reader.CountDigits();
  if (digits != 2 && digits != 4 && digits != 6) {
    return reader.Error("an offset of two, four or six digits must follow");
  }
  reader.TakeNumber(2, &hours);
  if (digits >= 4) reader.TakeNumber(2, &minutes);
  if (digits == 6) reader.TakeNumber(2, &seconds);
  if (digits == 2 && reader.Take(':')) {
    if (!reader.TakeNumber(2, &minutes)) return reader.Error("minutes of two digits must follow");
    if (reader.Take(':') && !reader.TakeNumber(2, &seconds)) {
      return reader.Error("seconds of two digits must follow");
    }
  }
  const int64_t total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > kMaxOffsetSeconds) {
    return reader.Error("an offset goes from -18:00 to +18:00, which ends");
  }
  return static_cast<int32_t>(negative ? -total : total);
}

Status ExpectEnd(const TemporalReader& reader) {
  return reader.AtEnd() ? Status::Ok() : reader.Error("the text goes on where it must end,");
}

Result<LocalDateTime> ReadLocalDateTime(TemporalReader& reader) {
  KITH_ASSIGN_OR_RETURN(const int64_t days, ReadDate(reader));
  int64_t nanos = 0;
  if (reader.Take('T') || reader.Take('t')) {
    KITH_ASSIGN_OR_RETURN(nanos, ReadTimeOfDay(reader));
  }
  return LocalDateTime{days * kSecondsPerDay + nanos / kNanosPerSecond,
                       static_cast<int32_t>(nanos % kNanosPerSecond)};
}

}  // namespace

Result<Date> ParseDate(std::string_view text) {
  TemporalReader reader(text, "date");
  KITH_ASSIGN_OR_RETURN(const int64_t days, ReadDate(reader));
  KITH_RETURN_IF_ERROR(ExpectEnd(reader));
  return Date{days};
}

Result<LocalTime> ParseLocalTime(std::string_view text) {
  TemporalReader reader(text, "local time");
  KITH_ASSIGN_OR_RETURN(const int64_t nanos, ReadTimeOfDay(reader));
  KITH_RETURN_IF_ERROR(ExpectEnd(reader));
  return LocalTime{nanos};
}

Result<Time> ParseTime(std::string_view text, int32_t default_offset_seconds) {
  TemporalReader reader(text, "time");
  KITH_ASSIGN_OR_RETURN(const int64_t nanos, ReadTimeOfDay(reader));
  if (reader.AtEnd()) return Time{nanos, default_offset_seconds};
  KITH_ASSIGN_OR_RETURN(const int32_t offset_seconds, ReadOffset(reader));
  KITH_RETURN_IF_ERROR(ExpectEnd(reader));
  return Time{nanos, offset_seconds};
}

Result<LocalDateTime> ParseLocalDateTime(std::string_view text) {
  TemporalReader reader(text, "local date-time");
  KITH_ASSIGN_OR_RETURN(const LocalDateTime local, ReadLocalDateTime(reader));
  KITH_RETURN_IF_ERROR(ExpectEnd(reader));
  return local;
}

Result<DateTime> ParseDateTime(std::string_view text, const TimeZone& default_zone) {
  TemporalReader reader(text, "date-time");
  KITH_ASSIGN_OR_RETURN(const LocalDateTime local, ReadLocalDateTime(reader));
  std::optional<int32_t> offset_seconds;
  if (!reader.AtEnd() && reader.Peek() != '[') {
    KITH_ASSIGN_OR_RETURN(offset_seconds, ReadOffset(reader));
  }
  TimeZone zone = offset_seconds ? TimeZone{"", *offset_seconds} : default_zone;
  if (reader.Take('[')) {
    std::string_view name;
    if (!reader.TakeUntil(']', &name)) return reader.Error("']' must end the name of the zone,");
    KITH_ASSIGN_OR_RETURN(zone, NamedTimeZone(name));
  }
  KITH_RETURN_IF_ERROR(ExpectEnd(reader));
  KITH_ASSIGN_OR_RETURN(DateTime moment, AtLocal(local, zone, offset_seconds));
  if (offset_seconds && *offset_seconds != moment.offset_seconds) {
    return reader.Error("the zone does not have the given offset at that time, which ends");
  }
  return moment;
}

Result<int32_t> ParseOffset(std::string_view text) {
  TemporalReader reader(text, "offset");
  KITH_ASSIGN_OR_RETURN(const int32_t offset_seconds, ReadOffset(reader));
  KITH_RETURN_IF_ERROR(ExpectEnd(reader));
  return offset_seconds;
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Reads temporal values from ISO 8601 text, in its extended and basic forms:
//
//   date      2015-07-21 20150721, 2015-07 201507, 2015-W30-2 2015W302, 2015-W30 2015W30,
//             2015-Q3-21 2015Q321, 2015-Q3 2015Q3, 2015-202 2015202, 2015; years outside 0 to 9999
//             with a sign and up to nine digits: +12345-01-01, -0044-03-15
//   time      21:40:32.142 214032.142, 21:40:32 214032, 21:40 2140, 21
//   offset    Z +01:00 +0100 +01 +00:53:28
//   zone      after a date-time: [Europe/Stockholm], with or without an offset before it
//   duration  see temporal_duration.h
//
// Every failure is an ArgumentError that quotes the text and says what does not fit.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/temporal.h"
#include "query/function/temporal_zone.h"

namespace kith::query {

Result<Date> ParseDate(std::string_view text);
Result<LocalTime> ParseLocalTime(std::string_view text);
Result<Time> ParseTime(std::string_view text, int32_t default_offset_seconds);
/// Without a time of day it is midnight.
Result<LocalDateTime> ParseLocalDateTime(std::string_view text);
/// An offset beside a zone must be one that the zone has then.
Result<DateTime> ParseDateTime(std::string_view text, const TimeZone& default_zone);
/// "Z" or an offset in seconds east of UTC.
Result<int32_t> ParseOffset(std::string_view text);

}  // namespace kith::query

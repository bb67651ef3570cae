// SPDX-License-Identifier: Apache-2.0
// The adapter to the date library: its exceptions end here.
#include "query/function/temporal_zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>

#include "query/function/temporal_calendar.h"
#include "query/function/temporal_error.h"
#include "query/function/temporal_parse.h"
#include "query/function/temporal_zone_history.h"
#include "query/function/temporal_zone_rule.h"

namespace kith::query {
namespace {

// The library knows no year past this one, and reports it as the end of a zone's last period.
constexpr int64_t kLastLibrarySecond = 971'890'876'799;
constexpr int64_t kFirstLibrarySecond = -1'096'193'779'200;
// Where Debian's date library reads its database.
constexpr const char* kZoneDirectory = "/usr/share/zoneinfo/";

Status OutsideYears() {
  return TemporalRangeError("the date lies outside the years -999999999 to 999999999");
}

Result<const date::time_zone*> LocateZone(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return TemporalArgumentError(fmt::format(
        "the time zone database has no zone '{}'; write an IANA name such as 'Europe/Berlin' or an "
        "offset such as '+01:00'",
        name));
  }
}

// The last line of a TZif file (RFC 8536, section 3.3) is the rule after its last written change.
std::optional<YearlyZoneRule> ReadRuleOfZoneFile(const std::string& name) {
  std::ifstream file(kZoneDirectory + name, std::ios::binary);
  std::string line, last;
  while (std::getline(file, line)) last = line;
  return ParseYearlyZoneRule(last);
}

std::optional<YearlyZoneRule> RuleOfZone(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::optional<YearlyZoneRule>> rules;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = rules.find(name);
  if (found != rules.end()) return found->second;
  return rules.emplace(name, ReadRuleOfZoneFile(name)).first->second;
}

Result<int32_t> OffsetOfNamedZone(std::string_view name, int64_t epoch_seconds) {
  KITH_ASSIGN_OR_RETURN(const date::time_zone* zone, LocateZone(name));
  const int64_t known = std::min(std::max(epoch_seconds, kFirstLibrarySecond), kLastLibrarySecond);
  try {
    const date::sys_info info = zone->get_info(date::sys_seconds(std::chrono::seconds(known)));
    if (info.end.time_since_epoch().count() >= kLastLibrarySecond) {
      if (const auto rule = RuleOfZone(zone->name())) return OffsetByRule(*rule, epoch_seconds);
    }
    return static_cast<int32_t>(info.offset.count());
  } catch (const std::exception& error) {
    return TemporalArgumentError(fmt::format(
        "the time zone database cannot tell the offset of '{}': {}", name, error.what()));
  }
}

}  // namespace

Result<TimeZone> NamedTimeZone(std::string_view name) {
  KITH_ASSIGN_OR_RETURN([[maybe_unused]] const date::time_zone* zone, LocateZone(name));
  return TimeZone{std::string(name), 0};
}

Result<TimeZone> ParseTimeZone(std::string_view text) {
  const bool is_offset =
      text == "Z" || text == "z" || (!text.empty() && (text[0] == '+' || text[0] == '-'));
  if (!is_offset) return NamedTimeZone(text);
  KITH_ASSIGN_OR_RETURN(const int32_t offset_seconds, ParseOffset(text));
  return TimeZone{"", offset_seconds};
}

Result<int32_t> OffsetAt(const TimeZone& zone, int64_t epoch_seconds) {
  if (!zone.IsNamed()) return zone.offset_seconds;
  return OffsetOfNamedZone(epoch_seconds < 0 ? HistoryZone(zone.name) : zone.name, epoch_seconds);
}

Result<DateTime> AtInstant(const Instant& instant, const TimeZone& zone) {
  const int64_t day = FloorDivide(instant.epoch_seconds, kSecondsPerDay);
  if (day < kFirstDay - 1 || day > kLastDay + 1) return OutsideYears();
  KITH_ASSIGN_OR_RETURN(const int32_t offset, OffsetAt(zone, instant.epoch_seconds));
  const int64_t local_day = FloorDivide(instant.epoch_seconds + offset, kSecondsPerDay);
  if (local_day < kFirstDay || local_day > kLastDay) return OutsideYears();
  return DateTime{instant.epoch_seconds, instant.nanos, offset, zone.name};
}

Result<DateTime> AtLocal(const LocalDateTime& local, const TimeZone& zone,
                         std::optional<int32_t> preferred_offset) {
  if (!zone.IsNamed()) {
    return AtInstant({local.seconds - zone.offset_seconds, local.nanos}, zone);
  }
  // No zone changes twice within two days, so the offsets a day before and after are all there are.
  KITH_ASSIGN_OR_RETURN(const int32_t before, OffsetAt(zone, local.seconds - kSecondsPerDay));
  KITH_ASSIGN_OR_RETURN(const int32_t after, OffsetAt(zone, local.seconds + kSecondsPerDay));
  KITH_ASSIGN_OR_RETURN(const int32_t at_before, OffsetAt(zone, local.seconds - before));
  KITH_ASSIGN_OR_RETURN(const int32_t at_after, OffsetAt(zone, local.seconds - after));
  const bool before_valid = at_before == before;
  const bool after_valid = at_after == after;
  int32_t offset = before;
  if (after_valid && (!before_valid || preferred_offset == after)) offset = after;
  return AtInstant({local.seconds - offset, local.nanos}, zone);
}

Instant RealtimeNow() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const int64_t nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
  return {FloorDivide(nanos, kNanosPerSecond),
          static_cast<int32_t>(FloorModulo(nanos, kNanosPerSecond))};
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Time zones: fixed offsets, and IANA names with their history. Names and history come from the
// system's time zone database through Howard Hinnant's date library; after the last change that is
// written out there, the zone's yearly rule goes on for ever (temporal_zone_rule.h).
//
// Before 1970 the places that share a history since then follow their principal zone, as the tz
// database itself does since 2022 (Europe/Stockholm is Europe/Berlin); distributions that build
// from its "backzone" file differ there, and the language's results must not depend on them.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/temporal.h"

namespace kith::query {

/// A fixed offset from UTC, or a named zone. Default: UTC.
struct TimeZone {
  std::string name;            ///< IANA name; empty for a fixed offset.
  int32_t offset_seconds = 0;  ///< For a fixed offset; east is positive.
  bool IsNamed() const { return !name.empty(); }
};

/// A point in time: seconds since 1970-01-01T00:00Z.
struct Instant {
  int64_t epoch_seconds = 0;
  int32_t nanos = 0;
};

/// What construction takes from its surroundings.
struct TemporalSetting {
  Instant now;    ///< For values that are not given and for the offset of a named zone today.
  TimeZone zone;  ///< Of values that name none.
};

/// Offsets go from -18:00 to +18:00, as in ISO 8601 practice and java.time.
inline constexpr int32_t kMaxOffsetSeconds = 18 * 3600;

/// Reads "Z", an offset such as "+01:00", "-0130" or "+00:53:28", or an IANA name.
/// ArgumentError when it is neither or the name is unknown.
Result<TimeZone> ParseTimeZone(std::string_view text);

/// ArgumentError when the database has no such zone, and when there is no database.
Result<TimeZone> NamedTimeZone(std::string_view name);

/// The offset that the zone's clocks have at an instant.
Result<int32_t> OffsetAt(const TimeZone& zone, int64_t epoch_seconds);

Result<DateTime> AtInstant(const Instant& instant, const TimeZone& zone);

/// The instant at which the zone's clocks show `local`. Where clocks are put back and show it
/// twice, `preferred_offset` chooses, else the first; where they are put forward and never show it,
/// the time moves forward by the length of the gap.
Result<DateTime> AtLocal(const LocalDateTime& local, const TimeZone& zone,
                         std::optional<int32_t> preferred_offset = std::nullopt);

/// What the system's clock shows.
Instant RealtimeNow();

}  // namespace kith::query

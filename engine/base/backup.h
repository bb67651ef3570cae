// SPDX-License-Identifier: Apache-2.0
// What is said of a backup, and asked of one, from storage up to the API.
//
// Thread safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "engine/base/ids.h"

namespace kith {

struct BackupInfo {
  uint32_t number = 0;    ///< Counted up from 1 in a folder of backups.
  int64_t created_s = 0;  ///< Seconds since 1970-01-01, UTC.
  uint64_t bytes = 0;     ///< Of its files, also of those that it shares with others.
  /// Every commit up to this one is in it, and maybe some that came while it was made.
  CommitNumber commit{};
};

struct BackupOptions {
  /// Backups beyond the newest so many are deleted afterwards. 0: none is.
  size_t keep = 0;
  /// Asked every few megabytes; false stops the backup, with Cancelled. May be null.
  std::function<bool()> goes_on;
};

}  // namespace kith

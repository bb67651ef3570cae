// SPDX-License-Identifier: Apache-2.0
// What a check of a whole database is asked, and what it says, from storage up to the API.
//
// Thread safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kith {

/// One thing that is not as it should be.
struct CheckFinding {
  std::string what;      ///< "relationship has no start", ...
  std::string place;     ///< Ids and names: "relationship 17, type KNOWS".
  std::string expected;  ///< What should be there.
  std::string found;     ///< What is.
};

struct CheckProgress {
  std::string_view stage;  ///< "files", "graph" or "index NAME". Valid during the call.
  uint64_t done = 0;       ///< Files, groups of nodes, entities looked at.
  uint64_t total = 0;      ///< Of so many, as far as is known.
};

struct CheckOptions {
  /// The check stops after so many findings. At least 1.
  size_t limit = 100;
  /// Called now and then, from the thread that checks; false stops the check, with Cancelled. May
  /// be null.
  std::function<bool(const CheckProgress&)> progress;
};

}  // namespace kith

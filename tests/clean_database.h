// SPDX-License-Identifier: Apache-2.0
// A check of a whole database, for tests that expect it to be sound.
#pragma once

#include <fmt/format.h>

#include <string>

#include "index/check_indexes.h"

namespace kith {

/// What a check finds, a line for each thing; empty when all is well. No assertion, for threads.
inline std::string WrongIn(storage::GraphStore* store) {
  const auto findings = index::CheckDatabase(store, {}, nullptr);
  if (!findings.ok()) return "the check fails: " + findings.status().ToString();
  std::string text;
  for (const CheckFinding& finding : *findings) {
    text += fmt::format("{}: {}; expected {}; found {}\n", finding.what, finding.place,
                        finding.expected, finding.found);
  }
  return text;
}

}  // namespace kith

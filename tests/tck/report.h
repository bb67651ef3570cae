// SPDX-License-Identifier: Apache-2.0
// What a run of the TCK prints and writes: failing cases, a table by folder, counts by category,
// error levels, and the comparison with an earlier run.
//
// Thread safety: pure functions but for their output.
#pragma once

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "tests/tck/case_result.h"
#include "tests/tck/gherkin.h"

namespace kith::tck {

struct Run {
  std::vector<Case> cases;
  std::vector<CaseResult> results;  ///< results[i] belongs to cases[i].
};

/// Prints everything but the comparison; the last line is "N passed, N failed" alone. Skipped cases
/// are in neither number.
void PrintReport(const Run& run);

/// {"passed": N, "failed": N, "skipped": N, "cases": [{"name", "category", "level", "message"}]}.
Status WriteJson(const Run& run, const std::string& path);

/// Prints which cases pass now and did not in the run that `path` holds, and the other way round.
/// IoError or Corruption when the file cannot be read.
Status PrintDifference(const Run& run, const std::string& path);

/// How many cases failed: neither passed nor skipped.
size_t CountFailed(const Run& run);

}  // namespace kith::tck

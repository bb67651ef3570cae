// SPDX-License-Identifier: Apache-2.0
// Runs cases in child processes, several in a row in each, so that a crash or a hang is the result
// of one case and the others go on.
//
// Thread safety: call from a process with one thread, because it forks.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tests/tck/case_result.h"

namespace kith::tck {

struct PoolOptions {
  size_t workers = 2;
  size_t cases_per_child = 100;
  int timeout_seconds = 20;  ///< For one case.
};

/// The result of run(i) for each i below count. A child that dies gives kCrash, with the signal and
/// the end of what it wrote to standard error; one that is too slow is killed and gives kTimeout.
std::vector<CaseResult> RunInChildren(size_t count, const PoolOptions& options,
                                      const std::function<CaseResult(size_t)>& run);

}  // namespace kith::tck

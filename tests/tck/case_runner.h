// SPDX-License-Identifier: Apache-2.0
// Runs one TCK case against a fresh in-memory database and says what became of it.
//
// Thread safety: RunCase may be called from any thread; each call has a database of its own.
#pragma once

#include <map>
#include <string>

#include "tests/tck/case_result.h"
#include "tests/tck/gherkin.h"

namespace kith::tck {

struct RunnerOptions {
  /// Named graphs ("binary-tree-1"), each as statements separated by semicolons.
  std::map<std::string, std::string> graphs;
  /// "any graph" is the empty one; otherwise it is binary-tree-1, as in the reference runner.
  bool any_graph_empty = false;
};

CaseResult RunCase(const Case& test, const RunnerOptions& options);

}  // namespace kith::tck

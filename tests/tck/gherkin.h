// SPDX-License-Identifier: Apache-2.0
// Reads the subset of Gherkin that the openCypher TCK is written in: features with a background,
// scenarios and scenario outlines, which are expanded to one case for each row of their examples.
//
// Thread safety: pure functions on plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace kith::tck {

/// Rows of cells, trimmed and with Gherkin's escapes undone. A row may have no cells.
using Table = std::vector<std::vector<std::string>>;

struct Step {
  std::string text;  ///< Without its keyword (Given, When, Then, And).
  std::optional<std::string> doc_string;
  std::optional<Table> table;
  int line = 0;
};

struct Case {
  std::string feature;   ///< Path of the file, as it was given.
  std::string scenario;  ///< Name of the scenario, placeholders filled in.
  int example = 0;       ///< Row of the outline's examples from 1; 0 for a plain scenario.
  std::vector<std::string> tags;
  std::vector<Step> steps;  ///< The background's first.
  int line = 0;

  /// "clauses/x/X1.feature: [2] name (example 3)": unique in a run, stable between runs.
  std::string Name() const;
  bool HasTag(std::string_view tag) const;
};

/// InvalidArgument with the line when the text is not of the subset.
Result<std::vector<Case>> ParseFeature(std::string_view text, const std::string& path);

}  // namespace kith::tck

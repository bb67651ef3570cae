// SPDX-License-Identifier: Apache-2.0
// In which order to expand over a part of a pattern: always the step that leaves the fewest rows.
// Estimates only; the match planner makes the plan.
//
// Thread safety: reads what it is given.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "query/plan/pattern_graph.h"

namespace kith::query::plan {

/// What is solved so far, and what it costs.
struct Progress {
  std::vector<bool> nodes;
  std::vector<bool> relationships;
  double rows = 1;
  double cost = 0;
};

struct Step {
  enum class Kind : uint8_t { kNone, kLeaf, kExpand, kEndpoints };
  Kind kind = Kind::kNone;
  size_t index = 0;  ///< Of the node (kLeaf) or relationship.
  bool from_left = true;
  bool into = false;
  double rows = std::numeric_limits<double>::infinity();
};

storage::Direction StorageDirection(bound::Direction direction);

class ExpandOrder {
 public:
  /// Keeps references to both.
  ExpandOrder(const PlanContext& context, const PatternGraph& graph)
      : context_(context), graph_(graph) {}

  /// kNone when no relationship of the part is left or can be reached.
  Step NextStep(const PatternPart& part, const Progress& progress) const;
  void Advance(const Step& step, Progress* progress) const;
  /// The cost of the whole part, when its search begins at `node` with `rows` rows.
  double CostFrom(const PatternPart& part, size_t node, double rows, Progress progress) const;

 private:
  Step StepOver(size_t relationship, const Progress& progress) const;
  std::optional<std::string> CheapestLabel(size_t node) const;

  const PlanContext& context_;
  const PatternGraph& graph_;
};

}  // namespace kith::query::plan

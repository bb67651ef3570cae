// SPDX-License-Identifier: Apache-2.0
// Estimates of expansions.
#include "query/plan/expand_order.h"

#include <algorithm>

#include "query/plan/cardinality.h"

namespace kith::query::plan {

namespace {

/// Steps of a variable-length expansion without limit that estimates reckon with.
constexpr uint64_t kUnboundedSteps = 4;

double WalkDegree(const bound::PathLength& length, double degree) {
  const uint64_t steps =
      std::min(length.maximum.value_or(length.minimum + kUnboundedSteps), uint64_t{8});
  double all = length.minimum == 0 ? 1 : 0;
  double power = 1;
  for (uint64_t k = 1; k <= steps; ++k) {
    power *= degree;
    if (k >= length.minimum) all += power;
  }
  return all;
}

}  // namespace

storage::Direction StorageDirection(bound::Direction direction) {
  switch (direction) {
    case bound::Direction::kOutgoing: return storage::Direction::kOutgoing;
    case bound::Direction::kIncoming: return storage::Direction::kIncoming;
    case bound::Direction::kBoth: return storage::Direction::kBoth;
  }
  return storage::Direction::kBoth;
}

Step ExpandOrder::NextStep(const PatternPart& part, const Progress& progress) const {
  Step best;
  for (size_t i : part.relationships) {
    if (progress.relationships[i]) continue;
    const Step step = StepOver(i, progress);
    if (step.kind != Step::Kind::kNone && step.rows < best.rows) best = step;
  }
  return best;
}

Step ExpandOrder::StepOver(size_t i, const Progress& progress) const {
  const bound::RelationshipPattern& relationship = graph_.pattern->relationships[i];
  const bool left = progress.nodes[relationship.left];
  const bool right = progress.nodes[relationship.right];
  if (graph_.RelationshipIsKnown(i)) return {Step::Kind::kEndpoints, i, true, false, progress.rows};
  if (!left && !right) return {};
  Step step{Step::Kind::kExpand, i, left, left && right, 0};
  const size_t from = left ? relationship.left : relationship.right;
  const size_t to = left ? relationship.right : relationship.left;
  const std::optional<std::string> label = CheapestLabel(from);
  double degree =
      DegreeOf(context_, graph_.types[i], StorageDirection(relationship.direction), label);
  if (relationship.length.has_value()) degree = WalkDegree(*relationship.length, degree);
  step.rows = progress.rows * degree;
  if (step.into) {
    step.rows /= std::max(1.0, NodesOf(context_, CheapestLabel(to)));
  } else {
    step.rows *= std::max(graph_.node_selectivity[to], 1e-6);
  }
  return step;
}

std::optional<std::string> ExpandOrder::CheapestLabel(size_t node) const {
  std::optional<std::string> best;
  double fewest = std::numeric_limits<double>::infinity();
  for (const std::string& label : graph_.labels[node]) {
    const double rows = NodesOf(context_, label);
    if (rows >= fewest) continue;
    fewest = rows;
    best = label;
  }
  return best;
}

void ExpandOrder::Advance(const Step& step, Progress* progress) const {
  const bound::RelationshipPattern& relationship = graph_.pattern->relationships[step.index];
  progress->relationships[step.index] = true;
  progress->nodes[relationship.left] = true;
  progress->nodes[relationship.right] = true;
  progress->rows = std::max(step.rows, 0.01);
  progress->cost += progress->rows;
}

double ExpandOrder::CostFrom(const PatternPart& part, size_t node, double rows,
                             Progress progress) const {
  progress.nodes[node] = true;
  progress.rows = std::max(rows * graph_.node_selectivity[node], 0.01);
  progress.cost = rows;
  for (Step step = NextStep(part, progress); step.kind != Step::Kind::kNone;
       step = NextStep(part, progress)) {
    Advance(step, &progress);
  }
  return progress.cost;
}

}  // namespace kith::query::plan

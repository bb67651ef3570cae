// SPDX-License-Identifier: Apache-2.0
// The rewriting rules.
#include "query/plan/rules.h"

#include "query/function/registry.h"
#include "query/plan/expression_walk.h"

namespace kith::query::plan {

bool ApplyCountStore(PlanPtr* plan) {
  if ((*plan)->kind != PlanKind::kAggregate) return false;
  const auto& aggregate = As<Aggregate>(**plan);
  if (!aggregate.keys.empty() || aggregate.aggregates.size() != 1) return false;
  const bound::Aggregate& count = *aggregate.aggregates[0];
  if (count.function->signature.name != "count" || count.distinct) return false;
  if (aggregate.children[0]->kind != PlanKind::kNodeScan) return false;
  const auto& scan = As<NodeScan>(*aggregate.children[0]);
  if (!scan.tests.empty()) return false;
  if (!count.arguments.empty() && AsSlot(*count.arguments[0]) != scan.slot) return false;
  // A count from the store has no row around to go on with.
  if (!aggregate.outer.slots.empty()) return false;
  auto node = std::make_unique<NodeCount>();
  node->slot = count.slot;
  node->label = scan.label;
  node->provides = aggregate.provides;
  *plan = std::move(node);
  return true;
}

bool ApplyTopK(PlanPtr* plan) {
  if ((*plan)->kind != PlanKind::kLimit) return false;
  const Expression* limit = As<Limit>(**plan).count;
  PlanNode* below = (*plan)->children[0].get();
  const Expression* skip = nullptr;
  if (below->kind == PlanKind::kSkip) {
    skip = As<Skip>(*below).count;
    below = below->children[0].get();
  }
  if (below->kind != PlanKind::kSort || As<Sort>(*below).limit != nullptr) return false;
  As<Sort>(*below).limit = limit;
  As<Sort>(*below).skip = skip;
  return true;
}

bool ApplyMergeFilters(PlanPtr* plan) {
  if ((*plan)->kind != PlanKind::kFilter || (*plan)->children[0]->kind != PlanKind::kFilter) {
    return false;
  }
  auto& upper = As<Filter>(**plan);
  auto& lower = As<Filter>(*upper.children[0]);
  lower.conjuncts.insert(lower.conjuncts.end(), upper.conjuncts.begin(), upper.conjuncts.end());
  lower.tests.insert(lower.tests.end(), upper.tests.begin(), upper.tests.end());
  lower.disjoint.insert(lower.disjoint.end(), upper.disjoint.begin(), upper.disjoint.end());
  lower.rows = upper.rows;
  lower.provides = upper.provides;
  PlanPtr child = std::move(upper.children[0]);
  *plan = std::move(child);
  return true;
}

bool ApplyDropEmptyProject(PlanPtr* plan) {
  if ((*plan)->kind != PlanKind::kProject || !As<Project>(**plan).assignments.empty()) {
    return false;
  }
  PlanPtr child = std::move((*plan)->children[0]);
  // Narrower than the child's own: what a WITH left out must not be seen above.
  child->provides = std::move((*plan)->provides);
  *plan = std::move(child);
  return true;
}

void ApplyRules(PlanContext& context, PlanPtr* plan) {
  for (PlanPtr& child : (*plan)->children) ApplyRules(context, &child);
  bool changed = true;
  while (changed) {
    changed = ApplyDropEmptyProject(plan) || ApplyMergeFilters(plan) || ApplyCountStore(plan);
  }
  ApplyTopK(plan);
}

}  // namespace kith::query::plan

// SPDX-License-Identifier: Apache-2.0
// What the parts of the planner share while they plan one statement: the plan that grows, the
// snapshot's statistics and indexes, and small makers.
//
// Thread safety: belongs to one planning.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/index_catalog.h"
#include "query/plan/logical_plan.h"
#include "storage/read_view.h"

namespace kith::query::plan {

struct PlanContext {
  LogicalPlan* plan = nullptr;
  const BoundStatement* statement = nullptr;
  storage::ReadView* view = nullptr;
  std::unique_ptr<storage::Statistics> statistics;
  std::shared_ptr<const index::IndexCatalog> indexes;  ///< May be null.
  /// The statement writes: buffered sides of joins must be read anew for each argument.
  bool updating = false;
  /// Row numbers of the batched plans around: part of every row.
  SlotSet row_slots;
  /// What the subquery at hand sees to its end, behind WITH too.
  OuterRow outer;

  SlotId NewSlot() { return plan->slots++; }
  uint32_t NewArgument() { return plan->arguments++; }
  template <typename T>
  T* Own(std::unique_ptr<T> expression) {
    T* borrowed = expression.get();
    plan->owned.push_back(std::move(expression));
    return borrowed;
  }
};

/// Makes a node over children: rows and provides begin as those of the first child.
template <typename T, typename... Children>
std::unique_ptr<T> MakeNode(Children... children) {
  auto node = std::make_unique<T>();
  (node->children.push_back(std::move(children)), ...);
  if (!node->children.empty()) {
    node->rows = node->children[0]->rows;
    node->provides = node->children[0]->provides;
  }
  return node;
}

/// True when the plan keeps no state between the rows of its argument, so that it may run for a
/// whole batch of argument rows at once.
bool IsStreaming(const PlanNode& node);

/// Plans the subqueries in an expression that have no plan yet. `provides` are the slots of the
/// rows that it is evaluated over. Implemented by the query planner.
Status PlanSubqueriesOf(PlanContext& context, const Expression& expression);

}  // namespace kith::query::plan

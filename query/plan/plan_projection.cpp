// SPDX-License-Identifier: Apache-2.0
// WITH and RETURN: grouping, items, order, skip and limit, conditions.
#include <algorithm>

#include "query/plan/cardinality.h"
#include "query/plan/expression_walk.h"
#include "query/plan/query_planner.h"

namespace kith::query::plan {

Result<PlanPtr> QueryPlanner::PlanProject(const bound::Project& clause, PlanPtr plan) {
  if (clause.aggregating) {
    KITH_ASSIGN_OR_RETURN(plan, PlanAggregate(clause, std::move(plan)));
  }
  KITH_ASSIGN_OR_RETURN(plan, PlanItems(clause, std::move(plan)));
  if (clause.distinct) {
    auto distinct = MakeNode<Distinct>(std::move(plan));
    for (const bound::Assignment& item : clause.items) distinct->slots.push_back(item.slot);
    distinct->rows = std::max(1.0, distinct->rows / 2);
    plan = std::move(distinct);
  }
  KITH_ASSIGN_OR_RETURN(plan, PlanOrder(clause, std::move(plan)));
  // WITH's condition reads what the items were made from; only after it do just the items go on,
  // beside what a subquery sees of the row around.
  KITH_ASSIGN_OR_RETURN(plan, AddFilter(clause.conjuncts, std::move(plan)));
  SlotSet provides = context_.row_slots;
  InsertAll(&provides, context_.outer.slots);
  for (const bound::Assignment& item : clause.items) Insert(&provides, item.slot);
  plan->provides = std::move(provides);
  return plan;
}

Result<PlanPtr> QueryPlanner::PlanAggregate(const bound::Project& clause, PlanPtr plan) {
  auto aggregate = MakeNode<Aggregate>(std::move(plan));
  aggregate->outer = context_.outer;
  aggregate->provides = context_.row_slots;
  InsertAll(&aggregate->provides, aggregate->outer.slots);
  for (const bound::Assignment& key : clause.group_keys) {
    KITH_RETURN_IF_ERROR(Subqueries(key.expression));
    aggregate->keys.push_back({key.slot, key.expression.get()});
    Insert(&aggregate->provides, key.slot);
  }
  for (const bound::Aggregate& item : clause.aggregates) {
    for (const auto& argument : item.arguments) KITH_RETURN_IF_ERROR(Subqueries(argument));
    aggregate->aggregates.push_back(&item);
    Insert(&aggregate->provides, item.slot);
  }
  aggregate->rows = clause.group_keys.empty() ? 1 : std::max(1.0, aggregate->rows / 10);
  // All input has been read: nothing below is still flowing.
  open_ = OpenEffects();
  return PlanPtr(std::move(aggregate));
}

Result<PlanPtr> QueryPlanner::PlanItems(const bound::Project& clause, PlanPtr plan) {
  auto project = MakeNode<Project>(std::move(plan));
  for (const bound::Assignment& item : clause.items) {
    if (AsSlot(*item.expression) == item.slot) continue;
    KITH_RETURN_IF_ERROR(Subqueries(item.expression));
    project->assignments.push_back({item.slot, item.expression.get()});
    Insert(&project->provides, item.slot);
  }
  return PlanPtr(std::move(project));
}

Result<PlanPtr> QueryPlanner::PlanOrder(const bound::Project& clause, PlanPtr plan) {
  if (!clause.order_by.empty()) {
    std::vector<SortKey> keys;
    auto compute = std::make_unique<Project>();
    for (const bound::SortKey& key : clause.order_by) {
      KITH_RETURN_IF_ERROR(Subqueries(key.expression));
      SlotId slot = AsSlot(*key.expression);
      if (slot == kNoSlot) {
        slot = context_.NewSlot();
        compute->assignments.push_back({slot, key.expression.get()});
      }
      keys.push_back({slot, key.descending});
    }
    if (!compute->assignments.empty()) {
      compute->rows = plan->rows;
      compute->provides = plan->provides;
      for (const Assignment& assignment : compute->assignments) {
        Insert(&compute->provides, assignment.slot);
      }
      compute->children.push_back(std::move(plan));
      plan = std::move(compute);
    }
    auto sort = MakeNode<Sort>(std::move(plan));
    sort->keys = std::move(keys);
    plan = std::move(sort);
    open_ = OpenEffects();
  }
  if ((clause.skip != nullptr || clause.limit != nullptr) && open_.effects.WritesAny()) {
    // What is written must not depend on how many rows are wanted.
    auto eager = MakeNode<Eager>(std::move(plan));
    eager->reason = "all rows are written whatever the limit";
    plan = std::move(eager);
    open_ = OpenEffects();
  }
  if (clause.skip != nullptr) {
    KITH_RETURN_IF_ERROR(Subqueries(clause.skip));
    auto skip = MakeNode<Skip>(std::move(plan));
    skip->count = clause.skip.get();
    plan = std::move(skip);
  }
  if (clause.limit != nullptr) {
    KITH_RETURN_IF_ERROR(Subqueries(clause.limit));
    auto limit = MakeNode<Limit>(std::move(plan));
    limit->count = clause.limit.get();
    limit->exhaust = context_.updating;
    limit->rows = std::min(limit->rows, LimitRows(*clause.limit));
    plan = std::move(limit);
  }
  return plan;
}

Result<PlanPtr> QueryPlanner::AddFilter(const std::vector<bound::ExpressionPtr>& conjuncts,
                                        PlanPtr plan) {
  if (conjuncts.empty()) return plan;
  auto filter = MakeNode<Filter>(std::move(plan));
  for (const bound::ExpressionPtr& conjunct : conjuncts) {
    KITH_RETURN_IF_ERROR(Subqueries(conjunct));
    filter->conjuncts.push_back(conjunct.get());
    filter->rows *= 0.5;
  }
  return PlanPtr(std::move(filter));
}

}  // namespace kith::query::plan

// SPDX-License-Identifier: Apache-2.0
// Clauses that write.
#include "query/plan/match_planner.h"
#include "query/plan/query_planner.h"

namespace kith::query::plan {

Status QueryPlanner::PatternSubqueries(const bound::Pattern& pattern) {
  const auto properties = [this](const bound::PropertyMap& map) -> Status {
    for (const auto& [key, value] : map.entries) KITH_RETURN_IF_ERROR(Subqueries(value));
    return Subqueries(map.map);
  };
  for (const auto& node : pattern.nodes) KITH_RETURN_IF_ERROR(properties(node.properties));
  for (const auto& relationship : pattern.relationships) {
    KITH_RETURN_IF_ERROR(properties(relationship.properties));
  }
  return Status::Ok();
}

Status QueryPlanner::SetSubqueries(const std::vector<bound::SetItem>& items) {
  for (const bound::SetItem& item : items) {
    KITH_RETURN_IF_ERROR(Subqueries(item.target));
    KITH_RETURN_IF_ERROR(Subqueries(item.key_value));
    KITH_RETURN_IF_ERROR(Subqueries(item.value));
  }
  return Status::Ok();
}

void QueryPlanner::ProvidePattern(const bound::Pattern& pattern, PlanNode* node) {
  for (const auto& element : pattern.nodes) Insert(&node->provides, element.slot);
  for (const auto& element : pattern.relationships) Insert(&node->provides, element.slot);
}

PlanPtr QueryPlanner::AddPaths(const bound::Pattern& pattern, PlanPtr plan) {
  for (const bound::PathPattern& path : pattern.paths) {
    if (path.slot == kNoSlot) continue;
    auto build = MakeNode<BuildPath>(std::move(plan));
    build->slot = path.slot;
    build->start = pattern.nodes[path.nodes[0]].slot;
    for (uint32_t i : path.relationships) {
      build->segments.push_back(pattern.relationships[i].slot);
    }
    Insert(&build->provides, path.slot);
    plan = std::move(build);
  }
  return plan;
}

Result<PlanPtr> QueryPlanner::PlanCreate(const bound::Create& clause, PlanPtr plan) {
  KITH_RETURN_IF_ERROR(PatternSubqueries(clause.pattern));
  auto create = MakeNode<Create>(std::move(plan));
  create->pattern = &clause.pattern;
  ProvidePattern(clause.pattern, create.get());
  return AddPaths(clause.pattern, std::move(create));
}

Result<PlanPtr> QueryPlanner::PlanMerge(const bound::Merge& clause, PlanPtr plan) {
  KITH_RETURN_IF_ERROR(PatternSubqueries(clause.pattern));
  KITH_RETURN_IF_ERROR(SetSubqueries(clause.on_create));
  KITH_RETURN_IF_ERROR(SetSubqueries(clause.on_match));
  const uint32_t number = context_.NewArgument();
  static const std::vector<bound::ExpressionPtr> kNoConjuncts;
  KITH_ASSIGN_OR_RETURN(PlanPtr match,
                        PlanMatch(context_, NewArgument(number, kNoSlot, plan->provides),
                                  clause.pattern, kNoConjuncts));
  auto merge = MakeNode<Merge>(std::move(plan), std::move(match));
  merge->clause = &clause;
  merge->argument = number;
  ProvidePattern(clause.pattern, merge.get());
  return AddPaths(clause.pattern, std::move(merge));
}

Result<PlanPtr> QueryPlanner::PlanSet(const bound::Set& clause, PlanPtr plan) {
  KITH_RETURN_IF_ERROR(SetSubqueries(clause.items));
  auto set = MakeNode<Set>(std::move(plan));
  set->clause = &clause;
  return PlanPtr(std::move(set));
}

Result<PlanPtr> QueryPlanner::PlanDelete(const bound::Delete& clause, PlanPtr plan) {
  for (const auto& expression : clause.expressions) KITH_RETURN_IF_ERROR(Subqueries(expression));
  auto node = MakeNode<Delete>(std::move(plan));
  node->clause = &clause;
  context_.plan->deletes = true;
  return PlanPtr(std::move(node));
}

Result<PlanPtr> QueryPlanner::PlanForeach(const bound::Foreach& clause, PlanPtr plan) {
  KITH_RETURN_IF_ERROR(Subqueries(clause.list));
  const uint32_t number = context_.NewArgument();
  SlotSet provides = plan->provides;
  Insert(&provides, clause.slot);
  const OpenEffects outer = open_;
  open_ = OpenEffects();
  Result<PlanPtr> body = PlanClauses(clause.clauses, NewArgument(number, kNoSlot, provides));
  open_ = outer;
  if (!body.ok()) return body.status();
  const SlotSet before = plan->provides;
  auto node = MakeNode<Foreach>(std::move(plan), *std::move(body));
  node->clause = &clause;
  node->argument = number;
  node->provides = before;
  return PlanPtr(std::move(node));
}

}  // namespace kith::query::plan

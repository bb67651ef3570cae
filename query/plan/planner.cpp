// SPDX-License-Identifier: Apache-2.0
// The whole statement, clauses that read, and calls.
#include "query/plan/planner.h"

#include <algorithm>
#include <utility>

#include "query/plan/expression_walk.h"
#include "query/plan/match_planner.h"
#include "query/plan/query_planner.h"
#include "query/plan/route.h"
#include "query/plan/rules.h"
#include "query/plan/search_planner.h"

namespace kith::query::plan {

namespace {

void NumberNodes(PlanNode* node, uint32_t* next) {
  node->number = (*next)++;
  for (PlanPtr& child : node->children) NumberNodes(child.get(), next);
}

}  // namespace

PlanPtr OpenEffects::Guard(PlanPtr plan, const Effects& next) {
  std::string reason = effects.ConflictWith(next);
  if (reason.empty()) reason = next.ConflictWith(effects);
  if (!reason.empty()) {
    auto eager = MakeNode<Eager>(std::move(plan));
    eager->reason = std::move(reason);
    plan = std::move(eager);
    effects = Effects();
  }
  effects.Add(next);
  return plan;
}

Result<PlanPtr> QueryPlanner::Plan(const bound::Query& query,
                                   const std::function<PlanPtr()>& leaf) {
  if (query.parts.size() == 1) return PlanPart(query.parts[0], leaf());
  auto all = std::make_unique<Union>();
  all->rows = 0;
  for (const bound::SingleQuery& part : query.parts) {
    KITH_ASSIGN_OR_RETURN(PlanPtr plan, PlanPart(part, leaf()));
    all->rows += plan->rows;
    all->from.push_back(part.outputs);
    all->children.push_back(std::move(plan));
  }
  all->to = query.parts[0].outputs;
  for (SlotId slot : all->to) Insert(&all->provides, slot);
  for (SlotId slot : context_.row_slots) Insert(&all->provides, slot);
  if (query.union_all || all->to.empty()) return PlanPtr(std::move(all));
  std::vector<SlotId> slots = all->to;
  auto distinct = MakeNode<Distinct>(PlanPtr(std::move(all)));
  distinct->slots = std::move(slots);
  return PlanPtr(std::move(distinct));
}

Result<PlanPtr> QueryPlanner::PlanClauses(const std::vector<bound::ClausePtr>& clauses,
                                          PlanPtr plan) {
  for (const bound::ClausePtr& clause : clauses) {
    if (context_.updating) plan = open_.Guard(std::move(plan), EffectsOf(*clause));
    KITH_ASSIGN_OR_RETURN(plan, PlanClause(*clause, std::move(plan)));
  }
  return plan;
}

Result<PlanPtr> QueryPlanner::PlanPart(const bound::SingleQuery& part, PlanPtr leaf) {
  open_ = OpenEffects();
  return PlanClauses(part.clauses, std::move(leaf));
}

Result<PlanPtr> QueryPlanner::PlanClause(const bound::Clause& clause, PlanPtr plan) {
  switch (clause.kind) {
    case bound::ClauseKind::kMatch:
      return PlanMatchClause(bound::As<bound::Match>(clause), std::move(plan));
    case bound::ClauseKind::kUnwind:
      return PlanUnwind(bound::As<bound::Unwind>(clause), std::move(plan));
    case bound::ClauseKind::kProject:
      return PlanProject(bound::As<bound::Project>(clause), std::move(plan));
    case bound::ClauseKind::kCreate:
      return PlanCreate(bound::As<bound::Create>(clause), std::move(plan));
    case bound::ClauseKind::kMerge:
      return PlanMerge(bound::As<bound::Merge>(clause), std::move(plan));
    case bound::ClauseKind::kSet: return PlanSet(bound::As<bound::Set>(clause), std::move(plan));
    case bound::ClauseKind::kDelete:
      return PlanDelete(bound::As<bound::Delete>(clause), std::move(plan));
    case bound::ClauseKind::kForeach:
      return PlanForeach(bound::As<bound::Foreach>(clause), std::move(plan));
    case bound::ClauseKind::kCallProcedure:
      return PlanCall(bound::As<bound::CallProcedure>(clause), std::move(plan));
    case bound::ClauseKind::kCallSubquery:
      return PlanSubquery(bound::As<bound::CallSubquery>(clause), std::move(plan));
  }
  return Status(StatusCode::kInternal, "the statement holds a clause of an unknown kind");
}

Status QueryPlanner::Subqueries(const bound::ExpressionPtr& expression) {
  return expression == nullptr ? Status::Ok() : PlanSubqueriesOf(context_, *expression);
}

Result<PlanPtr> QueryPlanner::PlanMatchClause(const bound::Match& match, PlanPtr plan) {
  if (!match.optional) return PlanMatchOnce(match, std::move(plan));
  const uint32_t number = context_.NewArgument();
  const SlotId row_slot = context_.NewSlot();
  PlanPtr leaf = NewArgument(number, row_slot, plan->provides);
  const SlotSet outer_rows = context_.row_slots;
  Insert(&context_.row_slots, row_slot);
  Result<PlanPtr> right = PlanMatchOnce(match, std::move(leaf));
  context_.row_slots = outer_rows;
  if (!right.ok()) return right.status();
  auto apply = MakeNode<Apply>(std::move(plan), *std::move(right));
  apply->argument = number;
  apply->row_slot = row_slot;
  apply->optional = true;
  apply->rows = std::max(apply->rows, apply->rows * apply->children[1]->rows);
  InsertAll(&apply->provides, apply->children[1]->provides);
  return PlanPtr(std::move(apply));
}

Result<PlanPtr> QueryPlanner::PlanMatchOnce(const bound::Match& match, PlanPtr plan) {
  if (!match.search) return PlanMatch(context_, std::move(plan), match.pattern, match.conjuncts);
  KITH_ASSIGN_OR_RETURN(plan, PlanSearch(context_, std::move(plan), match));
  return AddFilter(match.search->found_conjuncts, std::move(plan));
}

PlanPtr QueryPlanner::NewArgument(uint32_t number, SlotId row_slot, const SlotSet& provides) {
  auto argument = std::make_unique<Argument>();
  argument->argument = number;
  argument->row_slot = row_slot;
  argument->provides = provides;
  if (row_slot != kNoSlot) Insert(&argument->provides, row_slot);
  return argument;
}

Result<PlanPtr> QueryPlanner::PlanUnwind(const bound::Unwind& clause, PlanPtr plan) {
  KITH_RETURN_IF_ERROR(Subqueries(clause.list));
  auto unwind = MakeNode<Unwind>(std::move(plan));
  unwind->list = clause.list.get();
  unwind->slot = clause.slot;
  unwind->rows *= kListRows;
  Insert(&unwind->provides, clause.slot);
  return PlanPtr(std::move(unwind));
}

Result<PlanPtr> QueryPlanner::PlanCall(const bound::CallProcedure& clause, PlanPtr plan) {
  for (const auto& argument : clause.arguments) KITH_RETURN_IF_ERROR(Subqueries(argument));
  auto call = MakeNode<ProcedureCall>(std::move(plan));
  call->clause = &clause;
  call->rows *= kListRows;
  for (const bound::YieldColumn& column : clause.yields) Insert(&call->provides, column.slot);
  return AddFilter(clause.conjuncts, std::move(call));
}

Result<PlanPtr> QueryPlanner::PlanSubquery(const bound::CallSubquery& clause, PlanPtr plan) {
  const uint32_t number = context_.NewArgument();
  SlotId row_slot = kNoSlot;
  if (!clause.query->updates) row_slot = context_.NewSlot();
  const OpenEffects outer = open_;
  KITH_ASSIGN_OR_RETURN(PlanPtr right, PlanInner(*clause.query, number, &row_slot, plan->provides));
  open_ = outer;
  auto apply = MakeNode<Apply>(std::move(plan), std::move(right));
  apply->argument = number;
  apply->row_slot = row_slot;
  apply->optional = clause.optional;
  apply->keep_left = !clause.query->has_return;
  if (apply->keep_left) return PlanPtr(std::move(apply));
  apply->rows *= std::max(1.0, apply->children[1]->rows);
  return RenameOutputs(clause, std::move(apply));
}

Result<PlanPtr> QueryPlanner::RenameOutputs(const bound::CallSubquery& clause,
                                            std::unique_ptr<Apply> apply) {
  const std::vector<SlotId>& inner = clause.query->parts[0].outputs;
  auto rename = std::make_unique<Project>();
  for (size_t i = 0; i < clause.outputs.size(); ++i) {
    Insert(&apply->provides, inner[i]);
    if (inner[i] == clause.outputs[i]) continue;
    auto slot = std::make_unique<bound::Slot>(clause.range);
    slot->slot = inner[i];
    rename->assignments.push_back({clause.outputs[i], context_.Own(std::move(slot))});
  }
  if (rename->assignments.empty()) return PlanPtr(std::move(apply));
  rename->rows = apply->rows;
  rename->provides = apply->provides;
  for (const Assignment& assignment : rename->assignments) {
    Insert(&rename->provides, assignment.slot);
  }
  rename->children.push_back(std::move(apply));
  return PlanPtr(std::move(rename));
}

Result<PlanPtr> QueryPlanner::PlanInner(const bound::Query& query, uint32_t number,
                                        SlotId* row_slot, const SlotSet& provides) {
  const SlotSet outer_rows = context_.row_slots;
  const auto plan_with = [&](SlotId slot) {
    context_.row_slots = outer_rows;
    if (slot != kNoSlot) Insert(&context_.row_slots, slot);
    const OuterRow outer = std::exchange(context_.outer, {number, provides});
    Result<PlanPtr> plan = Plan(query, [&] { return NewArgument(number, slot, provides); });
    context_.outer = outer;
    context_.row_slots = outer_rows;
    return plan;
  };
  KITH_ASSIGN_OR_RETURN(PlanPtr plan, plan_with(*row_slot));
  if (*row_slot == kNoSlot || IsStreaming(*plan)) return plan;
  *row_slot = kNoSlot;
  return plan_with(kNoSlot);
}

bool IsStreaming(const PlanNode& node) {
  switch (node.kind) {
    case PlanKind::kUnit:
    case PlanKind::kArgument: return true;
    case PlanKind::kIndexSeek:
    case PlanKind::kIdSeek:
    case PlanKind::kVectorSearch:
    case PlanKind::kExpand:
    case PlanKind::kVariableExpand:
    case PlanKind::kShortestPath:
    case PlanKind::kEndpoints:
    case PlanKind::kBuildPath:
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kUnwind:
    case PlanKind::kApply:
    case PlanKind::kProduct:
    case PlanKind::kHashJoin: return IsStreaming(*node.children[0]);
    default: return false;
  }
}

Status PlanSubqueriesOf(PlanContext& context, const Expression& expression) {
  std::vector<const bound::Subquery*> subqueries;
  FindSubqueries(expression, &subqueries);
  for (const bound::Subquery* subquery : subqueries) {
    if (context.plan->subqueries.contains(subquery)) continue;
    SubqueryPlan inner;
    inner.argument = context.NewArgument();
    inner.row_slot = context.NewSlot();
    // Rows of the batches around do not pass through a subquery expression: it makes one value.
    const SlotSet outer_rows = context.row_slots;
    context.row_slots.clear();
    const SlotSet provides(subquery->arguments.begin(), subquery->arguments.end());
    QueryPlanner planner(context);
    Result<PlanPtr> root =
        planner.PlanInner(*subquery->query, inner.argument, &inner.row_slot, provides);
    context.row_slots = outer_rows;
    if (!root.ok()) return root.status();
    inner.root = *std::move(root);
    ApplyRules(context, &inner.root);
    const auto& outputs = subquery->query->parts[0].outputs;
    if (!outputs.empty()) inner.output = outputs[0];
    context.plan->subqueries.emplace(subquery, std::move(inner));
  }
  return Status::Ok();
}

Result<std::unique_ptr<LogicalPlan>> PlanStatement(const PlannerInput& input) {
  auto plan = std::make_unique<LogicalPlan>();
  plan->slots = static_cast<uint32_t>(input.statement->slots.size());
  PlanContext context;
  context.plan = plan.get();
  context.statement = input.statement;
  context.view = input.view;
  context.indexes = input.indexes;
  context.updating = input.statement->query->updates;
  KITH_ASSIGN_OR_RETURN(context.statistics, input.view->GetStatistics());

  const bound::Query& query = *input.statement->query;
  QueryPlanner planner(context);
  KITH_ASSIGN_OR_RETURN(PlanPtr root, planner.Plan(query, [] { return MakeNode<Unit>(); }));
  ApplyRules(context, &root);
  plan->route = ChooseRoute(*root);
  plan->outputs = query.parts[0].outputs;
  if (query.columns.empty()) {
    plan->root = MakeNode<EmptyResult>(std::move(root));
    plan->root->rows = 0;
  } else {
    auto produce = MakeNode<ProduceResults>(std::move(root));
    produce->names = query.columns;
    produce->slots = plan->outputs;
    plan->root = std::move(produce);
  }
  NumberNodes(plan->root.get(), &plan->nodes);
  for (auto& [subquery, inner] : plan->subqueries) NumberNodes(inner.root.get(), &plan->nodes);
  return plan;
}

}  // namespace kith::query::plan

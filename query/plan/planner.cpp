// SPDX-License-Identifier: Apache-2.0
// Clause by clause: each clause becomes nodes on top of the plan of those before it.
//
// Length: one short function for each clause, kept together.
#include "query/plan/planner.h"

#include <algorithm>

#include "query/plan/effects.h"
#include "query/plan/expression_walk.h"
#include "query/plan/match_planner.h"
#include "query/plan/route.h"
#include "query/plan/rules.h"

namespace kith::query::plan {

namespace {

/// What is not yet behind a barrier: rows still flow through these reads and writes.
struct OpenEffects {
  Effects effects;
  /// Buffers rows when `next` and what is open would meddle with each other.
  PlanPtr Guard(PlanPtr plan, const Effects& next) {
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
};

class QueryPlanner {
 public:
  explicit QueryPlanner(PlanContext& context) : context_(context) {}

  /// The query over rows that `leaf` makes (a new one for each part of a UNION).
  Result<PlanPtr> Plan(const bound::Query& query, const std::function<PlanPtr()>& leaf) {
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

  Result<PlanPtr> PlanClauses(const std::vector<bound::ClausePtr>& clauses, PlanPtr plan) {
    for (const bound::ClausePtr& clause : clauses) {
      if (context_.updating) plan = open_.Guard(std::move(plan), EffectsOf(*clause));
      KITH_ASSIGN_OR_RETURN(plan, PlanClause(*clause, std::move(plan)));
    }
    return plan;
  }

 private:
  Result<PlanPtr> PlanPart(const bound::SingleQuery& part, PlanPtr leaf) {
    open_ = OpenEffects();
    return PlanClauses(part.clauses, std::move(leaf));
  }

  Result<PlanPtr> PlanClause(const bound::Clause& clause, PlanPtr plan) {
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

  Status Subqueries(const bound::ExpressionPtr& expression) {
    return expression == nullptr ? Status::Ok() : PlanSubqueriesOf(context_, *expression);
  }

  Result<PlanPtr> PlanMatchClause(const bound::Match& match, PlanPtr plan) {
    if (!match.optional) {
      return PlanMatch(context_, std::move(plan), match.pattern, match.conjuncts);
    }
    const uint32_t number = context_.NewArgument();
    const SlotId row_slot = context_.NewSlot();
    PlanPtr leaf = NewArgument(number, row_slot, plan->provides);
    const SlotSet outer_rows = context_.row_slots;
    Insert(&context_.row_slots, row_slot);
    Result<PlanPtr> right = PlanMatch(context_, std::move(leaf), match.pattern, match.conjuncts);
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

  static PlanPtr NewArgument(uint32_t number, SlotId row_slot, const SlotSet& provides) {
    auto argument = std::make_unique<Argument>();
    argument->argument = number;
    argument->row_slot = row_slot;
    argument->provides = provides;
    if (row_slot != kNoSlot) Insert(&argument->provides, row_slot);
    return argument;
  }

  Result<PlanPtr> PlanUnwind(const bound::Unwind& clause, PlanPtr plan) {
    KITH_RETURN_IF_ERROR(Subqueries(clause.list));
    auto unwind = MakeNode<Unwind>(std::move(plan));
    unwind->list = clause.list.get();
    unwind->slot = clause.slot;
    unwind->rows *= kListRows;
    Insert(&unwind->provides, clause.slot);
    return PlanPtr(std::move(unwind));
  }

  // ---- Projections

  Result<PlanPtr> PlanProject(const bound::Project& clause, PlanPtr plan) {
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
    // WITH's condition reads what the items were made from; only after it do just the items go on.
    KITH_ASSIGN_OR_RETURN(plan, AddFilter(clause.conjuncts, std::move(plan)));
    SlotSet provides = context_.row_slots;
    for (const bound::Assignment& item : clause.items) Insert(&provides, item.slot);
    plan->provides = std::move(provides);
    return plan;
  }

  Result<PlanPtr> PlanAggregate(const bound::Project& clause, PlanPtr plan) {
    auto aggregate = MakeNode<Aggregate>(std::move(plan));
    aggregate->provides = context_.row_slots;
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

  Result<PlanPtr> PlanItems(const bound::Project& clause, PlanPtr plan) {
    auto project = MakeNode<Project>(std::move(plan));
    for (const bound::Assignment& item : clause.items) {
      if (AsSlot(*item.expression) == item.slot) continue;
      KITH_RETURN_IF_ERROR(Subqueries(item.expression));
      project->assignments.push_back({item.slot, item.expression.get()});
      Insert(&project->provides, item.slot);
    }
    return PlanPtr(std::move(project));
  }

  Result<PlanPtr> PlanOrder(const bound::Project& clause, PlanPtr plan) {
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

  static double LimitRows(const Expression& limit) {
    if (limit.kind != bound::ExpressionKind::kConstant) return kListRows;
    const Value& value = bound::As<bound::Constant>(limit).value;
    return value.IsInteger() ? static_cast<double>(value.AsInteger()) : kListRows;
  }

  Result<PlanPtr> AddFilter(const std::vector<bound::ExpressionPtr>& conjuncts, PlanPtr plan) {
    if (conjuncts.empty()) return plan;
    auto filter = MakeNode<Filter>(std::move(plan));
    for (const bound::ExpressionPtr& conjunct : conjuncts) {
      KITH_RETURN_IF_ERROR(Subqueries(conjunct));
      filter->conjuncts.push_back(conjunct.get());
      filter->rows *= 0.5;
    }
    return PlanPtr(std::move(filter));
  }

  // ---- Writes

  Status PatternSubqueries(const bound::Pattern& pattern) {
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

  Status SetSubqueries(const std::vector<bound::SetItem>& items) {
    for (const bound::SetItem& item : items) {
      KITH_RETURN_IF_ERROR(Subqueries(item.target));
      KITH_RETURN_IF_ERROR(Subqueries(item.key_value));
      KITH_RETURN_IF_ERROR(Subqueries(item.value));
    }
    return Status::Ok();
  }

  /// All slots of a pattern have values from here on.
  static void ProvidePattern(const bound::Pattern& pattern, PlanNode* node) {
    for (const auto& element : pattern.nodes) Insert(&node->provides, element.slot);
    for (const auto& element : pattern.relationships) Insert(&node->provides, element.slot);
  }

  static PlanPtr AddPaths(const bound::Pattern& pattern, PlanPtr plan) {
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

  Result<PlanPtr> PlanCreate(const bound::Create& clause, PlanPtr plan) {
    KITH_RETURN_IF_ERROR(PatternSubqueries(clause.pattern));
    auto create = MakeNode<Create>(std::move(plan));
    create->pattern = &clause.pattern;
    ProvidePattern(clause.pattern, create.get());
    return AddPaths(clause.pattern, std::move(create));
  }

  Result<PlanPtr> PlanMerge(const bound::Merge& clause, PlanPtr plan) {
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

  Result<PlanPtr> PlanSet(const bound::Set& clause, PlanPtr plan) {
    KITH_RETURN_IF_ERROR(SetSubqueries(clause.items));
    auto set = MakeNode<Set>(std::move(plan));
    set->clause = &clause;
    return PlanPtr(std::move(set));
  }

  Result<PlanPtr> PlanDelete(const bound::Delete& clause, PlanPtr plan) {
    for (const auto& expression : clause.expressions) KITH_RETURN_IF_ERROR(Subqueries(expression));
    auto node = MakeNode<Delete>(std::move(plan));
    node->clause = &clause;
    context_.plan->deletes = true;
    return PlanPtr(std::move(node));
  }

  Result<PlanPtr> PlanForeach(const bound::Foreach& clause, PlanPtr plan) {
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

  // ---- Calls

  Result<PlanPtr> PlanCall(const bound::CallProcedure& clause, PlanPtr plan) {
    for (const auto& argument : clause.arguments) KITH_RETURN_IF_ERROR(Subqueries(argument));
    auto call = MakeNode<ProcedureCall>(std::move(plan));
    call->clause = &clause;
    call->rows *= kListRows;
    for (const bound::YieldColumn& column : clause.yields) Insert(&call->provides, column.slot);
    return AddFilter(clause.conjuncts, std::move(call));
  }

  Result<PlanPtr> PlanSubquery(const bound::CallSubquery& clause, PlanPtr plan) {
    const uint32_t number = context_.NewArgument();
    SlotId row_slot = kNoSlot;
    if (!clause.query->updates) row_slot = context_.NewSlot();
    const OpenEffects outer = open_;
    KITH_ASSIGN_OR_RETURN(PlanPtr right,
                          PlanInner(*clause.query, number, &row_slot, plan->provides));
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

  /// The columns of a subquery get the slots that the outer query knows.
  Result<PlanPtr> RenameOutputs(const bound::CallSubquery& clause, std::unique_ptr<Apply> apply) {
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

 public:
  /// A correlated query. *row_slot becomes kNoSlot when the plan cannot run for whole batches.
  Result<PlanPtr> PlanInner(const bound::Query& query, uint32_t number, SlotId* row_slot,
                            const SlotSet& provides) {
    const SlotSet outer_rows = context_.row_slots;
    const auto plan_with = [&](SlotId slot) {
      context_.row_slots = outer_rows;
      if (slot != kNoSlot) Insert(&context_.row_slots, slot);
      Result<PlanPtr> plan = Plan(query, [&] { return NewArgument(number, slot, provides); });
      context_.row_slots = outer_rows;
      return plan;
    };
    KITH_ASSIGN_OR_RETURN(PlanPtr plan, plan_with(*row_slot));
    if (*row_slot == kNoSlot || IsStreaming(*plan)) return plan;
    *row_slot = kNoSlot;
    return plan_with(kNoSlot);
  }

 private:
  /// A guess for lists and procedures, whose lengths are not known.
  static constexpr double kListRows = 10;

  PlanContext& context_;
  OpenEffects open_;
};

void NumberNodes(PlanNode* node, uint32_t* next) {
  node->number = (*next)++;
  for (PlanPtr& child : node->children) NumberNodes(child.get(), next);
}

}  // namespace

bool IsStreaming(const PlanNode& node) {
  switch (node.kind) {
    case PlanKind::kUnit:
    case PlanKind::kArgument: return true;
    case PlanKind::kIndexSeek:
    case PlanKind::kIdSeek:
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

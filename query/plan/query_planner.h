// SPDX-License-Identifier: Apache-2.0
// Plans queries clause by clause: each clause becomes nodes on top of the plan of those before it.
// Internal to query/plan: use planner.h. The methods are spread over planner.cpp (queries, reading
// clauses, calls), plan_projection.cpp and plan_write.cpp.
//
// Thread safety: belongs to one planning.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "query/plan/effects.h"
#include "query/plan/plan_context.h"

namespace kith::query::plan {

/// What is not yet behind a barrier: rows still flow through these reads and writes.
struct OpenEffects {
  Effects effects;
  /// Buffers rows when `next` and what is open would meddle with each other.
  PlanPtr Guard(PlanPtr plan, const Effects& next);
};

class QueryPlanner {
 public:
  explicit QueryPlanner(PlanContext& context) : context_(context) {}

  /// The query over rows that `leaf` makes (a new one for each part of a UNION).
  Result<PlanPtr> Plan(const bound::Query& query, const std::function<PlanPtr()>& leaf);
  Result<PlanPtr> PlanClauses(const std::vector<bound::ClausePtr>& clauses, PlanPtr plan);
  /// A correlated query. *row_slot becomes kNoSlot when the plan cannot run for whole batches.
  Result<PlanPtr> PlanInner(const bound::Query& query, uint32_t number, SlotId* row_slot,
                            const SlotSet& provides);

 private:
  Result<PlanPtr> PlanPart(const bound::SingleQuery& part, PlanPtr leaf);
  Result<PlanPtr> PlanClause(const bound::Clause& clause, PlanPtr plan);
  Status Subqueries(const bound::ExpressionPtr& expression);
  Result<PlanPtr> PlanMatchClause(const bound::Match& match, PlanPtr plan);
  /// Without regard to OPTIONAL.
  Result<PlanPtr> PlanMatchOnce(const bound::Match& match, PlanPtr plan);
  static PlanPtr NewArgument(uint32_t number, SlotId row_slot, const SlotSet& provides);
  Result<PlanPtr> PlanUnwind(const bound::Unwind& clause, PlanPtr plan);

  // ---- Projections (plan_projection.cpp)
  Result<PlanPtr> PlanProject(const bound::Project& clause, PlanPtr plan);
  Result<PlanPtr> PlanAggregate(const bound::Project& clause, PlanPtr plan);
  Result<PlanPtr> PlanItems(const bound::Project& clause, PlanPtr plan);
  Result<PlanPtr> PlanOrder(const bound::Project& clause, PlanPtr plan);
  Result<PlanPtr> AddFilter(const std::vector<bound::ExpressionPtr>& conjuncts, PlanPtr plan);

  // ---- Writes (plan_write.cpp)
  Status PatternSubqueries(const bound::Pattern& pattern);
  Status SetSubqueries(const std::vector<bound::SetItem>& items);
  /// All slots of a pattern have values from here on.
  static void ProvidePattern(const bound::Pattern& pattern, PlanNode* node);
  static PlanPtr AddPaths(const bound::Pattern& pattern, PlanPtr plan);
  Result<PlanPtr> PlanCreate(const bound::Create& clause, PlanPtr plan);
  Result<PlanPtr> PlanMerge(const bound::Merge& clause, PlanPtr plan);
  Result<PlanPtr> PlanSet(const bound::Set& clause, PlanPtr plan);
  Result<PlanPtr> PlanDelete(const bound::Delete& clause, PlanPtr plan);
  Result<PlanPtr> PlanForeach(const bound::Foreach& clause, PlanPtr plan);

  // ---- Calls (planner.cpp)
  Result<PlanPtr> PlanCall(const bound::CallProcedure& clause, PlanPtr plan);
  Result<PlanPtr> PlanSubquery(const bound::CallSubquery& clause, PlanPtr plan);
  /// The columns of a subquery get the slots that the outer query knows.
  Result<PlanPtr> RenameOutputs(const bound::CallSubquery& clause, std::unique_ptr<Apply> apply);

  /// A guess for lists and procedures, whose lengths are not known.
  static constexpr double kListRows = 10;

  PlanContext& context_;
  OpenEffects open_;
};

}  // namespace kith::query::plan

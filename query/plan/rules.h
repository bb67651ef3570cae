// SPDX-License-Identifier: Apache-2.0
// Rules that rewrite a finished logical plan. Those that act while patterns are planned are named
// in match_planner.h.
//
//   CountStore  MATCH (n:L) RETURN count(*): counts bitmaps, not rows
//   TopK        ORDER BY ... SKIP s LIMIT k: a sort that keeps s + k rows
//   MergeFilters, DropEmptyProject: fewer operators
//
// Thread safety: functions without state.
#pragma once

#include "query/plan/plan_context.h"

namespace kith::query::plan {

/// All rules, bottom-up.
void ApplyRules(PlanContext& context, PlanPtr* plan);

// One by one: each looks at the top of the plan only; true when it changed it.
bool ApplyCountStore(PlanPtr* plan);
bool ApplyTopK(PlanPtr* plan);
bool ApplyMergeFilters(PlanPtr* plan);
bool ApplyDropEmptyProject(PlanPtr* plan);

}  // namespace kith::query::plan

// SPDX-License-Identifier: Apache-2.0
// Plans the SEARCH of a MATCH: the matches of the pattern whose entity is among the nearest, where
// only entities that have a match at all count. Three plans do that:
//
//   - every entity of the index has a match: the search alone;
//   - test: the pattern is planned from the entity on, and the search asks this plan for each
//     entity that it comes near, which are few when many entities have a match;
//   - candidates: the pattern is planned from wherever it begins best (an index seek, another node)
//     and all entities that it gives are gathered first, which are few when few have a match.
//
// In each of them the pattern, where it has more than the entity, is then matched from what was
// found: `limit` entities are matched twice, and no row is kept of those that were not found.
// Where a condition is volatile, rand() < 0.5 for example, matching twice would find two answers:
//
//   - matches: the candidates' rows are all kept, and those of what was found go on.
//
// Thread safety: functions without state.
#pragma once

#include "query/plan/plan_context.h"

namespace kith::query::plan {

/// Rows of `input` joined with the matches that the search finds, nearest first unless the pattern
/// has a variable length. `match` has a search; its found_conjuncts are left to the caller.
/// NotFound for an unknown index or one of another kind, ArgumentError for one that covers other
/// labels.
Result<PlanPtr> PlanSearch(PlanContext& context, PlanPtr input, const bound::Match& match);

}  // namespace kith::query::plan

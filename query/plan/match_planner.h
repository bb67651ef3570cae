// SPDX-License-Identifier: Apache-2.0
// Plans the pattern of a MATCH: where to start, in which order to expand, which predicates go
// where. Greedy: the pattern's connected parts one by one; in each the start with the least
// estimated sum of intermediate rows, then always the expansion that leaves fewest rows.
//
// The rules it applies, by name: FilterEarly (a predicate runs as soon as its slots exist),
// PushFilterIntoScan, IndexSeek (equality prefix, then range, prefix or IN), IdSeek, ExpandInto
// (cycles), ValueHashJoin (parts joined by an equality), SeekSecondAnchor (a seek may start in the
// middle when it finds about one node).
//
// Thread safety: functions without state.
#pragma once

#include <vector>

#include "query/plan/pattern_graph.h"

namespace kith::query::plan {

/// Rows of `input` joined with the matches of the pattern for which all conjuncts hold.
Result<PlanPtr> PlanMatch(PlanContext& context, PlanPtr input, const bound::Pattern& pattern,
                          const std::vector<bound::ExpressionPtr>& conjuncts,
                          const SearchedEntity& searched = {});

}  // namespace kith::query::plan

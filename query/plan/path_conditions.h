// SPDX-License-Identifier: Apache-2.0
// The conditions of a WHERE that take part in the search for a shortest path rather than filter
// what it finds: all of those over the path alone (beside what is known before). Of these,
// all/none(x IN relationships(path) ...), the same over nodes(path) and upper bounds on
// length(path) narrow each step of the search.
//
// Thread safety: a function without state.
#pragma once

#include <vector>

#include "query/plan/leaf_planner.h"

namespace kith::query::plan {

/// Moves the unused conjuncts that `node` can test into it and marks them used. node->provides is
/// what its child provides; `path` is the slot of the path value, or kNoSlot.
void TakePathConditions(SlotId path, std::vector<Conjunct>* conjuncts, ShortestPath* node);

}  // namespace kith::query::plan

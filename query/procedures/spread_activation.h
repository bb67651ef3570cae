// SPDX-License-Identifier: Apache-2.0
// What lies near some nodes in the graph, by spreading activation (Collins and Loftus 1975): each
// node passes what it has, times a decay, over the square root of its degree, to its neighbours. A
// node counts what reaches it over the fewest relationships, from all sides.
//
// Thread safety: that of the view.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "query/procedures/rank_fusion.h"
#include "storage/read_view.h"

namespace kith::query {

struct SpreadOptions {
  std::vector<RelTypeId> types;  ///< Only along these; empty: along all.
  storage::Direction direction = storage::Direction::kBoth;
  size_t depth = 2;  ///< Relationships from a seed.
  double decay = 0.5;
  const Interrupt* interrupt = nullptr;  ///< Borrowed; may be null.
};

/// The seeds and what they reach, the most activated first. Bounded: a node of more than 10,000
/// relationships is reached but not gone through, a hop goes on from the 1,000 most activated
/// nodes, and it ends when 100,000 were reached.
Result<RankedNodes> SpreadActivation(storage::ReadView* view, const RankedNodes& seeds,
                                     const SpreadOptions& options);

}  // namespace kith::query

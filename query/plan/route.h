// SPDX-License-Identifier: Apache-2.0
// Which way a plan goes. Factual: it starts from a few nodes that an index or id finds and explores
// around them. Analytical: it looks at many nodes, walks far, or aggregates over many rows.
//
// Thread safety: functions without state.
#pragma once

#include "query/plan/logical_plan.h"

namespace kith::query::plan {

Route ChooseRoute(const PlanNode& root);

}  // namespace kith::query::plan

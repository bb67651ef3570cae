// SPDX-License-Identifier: Apache-2.0
// A plan as a tree that people like to read, top operator first:
//
//   Route: factual
//     - index :Person(id) finds about 1 nodes
//   +- ProduceResults n.name            rows ~1
//   +- Project n.name AS `n.name`       rows ~1
//   +- IndexSeek n :Person(id) ...      rows ~1
//
// Thread safety: functions without state.
#pragma once

#include <span>
#include <string>

#include "query/execute/execution_context.h"
#include "query/plan/logical_plan.h"

namespace kith::query::plan {

/// `profile` is empty for EXPLAIN, else has what each operator did, by node number.
std::string PlanText(const LogicalPlan& plan, const BoundStatement& statement,
                     std::span<const OperatorProfile> profile);

}  // namespace kith::query::plan

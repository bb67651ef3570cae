// SPDX-License-Identifier: Apache-2.0
// What EXPLAIN says below a plan about the procedures that it calls: the route a procedure takes,
// the plan it compiles to. Only where all arguments of a call are known before the run: literals,
// and parameters that were given.
//
// Thread safety: pure function, but for what the procedures read through the context.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "query/bind/bound_query.h"
#include "query/plan/logical_plan.h"
#include "query/procedure.h"

namespace kith::query {

/// Empty when no call has anything to say. `parameters` in any order.
Result<std::string> ExplainProcedures(const plan::LogicalPlan& plan, const BoundStatement& bound,
                                      const Map& parameters, ProcedureContext& context);

}  // namespace kith::query

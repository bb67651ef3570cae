// SPDX-License-Identifier: Apache-2.0
// From a logical plan to operators: lays slots out in columns, finds which of them each operator
// must carry, and compiles expressions.
//
// Thread safety: functions without state. A PhysicalPlan is immutable and may be run by many
// threads at once.
#pragma once

#include <memory>
#include <vector>

#include "query/execute/operator.h"
#include "query/plan/logical_plan.h"

namespace kith::query::plan {

struct PhysicalPlan {
  OperatorPtr root;
  std::vector<OperatorPtr> subplans;  ///< Of subquery expressions.
  std::vector<uint32_t> outputs;      ///< Columns of the result.
  uint32_t slots = 0;
  uint32_t arguments = 0;
  uint32_t nodes = 0;  ///< Operators that PROFILE counts.
  bool deletes = false;
};

/// The statement that `plan` was made for must outlive the result.
Result<std::unique_ptr<const PhysicalPlan>> CompilePlan(const LogicalPlan& plan);

}  // namespace kith::query::plan

// SPDX-License-Identifier: Apache-2.0
// From a bound statement to a logical plan.
//
// Thread safety: functions without state; the statement and what it borrows must outlive the plan.
#pragma once

#include <memory>

#include "index/index_catalog.h"
#include "query/plan/logical_plan.h"
#include "storage/read_view.h"

namespace kith::query::plan {

struct PlannerInput {
  const BoundStatement* statement = nullptr;           ///< A kQuery.
  storage::ReadView* view = nullptr;                   ///< For statistics and names; not kept.
  std::shared_ptr<const index::IndexCatalog> indexes;  ///< Null: none.
};

/// Unsupported for the few forms that no operator runs; errors of storage.
Result<std::unique_ptr<LogicalPlan>> PlanStatement(const PlannerInput& input);

}  // namespace kith::query::plan

// SPDX-License-Identifier: Apache-2.0
// What a PreparedStatement holds inside: the bound statement and its current plan, which is
// replaced when the schema or the statistics have changed much.
//
// Thread safety: any thread; the plan is swapped atomically.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "query/plan/plan_compiler.h"
#include "query/plan/planner.h"
#include "query/session.h"

namespace kith::query {

/// One plan and what it was made from.
struct PlannedQuery {
  std::unique_ptr<const plan::LogicalPlan> logical;
  std::unique_ptr<const plan::PhysicalPlan> physical;
  uint64_t schema_version = 0;
  uint64_t nodes = 0;
  uint64_t relationships = 0;
};

class PreparedQuery final : public PreparedStatement {
 public:
  explicit PreparedQuery(std::unique_ptr<const BoundStatement> bound);

  const std::string& text() const override { return bound_->syntax->text; }
  StatementAccess access() const override { return access_; }
  ast::ExecutionMode mode() const override { return bound_->syntax->mode; }
  ast::SessionCommand session_command() const override { return bound_->syntax->session; }
  const std::vector<std::string>& columns() const override { return columns_; }
  const std::vector<std::string>& parameters() const override { return parameters_; }
  const std::vector<std::string>& warnings() const override { return warnings_; }

  const BoundStatement& bound() const { return *bound_; }
  bool IsQuery() const { return bound_->query != nullptr; }

  /// A plan that is valid in `view`; made anew when need be. `indexes` may be null.
  Result<std::shared_ptr<const PlannedQuery>> PlanFor(storage::ReadView& view,
                                                      const index::IndexManager* indexes) const;

 private:
  bool StillGood(const PlannedQuery& planned, uint64_t schema_version,
                 storage::ReadView& view) const;

  std::unique_ptr<const BoundStatement> bound_;
  StatementAccess access_ = StatementAccess::kRead;
  std::vector<std::string> columns_;
  std::vector<std::string> parameters_;
  std::vector<std::string> warnings_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const PlannedQuery> planned_;
  mutable std::atomic<uint64_t> runs_{0};
};

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Plans of prepared statements, and when to make them anew.
#include "query/prepared_query.h"

#include <bit>

#include "index/index_manager.h"

namespace kith::query {

namespace {

/// Statistics are compared at runs 1, 2, 4, ... and then at every one of this many.
constexpr uint64_t kCheckEvery = 256;
/// A plan is old when there are this many times more, or fewer, nodes or relationships.
constexpr uint64_t kGrowth = 4;
/// Below so many, growth does not matter.
constexpr uint64_t kSmall = 64;

bool Grown(uint64_t before, uint64_t now) {
  if (before < kSmall && now < kSmall) return false;
  return now > before * kGrowth || before > now * kGrowth;
}

StatementAccess AccessOf(const BoundStatement& bound) {
  if (bound.query != nullptr) {
    return bound.query->updates ? StatementAccess::kWrite : StatementAccess::kRead;
  }
  return bound.syntax->kind == ast::StatementKind::kSession ? StatementAccess::kSession
                                                            : StatementAccess::kSchema;
}

}  // namespace

PreparedQuery::PreparedQuery(std::unique_ptr<const BoundStatement> bound)
    : bound_(std::move(bound)), access_(AccessOf(*bound_)) {
  if (bound_->query != nullptr) columns_ = bound_->query->columns;
  for (const BoundParameter& parameter : bound_->parameters) {
    parameters_.push_back(parameter.name);
  }
  for (const BindWarning& warning : bound_->warnings) warnings_.push_back(warning.message);
}

bool PreparedQuery::StillGood(const PlannedQuery& planned, uint64_t schema_version,
                              storage::ReadView& view) const {
  if (planned.schema_version != schema_version) return false;
  const uint64_t run = runs_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (run >= kCheckEvery ? run % kCheckEvery != 0 : !std::has_single_bit(run)) return true;
  Result<std::unique_ptr<storage::Statistics>> statistics = view.GetStatistics();
  if (!statistics.ok()) return true;
  return !Grown(planned.nodes, (*statistics)->NodeCount()) &&
         !Grown(planned.relationships, (*statistics)->RelationshipCount());
}

Result<std::shared_ptr<const PlannedQuery>> PreparedQuery::PlanFor(
    storage::ReadView& view, const index::IndexManager* indexes) const {
  std::shared_ptr<const index::IndexCatalog> catalog;
  if (indexes != nullptr) {
    KITH_ASSIGN_OR_RETURN(catalog, indexes->CatalogFor(&view));
  }
  const uint64_t version = catalog == nullptr ? 0 : catalog->version();
  std::shared_ptr<const PlannedQuery> current;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    current = planned_;
  }
  if (current != nullptr && StillGood(*current, version, view)) return current;

  auto planned = std::make_shared<PlannedQuery>();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Statistics> statistics,
                        view.GetStatistics());
  planned->schema_version = version;
  planned->nodes = statistics->NodeCount();
  planned->relationships = statistics->RelationshipCount();
  KITH_ASSIGN_OR_RETURN(planned->logical,
                        plan::PlanStatement({bound_.get(), &view, std::move(catalog)}));
  KITH_ASSIGN_OR_RETURN(planned->physical, plan::CompilePlan(*planned->logical));
  const std::lock_guard<std::mutex> lock(mutex_);
  planned_ = planned;
  return std::shared_ptr<const PlannedQuery>(std::move(planned));
}

}  // namespace kith::query

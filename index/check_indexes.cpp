// SPDX-License-Identifier: Apache-2.0
// Checking a database from files to indexes.
#include "index/check_indexes.h"

#include <fmt/format.h>

#include "index/check_entries.h"
#include "index/index_manager.h"
#include "index/schema_records.h"
#include "storage/check_graph.h"

namespace kith::index {
namespace {

using storage::CheckReport;
using storage::ReadView;

Status CheckIndex(ReadView* view, const IndexDefinition& index, CheckReport* report) {
  switch (index.kind) {
    case IndexKind::kRange:
    case IndexKind::kUnique: return CheckPropertyIndex(view, index, report);
    case IndexKind::kText: return CheckTextIndex(view, index, report);
    case IndexKind::kVector: return CheckVectorIndex(view, index, report);
  }
  return Status(StatusCode::kInternal, "an index of an unknown kind");
}

Status CheckAll(storage::GraphStore* store, CheckReport* report) {
  KITH_ASSIGN_OR_RETURN(const auto transaction, store->Begin(storage::TransactionMode::kRead));
  KITH_RETURN_IF_ERROR(store->CheckFiles(report));
  KITH_RETURN_IF_ERROR(storage::CheckGraph(&transaction->view(), report));
  return CheckIndexes(&transaction->view(), report);
}

}  // namespace

Status CheckIndexes(ReadView* view, CheckReport* report) {
  bool damaged = false;
  const auto catalog = ReadIndexCatalog(&view->keys(), view->catalog());
  if (!catalog.ok()) return report->Absorb("the schema", catalog.status(), &damaged);
  for (const auto& index : (*catalog)->all()) {
    if (index->state != IndexState::kOnline) continue;
    const Status status = CheckIndex(view, *index, report);
    if (report->full()) return status;
    KITH_RETURN_IF_ERROR(report->Absorb(IndexWhere(*index), status, &damaged));
  }
  return Status::Ok();
}

Result<std::vector<CheckFinding>> CheckDatabase(storage::GraphStore* store,
                                                const CheckOptions& options,
                                                const Interrupt* interrupt) {
  if (options.limit == 0) {
    return Status(StatusCode::kInvalidArgument,
                  "a check with a limit of 0 findings would say nothing; give 1 or more");
  }
  CheckReport report(options, interrupt);
  const Status status = CheckAll(store, &report);
  if (!status.ok() && !report.full()) return status;
  return report.TakeFindings();
}

Status VerifyIndexes(ReadView* view) {
  CheckOptions first;
  first.limit = 1;
  CheckReport report(first);
  const Status status = CheckIndexes(view, &report);
  if (report.findings().empty()) return status;
  const CheckFinding& finding = report.findings().front();
  return Status(StatusCode::kCorruption,
                fmt::format("{} does not agree with the graph: {}, expected {}, found {}; drop and "
                            "create the index",
                            finding.place, finding.what, finding.expected, finding.found));
}

}  // namespace kith::index

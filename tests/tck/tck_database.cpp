// SPDX-License-Identifier: Apache-2.0
// The binding of the TCK runner to storage and the query session.
#include "tests/tck/tck_database.h"

#include <utility>

#include "tests/tck/table_procedure.h"

namespace kith::tck {

Result<std::unique_ptr<TckDatabase>> TckDatabase::Open() {
  std::unique_ptr<TckDatabase> database(new TckDatabase());
  storage::GraphStoreOptions options;
  options.path = ":memory:";
  options.sync = false;
  // A case has a handful of nodes; small buffers make opening cheap.
  options.block_cache_bytes = size_t{4} << 20;
  options.write_buffer_bytes = size_t{1} << 20;
  KITH_ASSIGN_OR_RETURN(database->store_, storage::GraphStore::Open(options));
  query::QuerySessionOptions session;
  session.store = database->store_.get();
  session.procedures = &database->procedures_;
  database->session_ = std::make_unique<query::QuerySession>(session);
  return database;
}

Status TckDatabase::AddProcedure(std::string_view signature, const Table& table) {
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<query::Procedure> procedure,
                        MakeTableProcedure(signature, table));
  return procedures_.Register(std::move(procedure));
}

Execution TckDatabase::Execute(const std::string& statement, const Map& parameters) {
  Execution execution;
  auto prepared = session_->Prepare(statement, &parameters);
  if (!prepared.ok()) {
    execution.status = prepared.status();
    execution.failed_at_compile_time = true;
    return execution;
  }
  auto cursor = session_->ExecuteAutoCommit(*prepared, parameters);
  if (!cursor.ok()) {
    execution.status = cursor.status();
    return execution;
  }
  execution.columns = (*cursor)->columns();
  std::vector<std::vector<Value>> rows;
  do {
    execution.status = (*cursor)->Next(&rows);
    if (!execution.status.ok()) return execution;
    for (std::vector<Value>& row : rows) execution.rows.push_back(std::move(row));
  } while (!rows.empty());
  return execution;
}

}  // namespace kith::tck

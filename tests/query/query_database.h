// SPDX-License-Identifier: Apache-2.0
// A database in memory with indexes and a query session, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "index/index_manager.h"
#include "query/session.h"
#include "storage/graph_store.h"

namespace kith::query {

using Rows = std::vector<std::vector<Value>>;

class QueryDatabase {
 public:
  QueryDatabase() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store = storage::GraphStore::Open(options).value();
    indexes = index::IndexManager::Open(store.get()).value();
    QuerySessionOptions session_options;
    session_options.store = store.get();
    session_options.indexes = indexes.get();
    session_options.procedures = &procedures;
    session = std::make_unique<QuerySession>(session_options);
  }

  /// All rows of one auto-committed statement.
  Result<Rows> Run(const std::string& text, const Map& parameters = {},
                   const RunOptions& options = {}) {
    KITH_ASSIGN_OR_RETURN(auto prepared, session->Prepare(text));
    KITH_ASSIGN_OR_RETURN(auto cursor, session->ExecuteAutoCommit(prepared, parameters, options));
    return Drain(*cursor);
  }

  static Result<Rows> Drain(ResultCursor& cursor) {
    Rows all;
    Rows rows;
    do {
      KITH_RETURN_IF_ERROR(cursor.Next(&rows));
      all.insert(all.end(), rows.begin(), rows.end());
    } while (!rows.empty());
    return all;
  }

  /// The only value of the only row.
  Value Single(const std::string& text, const Map& parameters = {}) {
    const Result<Rows> rows = Run(text, parameters);
    if (!rows.ok()) return Value("ERROR " + rows.status().ToString());
    if (rows->size() != 1 || (*rows)[0].size() != 1) return Value("not one value");
    return (*rows)[0][0];
  }

  std::string Plan(const std::string& text) {
    auto prepared = session->Prepare("EXPLAIN " + text);
    if (!prepared.ok()) return "ERROR " + prepared.status().ToString();
    auto cursor = session->ExecuteAutoCommit(*prepared, {});
    return cursor.ok() ? (*cursor)->plan() : "ERROR " + cursor.status().ToString();
  }

  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;
  ProcedureRegistry procedures;
  std::unique_ptr<QuerySession> session;
};

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The engine as the TCK sees it: a fresh graph in memory, procedures, and statements whose errors
// tell in which phase they came.
//
// Thread safety: none; one case uses one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/procedure.h"
#include "query/session.h"
#include "storage/graph_store.h"
#include "tests/tck/gherkin.h"

namespace kith::tck {

struct Execution {
  Status status;
  bool failed_at_compile_time = false;  ///< The prepare step failed; nothing was run.
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;  ///< Nodes and relationships whole.
};

class TckDatabase {
 public:
  static Result<std::unique_ptr<TckDatabase>> Open();

  Status AddProcedure(std::string_view signature, const Table& table);
  Execution Execute(const std::string& statement, const Map& parameters);
  storage::GraphStore& store() { return *store_; }

 private:
  TckDatabase() = default;

  std::unique_ptr<storage::GraphStore> store_;
  query::ProcedureRegistry procedures_;
  std::unique_ptr<query::QuerySession> session_;
};

}  // namespace kith::tck

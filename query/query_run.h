// SPDX-License-Identifier: Apache-2.0
// One run of a prepared query: everything that its operators need, kept together for as long as
// rows are read.
//
// Thread safety: belongs to one thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "query/execute/execution_context.h"
#include "query/execute/view_access.h"
#include "query/prepared_query.h"
#include "query/text_embedder.h"

namespace kith::query {

struct QueryRunInput {
  std::shared_ptr<const PreparedQuery> statement;
  std::shared_ptr<const PlannedQuery> planned;
  std::vector<Value> parameters;  ///< By bound::Parameter::index.
  storage::Catalog* catalog = nullptr;
  StatementRunner* runner = nullptr;
  RunOptions options;
  index::VectorSearcher* vectors = nullptr;  ///< Null: there are no indexes.
  const TextEmbedder* embedder = nullptr;    ///< Null: there is no model.
  bool whole = true;                         ///< Results carry whole entities.
};

class QueryRun {
 public:
  QueryRun(QueryRunInput input, storage::Transaction& transaction);
  ~QueryRun();

  /// The next rows of the result; none at the end. Errors carry phase kRuntime.
  Status Next(std::vector<std::vector<Value>>* rows);
  /// Runs to the end and keeps what comes out. KeepRows makes rows of it for Next: entities become
  /// whole when everything is written, and nothing needs the transaction any more.
  Status RunToEnd();
  Status KeepRows();
  std::string PlanText() const;
  const PreparedQuery& statement() const { return *input_.statement; }

 private:
  Status NextBatch(Batch* batch);
  Status CountRows(size_t rows);
  Status Materialize(const Batch& batch, std::vector<std::vector<Value>>* rows);

  QueryRunInput input_;
  ViewAccess graph_;
  FunctionContext functions_;
  ExecutionContext context_;
  std::unique_ptr<OperatorState> root_;
  Batch batch_;
  std::vector<Batch> kept_;  ///< By RunToEnd, result columns only.
  std::vector<std::vector<std::vector<Value>>> kept_rows_;
  MemoryCharge kept_charge_;
  size_t next_kept_ = 0;
  bool buffered_ = false;
  bool done_ = false;
  uint64_t rows_ = 0;
};

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The entry to the query engine: prepares statements and runs them inside transactions.
//
//   QuerySession session({.store = store, .indexes = indexes, .procedures = procedures});
//   KITH_ASSIGN_OR_RETURN(auto prepared, session.Prepare("MATCH (n) RETURN n"));
//   KITH_ASSIGN_OR_RETURN(auto cursor, session.ExecuteAutoCommit(prepared, {}, {}));
//   std::vector<std::vector<Value>> rows;
//   do { KITH_RETURN_IF_ERROR(cursor->Next(&rows)); ... } while (!rows.empty());
//
// Thread safety: one QuerySession serves a whole database; all its functions may be called from
// any thread. A PreparedStatement is immutable. A ResultCursor belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/parse/ast.h"
#include "query/procedure.h"
#include "query/text_embedder.h"
#include "storage/graph_store.h"

namespace kith::index {
class IndexManager;
}

namespace kith::query {

class FunctionRegistry;

/// What a statement may do. kSchema statements and kSession commands cannot run in Run(): the first
/// only by ExecuteAutoCommit, the second by whoever owns the transaction.
enum class StatementAccess : uint8_t { kRead, kWrite, kSchema, kSession };

/// A statement that was parsed, bound and planned. Plans adapt themselves: when the schema or the
/// statistics have changed much, Run plans anew behind this object's back.
class KITH_EXPORT PreparedStatement {
 public:
  virtual ~PreparedStatement() = default;
  virtual const std::string& text() const = 0;
  virtual StatementAccess access() const = 0;
  virtual ast::ExecutionMode mode() const = 0;
  /// kSession only.
  virtual ast::SessionCommand session_command() const = 0;
  /// Names of the result's columns; empty for a statement without a result.
  virtual const std::vector<std::string>& columns() const = 0;
  /// Names of the parameters that it uses, without the dollar sign.
  virtual const std::vector<std::string>& parameters() const = 0;
  /// Notes for the user, such as a product of unconnected patterns.
  virtual const std::vector<std::string>& warnings() const = 0;
};

struct RunOptions {
  const Interrupt* interrupt = nullptr;  ///< Borrowed; may be null.
  MemoryBudget* memory = nullptr;        ///< Borrowed; null: not limited.
  uint64_t max_rows = 0;  ///< ResourceExhausted past so many result rows; 0: no limit.
  /// Run to the end at once, so that the cursor holds all rows and does not need the transaction.
  bool buffer = false;
  /// Of ExecuteAutoCommit: the transaction of a statement that writes is serializable.
  bool serializable = false;
};

/// What a statement wrote.
struct QueryStatistics {
  storage::WriteCounts graph;
  uint64_t indexes_added = 0;
  uint64_t indexes_removed = 0;
  uint64_t constraints_added = 0;
  uint64_t constraints_removed = 0;
};

/// A result, in batches of rows. A statement that writes has done so completely when its cursor
/// exists; one that only reads runs while it is read, so its transaction (and Interrupt and
/// MemoryBudget) must outlive the cursor and must not write meanwhile.
class KITH_EXPORT ResultCursor {
 public:
  virtual ~ResultCursor() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  /// Replaces *rows with the next rows (up to 2,048); none means the end. Nodes, relationships and
  /// paths are whole. An error (phase runtime) ends the result.
  virtual Status Next(std::vector<std::vector<Value>>* rows) = 0;
  /// Complete when the cursor exists.
  virtual const QueryStatistics& statistics() const = 0;
  /// The plan's text with EXPLAIN and PROFILE, else empty. PROFILE's figures are final after the
  /// last row.
  virtual std::string plan() const = 0;
};

struct QuerySessionOptions {
  // All borrowed; they outlive the session.
  storage::GraphStore* store = nullptr;         ///< Required.
  index::IndexManager* indexes = nullptr;       ///< Null: there are no indexes.
  ProcedureRegistry* procedures = nullptr;      ///< Null: only the built-in procedures.
  const FunctionRegistry* functions = nullptr;  ///< Null: FunctionRegistry::Builtins().
  const TextEmbedder* embedder = nullptr;       ///< Null: embed() says that there is no model.
  size_t plan_cache_entries = 512;
  std::string import_folder = {};  ///< What LOAD CSV may read; empty: nothing.
};

class KITH_EXPORT QuerySession {
 public:
  /// Registers the built-in procedures (db.labels...) with options.procedures where that has none
  /// of these names.
  explicit QuerySession(const QuerySessionOptions& options);
  ~QuerySession();
  QuerySession(const QuerySession&) = delete;
  QuerySession& operator=(const QuerySession&) = delete;

  /// All errors that can be found without running, phase kCompileTime, with position and detail.
  /// When `parameters` is given a missing one is such an error too; else Run reports it. Kept in a
  /// cache by text.
  Result<std::shared_ptr<const PreparedStatement>> Prepare(std::string_view text,
                                                           const Map* parameters = nullptr);

  /// Runs inside `transaction`, statement-atomically: an error undoes what the statement wrote and
  /// leaves the transaction usable (except after Conflict). ReadOnly when a write meets a read-only
  /// transaction. EXPLAIN does not run anything. Runtime errors have phase kRuntime.
  Result<std::unique_ptr<ResultCursor>> Run(std::shared_ptr<const PreparedStatement> statement,
                                            const Map& parameters,
                                            storage::Transaction& transaction,
                                            const RunOptions& options = {});

  /// A transaction of its own: begins, runs, commits (before it returns, for writes) and retries
  /// conflicts. Also runs schema statements. kSession commands are InvalidArgument.
  Result<std::unique_ptr<ResultCursor>> ExecuteAutoCommit(
      std::shared_ptr<const PreparedStatement> statement, const Map& parameters,
      const RunOptions& options = {});

  /// A runner for procedures and for rag: statements inside `transaction`. Borrowed arguments must
  /// outlive it.
  std::unique_ptr<StatementRunner> NewRunner(storage::Transaction& transaction,
                                             const RunOptions& options);

  const ProcedureRegistry& procedures() const;

 private:
  struct State;
  class Runner;
  std::unique_ptr<State> state_;
};

}  // namespace kith::query

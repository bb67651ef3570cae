// SPDX-License-Identifier: Apache-2.0
// Preparing, running, auto-commit, and the cache of prepared statements.
#include "query/session.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>

#include "index/index_manager.h"
#include "query/bind/binder.h"
#include "query/explain_procedures.h"
#include "query/function/registry.h"
#include "query/parse/parser.h"
#include "query/plan/plan_text.h"
#include "query/procedures/builtin_procedures.h"
#include "query/procedures/check_procedure.h"
#include "query/procedures/hybrid_procedure.h"
#include "query/procedures/index_procedures.h"
#include "query/procedures/load_csv_procedure.h"
#include "query/procedures/show_procedures.h"
#include "query/procedures/vector_procedures.h"
#include "query/query_run.h"
#include "query/schema_statements.h"

namespace kith::query {

namespace {

/// An auto-commit statement that meets a conflict runs again at most so often.
constexpr int kMaxAttempts = 256;

// Waits a random while, longer after each attempt, so that writers of one row take turns instead of
// meeting again at once.
void BackOff(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int longest_us = std::min(50 << std::min(attempt, 9), 20'000);
  std::uniform_int_distribution<int> wait_us(0, longest_us);
  std::this_thread::sleep_for(std::chrono::microseconds(wait_us(random)));
}

Status AtCompileTime(const Status& status) {
  return status.phase() != ErrorPhase::kNone ? status : status.WithPhase(ErrorPhase::kCompileTime);
}

/// The statements prepared last, by text.
class StatementCache {
 public:
  explicit StatementCache(size_t entries) : entries_(entries) {}

  std::shared_ptr<const PreparedQuery> Find(std::string_view text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = by_text_.find(text);
    if (found == by_text_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return *found->second;
  }

  void Insert(std::shared_ptr<const PreparedQuery> statement) {
    if (entries_ == 0) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::string_view text = statement->text();
    if (by_text_.contains(text)) return;
    order_.push_front(std::move(statement));
    by_text_.emplace(text, order_.begin());
    if (order_.size() <= entries_) return;
    by_text_.erase(order_.back()->text());
    order_.pop_back();
  }

 private:
  using Order = std::list<std::shared_ptr<const PreparedQuery>>;
  const size_t entries_;
  std::mutex mutex_;
  Order order_;  ///< The last used first.
  std::unordered_map<std::string_view, Order::iterator> by_text_;
};

storage::WriteCounts Difference(const storage::WriteCounts& after,
                                const storage::WriteCounts& before) {
  storage::WriteCounts counts;
  counts.nodes_created = after.nodes_created - before.nodes_created;
  counts.nodes_deleted = after.nodes_deleted - before.nodes_deleted;
  counts.relationships_created = after.relationships_created - before.relationships_created;
  counts.relationships_deleted = after.relationships_deleted - before.relationships_deleted;
  counts.properties_set = after.properties_set - before.properties_set;
  counts.labels_added = after.labels_added - before.labels_added;
  counts.labels_removed = after.labels_removed - before.labels_removed;
  return counts;
}

class RunCursor final : public ResultCursor {
 public:
  RunCursor(std::unique_ptr<StatementRunner> runner, std::unique_ptr<QueryRun> run,
            const storage::WriteCounts& counts)
      : runner_(std::move(runner)), run_(std::move(run)) {
    statistics_.graph = counts;
  }

  const std::vector<std::string>& columns() const override { return run_->statement().columns(); }
  Status Next(std::vector<std::vector<Value>>* rows) override { return run_->Next(rows); }
  const QueryStatistics& statistics() const override { return statistics_; }
  std::string plan() const override { return run_->PlanText(); }

 private:
  std::unique_ptr<StatementRunner> runner_;
  std::unique_ptr<QueryRun> run_;
  QueryStatistics statistics_;
};

/// A result without rows: EXPLAIN and schema statements.
class EmptyCursor final : public ResultCursor {
 public:
  EmptyCursor(std::vector<std::string> columns, std::string plan, const QueryStatistics& statistics)
      : columns_(std::move(columns)), plan_(std::move(plan)), statistics_(statistics) {}

  const std::vector<std::string>& columns() const override { return columns_; }
  Status Next(std::vector<std::vector<Value>>* rows) override {
    rows->clear();
    return Status::Ok();
  }
  const QueryStatistics& statistics() const override { return statistics_; }
  std::string plan() const override { return plan_; }

 private:
  std::vector<std::string> columns_;
  std::string plan_;
  QueryStatistics statistics_;
};

/// Keeps the transaction of a reading statement open while its rows are read.
class OwningCursor final : public ResultCursor {
 public:
  OwningCursor(std::unique_ptr<storage::Transaction> transaction,
               std::unique_ptr<ResultCursor> cursor)
      : transaction_(std::move(transaction)), cursor_(std::move(cursor)) {}

  const std::vector<std::string>& columns() const override { return cursor_->columns(); }
  Status Next(std::vector<std::vector<Value>>* rows) override { return cursor_->Next(rows); }
  const QueryStatistics& statistics() const override { return cursor_->statistics(); }
  std::string plan() const override { return cursor_->plan(); }

 private:
  std::unique_ptr<storage::Transaction> transaction_;
  std::unique_ptr<ResultCursor> cursor_;
};

}  // namespace

struct QuerySession::State {
  explicit State(const QuerySessionOptions& o) : options(o), cache(o.plan_cache_entries) {
    if (options.procedures == nullptr) options.procedures = &own_procedures;
    if (options.functions == nullptr) options.functions = &FunctionRegistry::Builtins();
  }

  Result<std::unique_ptr<ResultCursor>> RunQuery(std::shared_ptr<const PreparedQuery> statement,
                                                 const Map& parameters,
                                                 storage::Transaction& transaction,
                                                 const RunOptions& run_options, bool whole);
  Result<std::unique_ptr<ResultCursor>> RunSchema(const PreparedQuery& statement,
                                                  const RunOptions& run_options);
  Result<std::unique_ptr<ResultCursor>> Explain(const PreparedQuery& statement,
                                                const PlannedQuery& planned, const Map& parameters,
                                                storage::Transaction& transaction,
                                                const RunOptions& run_options);

  QuerySessionOptions options;
  ProcedureRegistry own_procedures;
  StatementCache cache;
  QuerySession* session = nullptr;
};

namespace {

Result<std::vector<Value>> ParameterValues(const PreparedQuery& statement, const Map& parameters) {
  KITH_RETURN_IF_ERROR(CheckParameters(statement.bound(), parameters));
  std::vector<Value> values;
  values.reserve(statement.bound().parameters.size());
  for (const BoundParameter& parameter : statement.bound().parameters) {
    // Not by binary search: callers write maps by hand, in any order.
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& entry) {
      return entry.first == parameter.name;
    });
    values.push_back(found->second);
  }
  return values;
}

}  // namespace

/// Statements of procedures, inside the transaction of the statement that calls them.
class QuerySession::Runner final : public StatementRunner {
 public:
  Runner(QuerySession& session, storage::Transaction& transaction, const RunOptions& options)
      : session_(session), transaction_(transaction), options_(options) {
    options_.buffer = true;
  }

  Result<std::vector<std::vector<Value>>> Run(std::string_view statement,
                                              const Map& parameters) override {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const PreparedQuery> query, Prepared(statement));
    KITH_ASSIGN_OR_RETURN(
        const std::unique_ptr<ResultCursor> cursor,
        session_.state_->RunQuery(query, parameters, transaction_, options_, false));
    std::vector<std::vector<Value>> all;
    std::vector<std::vector<Value>> rows;
    do {
      KITH_RETURN_IF_ERROR(cursor->Next(&rows));
      std::move(rows.begin(), rows.end(), std::back_inserter(all));
    } while (!rows.empty());
    return all;
  }

  Result<std::string> Explain(std::string_view statement, const Map&) override {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const PreparedQuery> query, Prepared(statement));
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const PlannedQuery> planned,
                          query->PlanFor(transaction_.view(), session_.state_->options.indexes));
    return plan::PlanText(*planned->logical, query->bound(), {});
  }

 private:
  Result<std::shared_ptr<const PreparedQuery>> Prepared(std::string_view statement) {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<const PreparedStatement> prepared,
                          session_.Prepare(statement));
    auto query = std::static_pointer_cast<const PreparedQuery>(std::move(prepared));
    if (query->IsQuery()) return query;
    return Status(StatusCode::kInvalidArgument,
                  "a procedure may run queries only, no schema or session statements");
  }

  QuerySession& session_;
  storage::Transaction& transaction_;
  RunOptions options_;
};

std::unique_ptr<StatementRunner> QuerySession::NewRunner(storage::Transaction& transaction,
                                                         const RunOptions& options) {
  return std::make_unique<Runner>(*this, transaction, options);
}

QuerySession::QuerySession(const QuerySessionOptions& options)
    : state_(std::make_unique<State>(options)) {
  state_->session = this;
  ProcedureRegistry* procedures = state_->options.procedures;
  RegisterBuiltinProcedures(procedures);
  RegisterLoadCsv(options.import_folder, procedures);
  // Both leave names alone that are taken: the owner of the registry comes first.
  static_cast<void>(
      RegisterShowProcedures(options.indexes, *state_->options.functions, procedures).ok());
  if (options.indexes != nullptr) {
    static_cast<void>(RegisterIndexProcedures(procedures, options.indexes).ok());
    static_cast<void>(RegisterVectorProcedures(procedures, options.indexes).ok());
    static_cast<void>(RegisterHybridProcedure(procedures, options.indexes).ok());
  }
  if (options.store != nullptr) {
    static_cast<void>(RegisterCheckProcedure(procedures, options.store).ok());
  }
}

QuerySession::~QuerySession() = default;

const ProcedureRegistry& QuerySession::procedures() const {
  return *state_->options.procedures;
}

Result<std::shared_ptr<const PreparedStatement>> QuerySession::Prepare(std::string_view text,
                                                                       const Map* parameters) {
  std::shared_ptr<const PreparedQuery> known = state_->cache.Find(text);
  if (known == nullptr) {
    Result<std::unique_ptr<ast::Statement>> syntax = ParseStatement(text);
    if (!syntax.ok()) return AtCompileTime(syntax.status());
    BindOptions bind;
    bind.functions = state_->options.functions;
    bind.procedures = state_->options.procedures;
    Result<std::unique_ptr<BoundStatement>> bound = Bind(*std::move(syntax), bind);
    if (!bound.ok()) return AtCompileTime(bound.status());
    auto prepared = std::make_shared<PreparedQuery>(*std::move(bound));
    if (prepared->IsQuery()) {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction,
                            state_->options.store->Begin(storage::TransactionMode::kRead));
      const auto planned = prepared->PlanFor(transaction->view(), state_->options.indexes);
      if (!planned.ok()) return AtCompileTime(planned.status());
    } else if (prepared->access() == StatementAccess::kSchema) {
      const Status possible = CheckSchemaStatement(*prepared->bound().syntax);
      if (!possible.ok()) return AtCompileTime(possible);
    }
    known = std::move(prepared);
    state_->cache.Insert(known);
  }
  if (parameters != nullptr) {
    const Status complete = CheckParameters(known->bound(), *parameters);
    if (!complete.ok()) return AtCompileTime(complete);
  }
  return std::shared_ptr<const PreparedStatement>(std::move(known));
}

Result<std::unique_ptr<ResultCursor>> QuerySession::State::Explain(
    const PreparedQuery& statement, const PlannedQuery& planned, const Map& parameters,
    storage::Transaction& transaction, const RunOptions& run_options) {
  const std::unique_ptr<StatementRunner> runner = session->NewRunner(transaction, run_options);
  const Interrupt never;
  MemoryBudget unlimited("explain", 0);
  ProcedureContext context{transaction, *runner,
                           run_options.interrupt != nullptr ? *run_options.interrupt : never,
                           run_options.memory != nullptr ? *run_options.memory : unlimited};
  KITH_ASSIGN_OR_RETURN(
      const std::string procedures,
      ExplainProcedures(*planned.logical, statement.bound(), parameters, context));
  return std::unique_ptr<ResultCursor>(std::make_unique<EmptyCursor>(
      statement.columns(), plan::PlanText(*planned.logical, statement.bound(), {}) + procedures,
      QueryStatistics()));
}

Result<std::unique_ptr<ResultCursor>> QuerySession::State::RunQuery(
    std::shared_ptr<const PreparedQuery> statement, const Map& parameters,
    storage::Transaction& transaction, const RunOptions& run_options, bool whole) {
  QueryRunInput input;
  KITH_ASSIGN_OR_RETURN(input.planned,
                        statement->PlanFor(transaction.planning_view(), options.indexes));
  if (statement->mode() == ast::ExecutionMode::kExplain) {
    return Explain(*statement, *input.planned, parameters, transaction, run_options);
  }
  KITH_ASSIGN_OR_RETURN(input.parameters, ParameterValues(*statement, parameters));
  const bool writes = statement->access() == StatementAccess::kWrite;
  if (writes && transaction.read_only()) {
    return Status(StatusCode::kReadOnly,
                  "this statement writes, but the transaction or database is read-only")
        .WithPhase(ErrorPhase::kRuntime);
  }
  std::unique_ptr<StatementRunner> runner = session->NewRunner(transaction, run_options);
  input.statement = std::move(statement);
  input.catalog = &options.store->catalog();
  input.runner = runner.get();
  input.options = run_options;
  if (options.indexes != nullptr) input.vectors = &options.indexes->vectors();
  input.embedder = options.embedder;
  input.whole = whole;
  auto run = std::make_unique<QueryRun>(std::move(input), transaction);
  storage::WriteCounts counts;
  if (writes) {
    const storage::WriteCounts before = transaction.counts();
    const uint64_t savepoint = transaction.Savepoint();
    Status status = run->RunToEnd();
    if (status.ok()) {
      status = transaction.CheckDangling();
      if (!status.ok()) status = status.WithPhase(ErrorPhase::kRuntime);
    }
    if (status.ok()) status = run->KeepRows();
    if (!status.ok()) {
      run.reset();
      KITH_RETURN_IF_ERROR(transaction.RollbackTo(savepoint));
      transaction.ReleaseSavepoint(savepoint);
      return status;
    }
    transaction.ReleaseSavepoint(savepoint);
    counts = Difference(transaction.counts(), before);
  } else if (run_options.buffer) {
    KITH_RETURN_IF_ERROR(run->RunToEnd());
    KITH_RETURN_IF_ERROR(run->KeepRows());
  }
  return std::unique_ptr<ResultCursor>(
      std::make_unique<RunCursor>(std::move(runner), std::move(run), counts));
}

Result<std::unique_ptr<ResultCursor>> QuerySession::State::RunSchema(
    const PreparedQuery& statement, const RunOptions& run_options) {
  QueryStatistics statistics;
  if (statement.mode() == ast::ExecutionMode::kExplain) {
    return std::unique_ptr<ResultCursor>(std::make_unique<EmptyCursor>(
        std::vector<std::string>(), "A schema statement: runs without a plan\n", statistics));
  }
  if (options.indexes == nullptr) {
    return Status(StatusCode::kUnsupported, "this database was opened without indexes");
  }
  const Result<SchemaOutcome> outcome =
      RunSchemaStatement(*statement.bound().syntax, *options.indexes, run_options.interrupt);
  if (!outcome.ok()) {
    return outcome.status().phase() != ErrorPhase::kNone
               ? outcome.status()
               : outcome.status().WithPhase(ErrorPhase::kRuntime);
  }
  statistics.indexes_added = outcome->indexes_added;
  statistics.indexes_removed = outcome->indexes_removed;
  statistics.constraints_added = outcome->constraints_added;
  statistics.constraints_removed = outcome->constraints_removed;
  return std::unique_ptr<ResultCursor>(
      std::make_unique<EmptyCursor>(std::vector<std::string>(), std::string(), statistics));
}

Result<std::unique_ptr<ResultCursor>> QuerySession::Run(
    std::shared_ptr<const PreparedStatement> statement, const Map& parameters,
    storage::Transaction& transaction, const RunOptions& options) {
  auto query = std::static_pointer_cast<const PreparedQuery>(std::move(statement));
  if (query->IsQuery()) {
    return state_->RunQuery(std::move(query), parameters, transaction, options, true);
  }
  return Status(StatusCode::kInvalidArgument,
                query->access() == StatementAccess::kSchema
                    ? "indexes and constraints cannot be changed inside a transaction; commit "
                      "first, then run this statement on its own"
                    : "BEGIN, COMMIT and ROLLBACK are commands of the connection; they cannot run "
                      "as a statement inside a transaction")
      .WithPhase(ErrorPhase::kRuntime);
}

Result<std::unique_ptr<ResultCursor>> QuerySession::ExecuteAutoCommit(
    std::shared_ptr<const PreparedStatement> statement, const Map& parameters,
    const RunOptions& options) {
  auto query = std::static_pointer_cast<const PreparedQuery>(std::move(statement));
  if (query->access() == StatementAccess::kSession) {
    return Status(StatusCode::kInvalidArgument,
                  "BEGIN, COMMIT and ROLLBACK are commands of the connection")
        .WithPhase(ErrorPhase::kRuntime);
  }
  if (!query->IsQuery()) return state_->RunSchema(*query, options);
  const bool writes =
      query->access() == StatementAccess::kWrite && query->mode() != ast::ExecutionMode::kExplain;
  const auto mode = !writes                ? storage::TransactionMode::kRead
                    : options.serializable ? storage::TransactionMode::kSerializable
                                           : storage::TransactionMode::kWrite;
  for (int attempt = 1;; ++attempt) {
    KITH_ASSIGN_OR_RETURN(std::unique_ptr<storage::Transaction> transaction,
                          state_->options.store->Begin(mode));
    Result<std::unique_ptr<ResultCursor>> cursor =
        state_->RunQuery(query, parameters, *transaction, options, true);
    Status status = cursor.status();
    if (status.ok() && writes) status = transaction->Commit();
    if (status.ok()) {
      return std::unique_ptr<ResultCursor>(
          std::make_unique<OwningCursor>(std::move(transaction), *std::move(cursor)));
    }
    if (!status.IsRetryable() || attempt == kMaxAttempts) return status;
    if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
    BackOff(attempt);
  }
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Statements, transactions and cursors of the C++ API over the query session.
#include "kith/connection.h"

#include <fmt/format.h>

#include <utility>

#include "engine/connection_state.h"

namespace kith {
namespace {

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

WriteStatistics ToPublic(const query::QueryStatistics& from) {
  WriteStatistics to;
  to.nodes_created = from.graph.nodes_created;
  to.nodes_deleted = from.graph.nodes_deleted;
  to.relationships_created = from.graph.relationships_created;
  to.relationships_deleted = from.graph.relationships_deleted;
  to.properties_set = from.graph.properties_set;
  to.labels_added = from.graph.labels_added;
  to.labels_removed = from.graph.labels_removed;
  to.indexes_added = from.indexes_added;
  to.indexes_removed = from.indexes_removed;
  to.constraints_added = from.constraints_added;
  to.constraints_removed = from.constraints_removed;
  return to;
}

}  // namespace

// ---- Connection::State

Status Connection::State::Begin(TransactionMode mode, IsolationLevel level) {
  if (transaction != nullptr) {
    return Invalid("a transaction is open already; COMMIT or ROLLBACK it before the next BEGIN");
  }
  const auto wanted = mode == TransactionMode::kReadOnly || parts->options.read_only
                          ? storage::TransactionMode::kRead
                      : level == IsolationLevel::kSerializable
                          ? storage::TransactionMode::kSerializable
                          : storage::TransactionMode::kWrite;
  KITH_ASSIGN_OR_RETURN(transaction, parts->store->Begin(wanted));
  must_roll_back = false;
  return Status::Ok();
}

Status Connection::State::Commit() {
  if (transaction == nullptr) return Invalid("no transaction is open; BEGIN opens one");
  if (must_roll_back) {
    return Status(
        StatusCode::kConflict,
        "the transaction met a conflict and cannot be committed; ROLLBACK and run it again");
  }
  // Whatever comes of it, the transaction is over.
  const std::unique_ptr<storage::Transaction> ending = std::exchange(transaction, nullptr);
  return ending->Commit();
}

Status Connection::State::Rollback() {
  if (transaction == nullptr) return Invalid("no transaction is open; BEGIN opens one");
  std::exchange(transaction, nullptr)->Rollback();
  must_roll_back = false;
  return Status::Ok();
}

Result<Cursor> Connection::State::RunSessionCommand(const query::PreparedStatement& statement) {
  switch (statement.session_command()) {
    case query::ast::SessionCommand::kBegin:
      KITH_RETURN_IF_ERROR(Begin(TransactionMode::kReadWrite, isolation));
      break;
    case query::ast::SessionCommand::kBeginSerializable:
      KITH_RETURN_IF_ERROR(Begin(TransactionMode::kReadWrite, IsolationLevel::kSerializable));
      break;
    case query::ast::SessionCommand::kCommit: KITH_RETURN_IF_ERROR(Commit()); break;
    case query::ast::SessionCommand::kRollback: KITH_RETURN_IF_ERROR(Rollback()); break;
  }
  return Cursor(std::make_unique<Cursor::State>(shared_from_this()));
}

void Connection::State::Close() {
  closed = true;
  for (Cursor::State* left : cursors) left->cursor.reset();
  if (transaction != nullptr) std::exchange(transaction, nullptr)->Rollback();
}

Status Connection::State::CheckOpen() const {
  return closed ? Invalid("the connection was closed; open another one and run the statement again")
                : Status::Ok();
}

Result<Cursor> Connection::State::Run(Prepared statement, const Map& parameters) {
  if (statement->access() == query::StatementAccess::kSession) {
    return RunSessionCommand(*statement);
  }
  if (must_roll_back) {
    return Status(
        StatusCode::kConflict,
        "the transaction met a conflict and takes no more statements; ROLLBACK and run it again");
  }
  interrupt.Reset();
  interrupt.SetTimeout(timeout);
  auto state = std::make_unique<Cursor::State>(shared_from_this());
  state->memory = std::make_unique<MemoryBudget>(
      "query memory", parts->options.query_memory_limit_bytes, parts->memory.get());
  query::RunOptions options;
  options.interrupt = &interrupt;
  options.memory = state->memory.get();
  options.buffer = transaction != nullptr;
  options.serializable = isolation == IsolationLevel::kSerializable;
  Result<std::unique_ptr<query::ResultCursor>> cursor =
      transaction == nullptr
          ? parts->session->ExecuteAutoCommit(std::move(statement), parameters, options)
          : parts->session->Run(std::move(statement), parameters, *transaction, options);
  if (!cursor.ok()) {
    must_roll_back = transaction != nullptr && cursor.status().code() == StatusCode::kConflict;
    return cursor.status();
  }
  state->columns = (*cursor)->columns();
  state->statistics = ToPublic((*cursor)->statistics());
  state->cursor = std::move(cursor).value();
  return Cursor(std::move(state));
}

// ---- Connection

Connection::Connection(std::shared_ptr<State> state) : state_(std::move(state)) {}

Connection::~Connection() {
  state_->Close();
}

Result<Cursor> Connection::Execute(std::string_view statement, const Parameters& parameters) {
  KITH_ASSIGN_OR_RETURN(State::Prepared prepared,
                        state_->parts->session->Prepare(statement, &parameters.entries()));
  return state_->Run(std::move(prepared), parameters.entries());
}

Result<Statement> Connection::Prepare(std::string_view statement) {
  auto state = std::make_unique<Statement::State>();
  state->connection = state_;
  KITH_ASSIGN_OR_RETURN(state->prepared, state_->parts->session->Prepare(statement));
  return Statement(std::move(state));
}

Status Connection::Begin(TransactionMode mode) {
  return state_->Begin(mode, state_->isolation);
}
Status Connection::Begin(IsolationLevel isolation) {
  return state_->Begin(TransactionMode::kReadWrite, isolation);
}
Status Connection::Commit() {
  return state_->Commit();
}
Status Connection::Rollback() {
  return state_->Rollback();
}
bool Connection::in_transaction() const {
  return state_->transaction != nullptr;
}
void Connection::SetIsolation(IsolationLevel isolation) {
  state_->isolation = isolation;
}
void Connection::Cancel() noexcept {
  state_->interrupt.Cancel();
}
void Connection::SetTimeout(std::chrono::milliseconds timeout) {
  state_->timeout = timeout;
}
Database& Connection::database() const {
  return *state_->database;
}

// ---- Statement

Statement::Statement(std::unique_ptr<State> state) : state_(std::move(state)) {}
Statement::~Statement() = default;
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;

Statement& Statement::Bind(std::string_view name, Value value) {
  state_->parameters.Set(name, std::move(value));
  return *this;
}

void Statement::ClearBindings() {
  state_->parameters.Clear();
}

Result<Cursor> Statement::Execute() {
  KITH_RETURN_IF_ERROR(state_->connection->CheckOpen());
  return state_->connection->Run(state_->prepared, state_->parameters.entries());
}

const std::string& Statement::text() const {
  return state_->prepared->text();
}

// ---- Cursor

Cursor::Cursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;

const std::vector<std::string>& Cursor::columns() const {
  return state_->columns;
}

bool Cursor::Next() {
  State& state = *state_;
  if (state.connection->closed) {
    state.rows.clear();
    if (state.status.ok()) state.status = state.connection->CheckOpen();
    return false;
  }
  if (state.next_row < state.rows.size()) {
    ++state.next_row;
    if (state.next_row < state.rows.size()) return true;
  }
  if (state.cursor == nullptr || !state.status.ok()) return false;
  state.rows.clear();
  state.next_row = 0;
  state.status = state.cursor->Next(&state.rows);
  if (!state.status.ok()) state.rows.clear();
  return !state.rows.empty();
}

const Status& Cursor::status() const {
  return state_->status;
}
const Value& Cursor::Get(size_t column) const {
  return row()[column];
}
const std::vector<Value>& Cursor::row() const {
  return state_->rows[state_->next_row];
}
const WriteStatistics& Cursor::statistics() const {
  return state_->statistics;
}

std::string Cursor::plan() const {
  return state_->cursor == nullptr ? std::string() : state_->cursor->plan();
}

}  // namespace kith

// SPDX-License-Identifier: Apache-2.0
// What a Connection and what came from it share: the open transaction, the interrupt, and how one
// statement is run.
//
// Invariants: while a transaction is open every cursor of the connection holds its rows itself, so
// no cursor reads from a transaction that has written more or has ended. A cursor of a connection
// that was closed holds no snapshot, and of its rows only the batch that was being read.
//
// Thread safety: one thread at a time, but for the interrupt's Cancel.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/database_parts.h"
#include "kith/connection.h"
#include "query/session.h"

namespace kith {

struct Connection::State : std::enable_shared_from_this<Connection::State> {
  State(Database* owner, std::shared_ptr<Database::Parts> shared)
      : database(owner), parts(std::move(shared)) {}

  using Prepared = std::shared_ptr<const query::PreparedStatement>;

  Result<Cursor> Run(Prepared statement, const Map& parameters);
  Status Begin(TransactionMode mode, IsolationLevel level);
  Status Commit();
  Status Rollback();
  /// Ends what the connection does; its statements and cursors are left without what they hold.
  void Close();
  /// InvalidArgument once the Connection is gone; its statements and cursors keep this state.
  Status CheckOpen() const;

  Database* database;                      // Borrowed, for Connection::database alone.
  std::shared_ptr<Database::Parts> parts;  // First of what holds on to it, so the last to go.
  bool closed = false;
  Interrupt interrupt;
  std::chrono::milliseconds timeout{0};
  IsolationLevel isolation = IsolationLevel::kSnapshot;
  std::unique_ptr<storage::Transaction> transaction;  // Open between Begin and Commit or Rollback.
  bool must_roll_back = false;                        // A Conflict has spoilt the transaction.
  std::unordered_set<Cursor::State*> cursors;         // Each takes itself out when it goes.

 private:
  Result<Cursor> RunSessionCommand(const query::PreparedStatement& statement);
};

struct Cursor::State {
  explicit State(std::shared_ptr<Connection::State> owner) : connection(std::move(owner)) {
    connection->cursors.insert(this);
  }
  ~State() { connection->cursors.erase(this); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::shared_ptr<Connection::State> connection;
  // The cursor is last, so that it goes first: it borrows the budget.
  std::unique_ptr<MemoryBudget> memory;
  std::vector<std::string> columns;
  WriteStatistics statistics;
  std::vector<std::vector<Value>> rows;  // The batch that is being read.
  size_t next_row = 0;
  Status status;
  // Null for BEGIN, COMMIT and ROLLBACK, and once the connection was closed.
  std::unique_ptr<query::ResultCursor> cursor;
};

struct Statement::State {
  std::shared_ptr<Connection::State> connection;
  Connection::State::Prepared prepared;
  Parameters parameters;
};

}  // namespace kith

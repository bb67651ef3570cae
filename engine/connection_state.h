// SPDX-License-Identifier: Apache-2.0
// What a Connection and what came from it share: the open transaction, the interrupt, and how one
// statement is run.
//
// Invariants: while a transaction is open every cursor of the connection holds its rows itself, so
// no cursor reads from a transaction that has written more or has ended.
//
// Thread safety: one thread at a time, but for the interrupt's Cancel.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/database_parts.h"
#include "kith/connection.h"
#include "query/session.h"

namespace kith {

struct Connection::State {
  explicit State(Database* owner, Database::Parts* shared) : database(owner), parts(shared) {}

  using Prepared = std::shared_ptr<const query::PreparedStatement>;

  Result<Cursor> Run(Prepared statement, const Map& parameters);
  Status Begin(TransactionMode mode);
  Status Commit();
  Status Rollback();

  Database* database;      // Borrowed: a database outlives its connections.
  Database::Parts* parts;  // The same.
  Interrupt interrupt;
  std::chrono::milliseconds timeout{0};
  std::unique_ptr<storage::Transaction> transaction;  // Open between Begin and Commit or Rollback.
  bool must_roll_back = false;                        // A Conflict has spoilt the transaction.

 private:
  Result<Cursor> RunSessionCommand(const query::PreparedStatement& statement);
};

struct Cursor::State {
  // The cursor is last, so that it goes first: it borrows the budget.
  std::unique_ptr<MemoryBudget> memory;
  std::vector<std::string> columns;
  WriteStatistics statistics;
  std::vector<std::vector<Value>> rows;  // The batch that is being read.
  size_t next_row = 0;
  Status status;
  std::unique_ptr<query::ResultCursor> cursor;  // Null for BEGIN, COMMIT and ROLLBACK.
};

struct Statement::State {
  Connection::State* connection = nullptr;  // Borrowed: a connection outlives its statements.
  Connection::State::Prepared prepared;
  Parameters parameters;
};

}  // namespace kith

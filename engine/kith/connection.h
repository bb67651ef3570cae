// SPDX-License-Identifier: Apache-2.0
// Running Cypher: connections, prepared statements, parameters, cursors over results.
//
// Thread safety: a Connection and everything that came from it belong to one thread at a time, but
// for Connection::Cancel, which any thread and any signal handler may call. Different connections
// run in parallel. Statements and cursors that are left when their Connection is destroyed give an
// InvalidArgument error, and hold no snapshot; the current row of a cursor stays.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith {

class Database;

/// The values of a statement's $parameters, by name without the dollar sign.
class KITH_EXPORT Parameters {
 public:
  Parameters() = default;
  Parameters(std::initializer_list<std::pair<std::string_view, Value>> entries);

  /// Sets or replaces one.
  Parameters& Set(std::string_view name, Value value);
  void Clear() { entries_.clear(); }
  /// Sorted by name.
  const Map& entries() const { return entries_; }

 private:
  Map entries_;
};

/// What a statement changed. Counts are of the statement, not of the transaction.
struct WriteStatistics {
  uint64_t nodes_created = 0;
  uint64_t nodes_deleted = 0;
  uint64_t relationships_created = 0;
  uint64_t relationships_deleted = 0;
  uint64_t properties_set = 0;
  uint64_t labels_added = 0;
  uint64_t labels_removed = 0;
  uint64_t indexes_added = 0;
  uint64_t indexes_removed = 0;
  uint64_t constraints_added = 0;
  uint64_t constraints_removed = 0;

  KITH_EXPORT bool any() const;
  /// "2 nodes created, 1 property set", or "" when nothing changed.
  KITH_EXPORT std::string ToString() const;
};

/// A result, read row by row. Outside an explicit transaction the statement's writes are committed
/// when Execute returns, whether or not the rows are read. Destroying a cursor early is fine.
class KITH_EXPORT Cursor {
 public:
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;

  /// Names of the columns as RETURN or YIELD gave them; empty for a statement without a result.
  const std::vector<std::string>& columns() const;
  /// Moves to the next row; false at the end and on an error, which status() then tells.
  bool Next();
  /// OK, or why the rows ended early (Cancelled, Timeout, ResourceExhausted, a runtime error).
  const Status& status() const;
  /// A value of the current row; column < columns().size(). Valid until the next call of Next.
  const Value& Get(size_t column) const;
  /// The current row, columns().size() values.
  const std::vector<Value>& row() const;

  /// What the statement wrote. Complete when Execute has returned.
  const WriteStatistics& statistics() const;
  /// The plan's text after EXPLAIN or PROFILE, else empty. PROFILE's counts are final after the
  /// last row.
  std::string plan() const;

 private:
  friend class Connection;
  struct State;
  explicit Cursor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// A statement that was parsed and planned once and is run many times.
class KITH_EXPORT Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  /// Gives $name a value, kept for later runs. A name that the statement does not use is allowed.
  Statement& Bind(std::string_view name, Value value);
  void ClearBindings();
  /// ParameterMissing when a $parameter has no value; else as Connection::Execute.
  Result<Cursor> Execute();
  const std::string& text() const;

 private:
  friend class Connection;
  struct State;
  explicit Statement(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

enum class TransactionMode : uint8_t { kReadWrite, kReadOnly };

/// What a transaction that writes is protected from. It always sees one snapshot and its own
/// writes, and of two that change the same thing one gets a Conflict. One that only reads is
/// serializable in any case, and never meets a conflict for that.
enum class IsolationLevel : uint8_t {
  /// Write skew is allowed: each of two transactions may change what the other one has read.
  kSnapshot,
  /// As if transactions ran one after the other, in the order of their commits: a commit is a
  /// Conflict, too, when what was read, or looked for in vain, has been changed meanwhile. An
  /// invariant over several things is safe when everyone who changes them is serializable.
  kSerializable,
};

class KITH_EXPORT Connection {
 public:
  /// Rolls back an open transaction.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement (a trailing semicolon is fine). Outside Begin and Commit it is a
  /// transaction of its own, durable when this returns, and a Conflict is retried. Query errors
  /// carry a position; DescribeError renders it under the text.
  Result<Cursor> Execute(std::string_view statement, const Parameters& parameters = {});
  Result<Statement> Prepare(std::string_view statement);

  /// Opens a transaction; InvalidArgument when one is open. A statement that fails inside it leaves
  /// the transaction usable and as it was before that statement, except after a Conflict: then
  /// only Rollback is accepted.
  Status Begin(TransactionMode mode = TransactionMode::kReadWrite);
  /// The same, for writing, with an isolation of its own.
  Status Begin(IsolationLevel isolation);
  /// Durable when it returns OK. On an error everything is rolled back; Conflict may be tried
  /// again.
  Status Commit();
  Status Rollback();
  bool in_transaction() const;
  /// Of the statements and transactions that begin from now on, unless Begin says otherwise;
  /// kSnapshot at first.
  void SetIsolation(IsolationLevel isolation);

  /// Stops the running statement with Cancelled; without one it does nothing. Any thread may call
  /// it.
  void Cancel() noexcept;
  /// The longest that a statement may run before it ends with Timeout; 0 (the default) is for ever.
  void SetTimeout(std::chrono::milliseconds timeout);

  /// The database that made this connection; it must still be there.
  Database& database() const;

 private:
  friend class Cursor;
  friend class Database;
  friend class Statement;
  struct State;
  explicit Connection(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

/// `status` for people: its text, then the line of `statement` that it points at with a caret
/// below.
///
///   SyntaxError: unexpected RETURN; expected a pattern (line 1, column 7)
///     MATCH RETURN 1
///           ^^^^^^
///
KITH_EXPORT std::string DescribeError(const Status& status, std::string_view statement);

/// Line and column of a byte offset, both from 1; a column is a Unicode character.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};
KITH_EXPORT LineColumn LocateOffset(std::string_view text, size_t offset);

}  // namespace kith

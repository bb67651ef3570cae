// SPDX-License-Identifier: Apache-2.0
// Runs statements for the shell and prints what comes of them: rows, counts, plans, errors, time.
//
// Thread safety: one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/shell/interrupt_key.h"
#include "engine/shell/result_printer.h"
#include "kith/kith.h"

namespace kith::shell {

class StatementRunner {
 public:
  struct Settings {
    OutputMode mode = OutputMode::kTable;
    bool timer = false;
    bool interactive = false;  ///< Both ends are a terminal: tables are cut to its width.
  };

  /// Both are borrowed.
  StatementRunner(Connection* connection, InterruptKey* interrupt)
      : connection_(connection), interrupt_(interrupt) {}

  /// Runs one statement. Results go to standard output, which is
  /// flushed before this returns; errors go to standard error. False when the statement failed.
  bool Run(std::string_view statement);
  /// Runs `work` so that Ctrl-C cancels what it executes on the connection. `work` asks
  /// interrupted() between its statements.
  void RunInterruptible(const std::function<void()>& work);
  /// Whether Ctrl-C came since the last line was typed; in a script, since its beginning.
  bool interrupted() const { return interrupt_->pressed(); }
  /// Evaluates one expression, which cannot write, and keeps it as $name. Prints an error and
  /// returns false when it fails.
  bool SetParameter(std::string_view name, std::string_view expression);

  Settings& settings() { return settings_; }
  Parameters& parameters() { return parameters_; }
  Connection& connection() { return *connection_; }

 private:
  Status RunQuery(std::string_view statement);
  /// The position of an error is in `expression`.
  Result<Value> Evaluate(std::string_view expression);
  void PrintFooter(const Cursor& cursor, size_t rows, double milliseconds);

  Connection* connection_;
  InterruptKey* interrupt_;
  Settings settings_;
  Parameters parameters_;
};

/// The terminal's width, or 0 when standard output is none.
size_t TerminalColumns();

}  // namespace kith::shell

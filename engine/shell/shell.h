// SPDX-License-Identifier: Apache-2.0
// The Cypher shell: at a terminal with editing and completion, or over a script.
//
// Thread safety: one thread.
#pragma once

#include "engine/shell/command_line.h"
#include "engine/shell/statement_reader.h"
#include "engine/shell/statement_runner.h"
#include "kith/kith.h"

namespace kith::shell {

class Shell {
 public:
  /// Both are borrowed.
  Shell(Database* database, const CommandLine* line);

  /// Runs -c's statements, or standard input. The process's exit code.
  int Run();

 private:
  /// Runs what the reader holds complete. False when the shell should end.
  bool Drain(StatementReader& reader, bool at_end);
  bool RunItem(const StatementReader::Item& item);
  bool RunFile(const std::string& path);
  bool RunFileItem(const std::string& path, const StatementReader::Item& item);
  void RunText(std::string_view text);
  void RunStream();
  void RunTerminal();
  std::string Prompt(const StatementReader& reader) const;

  Database* database_;
  const CommandLine* line_;
  std::unique_ptr<Connection> connection_;
  InterruptKey interrupt_;
  StatementRunner runner_;
  bool interactive_ = false;
  bool failed_ = false;
  bool quit_ = false;
  int read_depth_ = 0;
};

}  // namespace kith::shell

// SPDX-License-Identifier: Apache-2.0
// The shell's own commands: lines that begin with a dot.
//
// Thread safety: one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/shell/statement_runner.h"

namespace kith::shell {

enum class CommandOutcome { kDone, kFailed, kQuit };

/// ".help", ".schema", ...
const std::vector<std::string>& DotCommandNames();

/// What commands act on. read_file runs a file's statements as if they had been typed.
struct ShellContext {
  StatementRunner* runner = nullptr;  ///< Borrowed.
  std::function<bool(const std::string& path)> read_file;
};

/// Runs one line, which begins with a dot. Errors are printed.
CommandOutcome RunDotCommand(const std::string& line, ShellContext& context);

}  // namespace kith::shell

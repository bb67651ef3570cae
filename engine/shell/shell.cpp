// SPDX-License-Identifier: Apache-2.0
// Where statements come from, and what happens after one fails.
#include "engine/shell/shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <utility>

#include "engine/shell/dot_command.h"
#include "engine/shell/line_editor.h"
#include "engine/shell/one_line.h"
#include "engine/shell/schema_words.h"

namespace kith::shell {
namespace {

constexpr int kMaxReadDepth = 16;
constexpr size_t kReadBytes = 1 << 16;

std::string HistoryFile() {
  if (const char* named = std::getenv("KITH_HISTORY")) return named;
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/.kith_history";
}

/// Feeds what a file descriptor gives to the reader, whole lines at a time, and calls `run` after
/// each piece and at the end, until it returns false. The error number of a read that failed (EINTR
/// after Ctrl-C), or 0.
int ReadStatements(int descriptor, const InterruptKey& interrupt, StatementReader& reader,
                   const std::function<bool(bool at_end)>& run) {
  std::string pending;
  std::string buffer(kReadBytes, '\0');
  while (true) {
    // Not fread(): a statement must run as soon as its line is here, not when a buffer is full.
    const ssize_t got = interrupt.Read(descriptor, buffer.data(), buffer.size());
    if (got < 0) return errno;
    if (got == 0) break;
    pending.append(buffer, 0, static_cast<size_t>(got));
    const size_t end = pending.rfind('\n');
    if (end == std::string::npos) continue;
    reader.Feed(std::string_view(pending).substr(0, end + 1));
    pending.erase(0, end + 1);
    if (!run(false)) return 0;
  }
  reader.Feed(pending);
  run(true);
  return 0;
}

}  // namespace

Shell::Shell(Database* database, const CommandLine* line)
    : database_(database),
      line_(line),
      connection_(database->Connect()),
      runner_(connection_.get(), &interrupt_) {
  interactive_ =
      line->statements.empty() && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  runner_.settings().mode = line->mode.value_or(OutputMode::kTable);
  runner_.settings().timer = line->timer;
  runner_.settings().interactive = isatty(STDOUT_FILENO) != 0;
  connection_->SetTimeout(std::chrono::milliseconds(line->timeout_ms));
}

int Shell::Run() {
  for (const auto& [name, expression] : line_->parameters) {
    if (!runner_.SetParameter(name, expression)) return 1;
  }
  if (!line_->statements.empty()) {
    for (const std::string& text : line_->statements) {
      if (!quit_) RunText(text);
    }
  } else if (interactive_) {
    RunTerminal();
  } else {
    RunStream();
  }
  if (connection_->in_transaction()) {
    fmt::print(stderr, "the open transaction was rolled back; COMMIT ends one that should stay\n");
    if (!interactive_) failed_ = true;
  }
  return failed_ ? 1 : 0;
}

bool Shell::RunItem(const StatementReader::Item& item) {
  bool ok = true;
  if (item.is_command) {
    ShellContext context;
    context.runner = &runner_;
    context.read_file = [this](const std::string& path) { return RunFile(path); };
    const CommandOutcome outcome = RunDotCommand(item.text, context);
    std::fflush(stdout);
    if (outcome == CommandOutcome::kQuit) quit_ = true;
    ok = outcome != CommandOutcome::kFailed;
  } else {
    ok = runner_.Run(item.text);
  }
  if (interactive_) return !quit_ && !interrupt_.pressed();
  // Ctrl-C ends a script, also when the statement was done before it was noticed.
  const bool interrupted = interrupt_.pressed();
  if (ok && interrupted) fmt::print(stderr, "interrupted\n");
  if (ok && !interrupted) return !quit_;
  failed_ = true;
  if (!line_->keep_going || interrupted) quit_ = true;
  return !quit_;
}

bool Shell::Drain(StatementReader& reader, bool at_end) {
  while (auto item = at_end ? reader.TakeRest() : reader.Take()) {
    if (!RunItem(*item)) return false;
  }
  return true;
}

void Shell::RunText(std::string_view text) {
  StatementReader reader;
  reader.Feed(text);
  Drain(reader, true);
}

void Shell::RunStream() {
  StatementReader reader;
  const int error = ReadStatements(STDIN_FILENO, interrupt_, reader,
                                   [this, &reader](bool at_end) { return Drain(reader, at_end); });
  if (error == 0) return;
  if (error != EINTR)
    fmt::print(stderr, "standard input cannot be read: {}\n", std::strerror(error));
  failed_ = true;
}

bool Shell::RunFile(const std::string& path) {
  if (read_depth_ >= kMaxReadDepth) {
    fmt::print(stderr, "{}: .read is nested {} deep; a file probably reads itself\n", path,
               kMaxReadDepth);
    return false;
  }
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    fmt::print(stderr, "{} cannot be read: {}\n", path, std::strerror(errno));
    return false;
  }
  ++read_depth_;
  StatementReader reader;
  bool ok = true;
  const int error = ReadStatements(file, interrupt_, reader, [&](bool at_end) {
    while (ok) {
      const auto item = at_end ? reader.TakeRest() : reader.Take();
      if (!item) break;
      ok = RunFileItem(path, *item);
    }
    return ok;
  });
  close(file);
  --read_depth_;
  if (error == 0) return ok;
  fmt::print(stderr, "{} cannot be read: {}\n", path, std::strerror(error));
  return false;
}

/// False when the file should not be read on: the item failed, or it left the shell.
bool Shell::RunFileItem(const std::string& path, const StatementReader::Item& item) {
  const bool failed_before = std::exchange(failed_, false);
  const bool interactive = std::exchange(interactive_, false);
  bool ok = RunItem(item);
  interactive_ = interactive;
  if (failed_) {
    fmt::print(stderr, "{}: the statement at line {} failed\n", path, item.line);
    ok = false;
  }
  failed_ = failed_ || failed_before;
  if (interactive_) quit_ = false;
  return ok;
}

std::string Shell::Prompt(const StatementReader& reader) const {
  if (reader.in_statement()) return "  ... ";
  return connection_->in_transaction() ? "kith*> " : "kith> ";
}

void Shell::RunTerminal() {
  if (!line_->quiet) {
    fmt::print("Kith {}, {}. Statements end with a semicolon; .help tells more, .quit leaves.\n",
               Database::Version(),
               database_->path() == ":memory:" ? "in memory: nothing is kept" : database_->path());
  }
  const SchemaWords words(connection_.get());
  LineEditor editor(
      HistoryFile(),
      [&](std::string_view line, size_t* replaced) { return words.Complete(line, replaced); },
      &interrupt_);
  StatementReader reader;
  std::string typed;
  while (!quit_) {
    std::string line;
    std::fflush(stdout);
    const LineEditor::Outcome outcome = editor.Read(Prompt(reader), &line);
    if (outcome == LineEditor::Outcome::kEnd) break;
    if (outcome == LineEditor::Outcome::kInterrupted) {
      fmt::print("^C\n");
      reader.Clear();
      typed.clear();
      continue;
    }
    reader.Feed(line);
    typed += line;
    // Ctrl-C drops the statements that wait behind the one it stopped.
    if (!Drain(reader, false)) reader.Clear();
    if (reader.in_statement()) continue;
    if (typed.find_first_not_of(" \n") != std::string::npos) editor.Remember(OneLine(typed));
    typed.clear();
  }
  if (!quit_) fmt::print("\n");
}

}  // namespace kith::shell

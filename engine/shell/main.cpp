// SPDX-License-Identifier: Apache-2.0
// kith: the program. Parses the command line, opens the database, runs the command.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "engine/shell/backups.h"
#include "engine/shell/check.h"
#include "engine/shell/command_line.h"
#include "engine/shell/documents.h"
#include "engine/shell/imports.h"
#include "engine/shell/models.h"
#include "engine/shell/shell.h"

namespace kith::shell {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr int kOpenError = 3;

int RunCommand(Database& database, const CommandLine& line) {
  switch (line.command) {
    case Command::kIngest: return RunIngest(database, line);
    case Command::kEmbed: return RunEmbed(database, line);
    case Command::kAsk: return RunAsk(database, line);
    case Command::kForget: return RunForget(database, line);
    case Command::kBackup: return RunBackup(database, line);
    case Command::kCheck: return RunCheck(database, line);
    default: return Shell(&database, &line).Run();
  }
}

bool PathsExist(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (access(path.c_str(), F_OK) == 0) continue;
    fmt::print(stderr, "kith: '{}' cannot be ingested: {}\n", path, std::strerror(errno));
    return false;
  }
  return true;
}

/// The exit code: output that nobody got is a failure.
int Finish(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  fmt::print(stderr, "kith: standard output could not be written: {}\n", std::strerror(errno));
  return code == 0 ? kFailed : code;
}

int Main(const std::vector<std::string>& arguments) {
  // A limit on file sizes then fails the write, which is an error like a full disk, and not the
  // process.
  std::signal(SIGXFSZ, SIG_IGN);
  auto line = ParseCommandLine(arguments);
  if (!line.ok()) {
    fmt::print(stderr, "kith: {}\nkith --help lists the options\n", line.status().message());
    return kUsageError;
  }
  if (line->command == Command::kHelp) {
    // Not by fmt, which throws where the text is longer than what is buffered and nobody takes it.
    const std::string_view text = UsageText();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Finish(0);
  }
  if (line->command == Command::kVersion) {
    fmt::print("kith {}\n", Database::Version());
    return Finish(0);
  }
  if (line->command == Command::kModel) return Finish(RunModel(*line));
  if (line->command == Command::kRestore) return Finish(RunRestore(*line));
  if (line->command == Command::kImport) return Finish(RunImport(*line));
  if (line->options.embedding_model.empty()) {
    if (const char* model = std::getenv("KITH_EMBEDDING_MODEL")) {
      line->options.embedding_model = model;
    }
  }
  // A backup, question or deletion needs what is there; it must not make an empty database. A
  // question that is no turn of a conversation writes nothing, so it is answered beside another
  // process that has the database open, too.
  const bool needs_documents = line->command == Command::kAsk || line->command == Command::kEmbed ||
                               line->command == Command::kForget;
  // Nor may a check, which changes nothing.
  const bool checks = line->command == Command::kCheck;
  if (checks) line->options.read_only = true;
  if (needs_documents || checks || line->command == Command::kBackup) {
    line->options.create_if_missing = false;
  }
  const bool writes_turns = !line->conversation.empty();
  if (line->command == Command::kAsk && !writes_turns) line->options.read_only = true;
  // Nor may documents that do not exist leave an empty database behind.
  if (line->command == Command::kIngest && !PathsExist(line->arguments)) return kFailed;
  auto database = Database::Open(line->database, line->options);
  if (!database.ok()) {
    const Status& status = database.status();
    if (needs_documents && status.code() == StatusCode::kNotFound) {
      fmt::print(stderr, "kith: there is no database in {}; kith ingest PATH --db {} makes one\n",
                 line->database, line->database);
    } else {
      fmt::print(stderr, "kith: {}\n", status.message());
    }
    return kOpenError;
  }
  return Finish(RunCommand(**database, *line));
}

}  // namespace
}  // namespace kith::shell

int main(int count, char** arguments) {
  std::setlocale(LC_CTYPE, "");
  try {
    return kith::shell::Main(std::vector<std::string>(arguments + 1, arguments + count));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "kith: %s\n", e.what());
    return 1;
  }
}

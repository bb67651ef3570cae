// SPDX-License-Identifier: Apache-2.0
// kith: the program. Parses the command line, opens the database, runs the command.
#include <fmt/format.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "engine/shell/command_line.h"
#include "engine/shell/documents.h"
#include "engine/shell/shell.h"

namespace kith::shell {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr int kOpenError = 3;

int RunCommand(Database& database, const CommandLine& line) {
  switch (line.command) {
    case Command::kIngest: return RunIngest(database, line);
    case Command::kAsk: return RunAsk(database, line);
    case Command::kForget: return RunForget(database, line);
    default: return Shell(&database, &line).Run();
  }
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
    fmt::print("{}", UsageText());
    return 0;
  }
  if (line->command == Command::kVersion) {
    fmt::print("kith {}\n", Database::Version());
    return 0;
  }
  // A question or a deletion needs what is there; it must not make an empty database.
  if (line->command == Command::kAsk || line->command == Command::kForget) {
    line->options.create_if_missing = false;
  }
  auto database = Database::Open(line->database, line->options);
  if (!database.ok()) {
    fmt::print(stderr, "kith: {}\n", database.status().message());
    return kOpenError;
  }
  const int code = RunCommand(**database, *line);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  fmt::print(stderr, "kith: standard output could not be written: {}\n", std::strerror(errno));
  return code == 0 ? kFailed : code;
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

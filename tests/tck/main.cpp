// SPDX-License-Identifier: Apache-2.0
// kith_tck: runs the openCypher Technology Compatibility Kit.
//
//   kith_tck [--any-graph-empty] [--skip-when-absent] [--json FILE] [--diff FILE] [--workers N]
//   [--timeout SECONDS]
//            DIR [FILTER]
//
// DIR holds *.feature files, in folders or not; a folder `graphs` with the named graphs is looked
// for in DIR and above it. FILTER is text that a case's name must contain. Exit status: 0 when all
// cases passed, 1 when some failed, 2 when nothing could be run, 77 when DIR does not exist and
// --skip-when-absent was given.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tck/case_runner.h"
#include "tests/tck/child_pool.h"
#include "tests/tck/gherkin.h"
#include "tests/tck/report.h"

namespace kith::tck {
namespace {

namespace fs = std::filesystem;

struct CommandLine {
  RunnerOptions runner;
  PoolOptions pool;
  bool skip_when_absent = false;
  std::string json;
  std::string diff;
  std::string folder;
  std::string filter;
};

constexpr const char* kUsage =
    "usage: kith_tck [--any-graph-empty] [--skip-when-absent] [--json FILE] [--diff FILE] "
    "[--workers N] [--timeout SECONDS] DIR [FILTER]\n";
constexpr int kSkipped = 77;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

template <typename Number>
bool ParsePositive(const std::string& text, Number* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && *number > 0;
}

// False when the arguments make no sense.
bool ParseCommandLine(const std::vector<std::string>& arguments, CommandLine* command) {
  std::vector<std::string> names;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.substr(0, 2) != "--") {
      names.push_back(argument);
    } else if (argument == "--any-graph-empty") {
      command->runner.any_graph_empty = true;
    } else if (argument == "--skip-when-absent") {
      command->skip_when_absent = true;
    } else if (++i == arguments.size()) {
      return false;
    } else if (argument == "--json") {
      command->json = arguments[i];
    } else if (argument == "--diff") {
      command->diff = arguments[i];
    } else if (argument == "--workers") {
      if (!ParsePositive(arguments[i], &command->pool.workers)) return false;
    } else if (argument == "--timeout") {
      if (!ParsePositive(arguments[i], &command->pool.timeout_seconds)) return false;
    } else {
      return false;
    }
  }
  if (names.empty() || names.size() > 2) return false;
  command->folder = names[0];
  if (names.size() == 2) command->filter = names[1];
  return true;
}

Status ReadCases(const CommandLine& command, std::vector<Case>* cases) {
  std::error_code error;
  std::vector<fs::path> files;
  const fs::path root = command.folder;
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".feature") files.push_back(entry->path());
  }
  if (error || files.empty()) {
    return Status(StatusCode::kNotFound,
                  fmt::format("there is no .feature file below {}{}", command.folder,
                              error ? " (" + error.message() + ")" : ""));
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const std::string name = fs::relative(file, root).string();
    Result<std::vector<Case>> parsed = ParseFeature(ReadFile(file), name);
    if (!parsed.ok()) return parsed.status().WithContext(name);
    for (Case& test : *parsed) {
      if (test.Name().find(command.filter) != std::string::npos) cases->push_back(std::move(test));
    }
  }
  return Status::Ok();
}

// graphs/NAME/NAME.cypher, beside the features or in a folder above them.
void ReadGraphs(const std::string& folder, RunnerOptions* options) {
  std::error_code error;
  for (fs::path above = fs::absolute(folder, error); above.has_relative_path();
       above = above.parent_path()) {
    if (!fs::is_directory(above / "graphs", error)) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(above / "graphs", error)) {
      const std::string name = entry.path().filename().string();
      options->graphs[name] = ReadFile(entry.path() / (name + ".cypher"));
    }
    return;
  }
}

int Main(const std::vector<std::string>& arguments) {
  CommandLine command;
  if (!ParseCommandLine(arguments, &command)) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  std::error_code error;
  if (command.skip_when_absent && !fs::exists(command.folder, error)) {
    fmt::print("SKIPPED: {} does not exist\n", command.folder);
    return kSkipped;
  }
  Run run;
  if (const Status read = ReadCases(command, &run.cases); !read.ok()) {
    fmt::print(stderr, "kith_tck: {}\n", read.message());
    return 2;
  }
  ReadGraphs(command.folder, &command.runner);
  run.results = RunInChildren(run.cases.size(), command.pool,
                              [&](size_t i) { return RunCase(run.cases[i], command.runner); });
  Status written;
  if (!command.json.empty()) written = WriteJson(run, command.json);
  Status compared;
  if (!command.diff.empty()) compared = PrintDifference(run, command.diff);
  for (const Status& status : {written, compared}) {
    if (!status.ok()) fmt::print(stderr, "kith_tck: {}\n", status.message());
  }
  PrintReport(run);
  if (!written.ok() || !compared.ok()) return 2;
  return CountFailed(run) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kith::tck

int main(int argc, char** argv) {
  return kith::tck::Main(std::vector<std::string>(argv + 1, argv + argc));
}

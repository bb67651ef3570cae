// SPDX-License-Identifier: Apache-2.0
// kill -9 while a process writes indexed data, creates and drops indexes: whatever it left, indexes
// agree with the graph, and every acknowledged commit is there.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/base/random_value.h"
#include "tests/index/indexed_graph.h"

extern char** environ;

namespace kith::index {
namespace {

using test::IndexedGraph;

constexpr const char* kFolderVariable = "KITH_INDEX_KILL_FOLDER";

// A node of its own for each number, so that acknowledged ones can be looked for.
test::Properties NumberedProperties(int64_t number) {
  return {{"number", Value(number)},
          {"group", Value(number % 7)},
          {"text", Value("number " + std::to_string(number) + " of the running writer")}};
}

// Runs in the process that is killed: acknowledges each commit on its standard output.
TEST_CASE("writes until it is killed", "[.index_kill_child]") {
  const char* folder = std::getenv(kFolderVariable);
  REQUIRE(folder != nullptr);
  IndexedGraph graph(folder);
  const auto make = [&](IndexKind kind, const char* name, const char* property) {
    IndexRequest request;
    request.kind = kind;
    request.name = name;
    request.labels = {"L"};
    request.properties = {property};
    request.if_not_exists = true;
    REQUIRE(graph.indexes->Create(request).ok());
  };
  make(IndexKind::kUnique, "number", "number");
  make(IndexKind::kText, "text", "text");
  int64_t number = 0;
  {
    const auto reading = graph.Read();
    PropertySeek last;
    last.backward = true;
    const std::vector<NodeId> nodes = graph.Seek(reading->view(), "number", last);
    number = static_cast<int64_t>(nodes.size());
  }
  for (;; ++number) {
    const auto writing = graph.Write();
    const NodeId node = graph.Create(*writing, {"L"}, NumberedProperties(number));
    if (number % 3 == 0) {
      REQUIRE(writing->SetProperties(node, graph.Writes({{"text", Value("changed")}})).ok());
    }
    REQUIRE(writing->Commit().ok());
    const std::string line = std::to_string(number) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
    if (number % 20 == 10) make(IndexKind::kRange, "group", "group");
    if (number % 20 == 19) REQUIRE(graph.indexes->DropIndex("group", true).ok());
  }
}

// The last whole line of the child's output.
int64_t LastAcknowledged(const std::string& path) {
  std::ifstream file(path);
  int64_t last = -1;
  for (std::string line; std::getline(file, line);) {
    if (!file.eof() && !line.empty() && std::isdigit(static_cast<unsigned char>(line[0])) != 0) {
      last = std::stoll(line);
    }
  }
  return last;
}

void RunAndKill(const std::filesystem::path& folder, const std::filesystem::path& output,
                std::chrono::milliseconds after) {
  REQUIRE(setenv(kFolderVariable, folder.c_str(), 1) == 0);
  posix_spawn_file_actions_t actions;
  REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
  REQUIRE(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                           O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
  std::string program = "/proc/self/exe";
  std::string tag = "[.index_kill_child]";
  char* const arguments[] = {program.data(), tag.data(), nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  std::this_thread::sleep_for(after);
  REQUIRE(kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

TEST_CASE("indexes agree with the graph after kill -9", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  const auto folder =
      std::filesystem::temp_directory_path() / ("kith_index_kill_" + std::to_string(getpid()));
  const auto output = folder.string() + ".out";
  std::filesystem::remove_all(folder);
  const char* wanted = std::getenv("KITH_KILLS");
  const int kills = wanted == nullptr ? 12 : std::atoi(wanted);
  int64_t acknowledged = -1;
  for (int round = 0; round < kills; ++round) {
    RunAndKill(folder, output, std::chrono::milliseconds(random.Between(30, 250)));
    acknowledged = std::max(acknowledged, LastAcknowledged(output));
    if (!std::filesystem::exists(folder)) continue;
    CAPTURE(round, acknowledged);
    IndexedGraph graph(folder.string());
    graph.RequireVerified();
    if (graph.Find("number") == nullptr) continue;
    const auto reading = graph.Read();
    for (int64_t number = 0; number <= acknowledged; ++number) {
      REQUIRE(graph.SeekEqual(reading->view(), "number", Value(number)).size() == 1);
    }
  }
  CHECK(acknowledged > 0);
  std::filesystem::remove_all(folder);
  std::filesystem::remove(output);
}

}  // namespace
}  // namespace kith::index

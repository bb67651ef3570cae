// SPDX-License-Identifier: Apache-2.0
// kill -9 while a process writes indexed data, creates and drops indexes: whatever it left, indexes
// agree with the graph, and every acknowledged commit is there.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>

#include "tests/base/random_value.h"
#include "tests/clean_database.h"
#include "tests/index/indexed_graph.h"
#include "tests/killed_child.h"
#include "tests/temporary_folder.h"

namespace kith::index {
namespace {

using test::IndexedGraph;

constexpr const char* kFolderVariable = "KITH_INDEX_KILL_FOLDER";

// A node of its own for each number, so that acknowledged ones can be looked for.
test::Properties NumberedProperties(int64_t number) {
  return {{"number", Value(number)},
          {"group", Value(number % 7)},
          {"text", Value("number " + std::to_string(number) + " of the running writer")},
          {"vector", Value(List{Value(1), Value(number), Value(number % 17)})}};
}

// Merges of vectors so often that they are killed too.
IndexManagerOptions MergingOften() {
  IndexManagerOptions options;
  options.merge_vectors = 25;
  return options;
}

// Runs in the process that is killed: acknowledges each commit on its standard output.
TEST_CASE("writes until it is killed", "[.index_kill_child]") {
  const char* folder = std::getenv(kFolderVariable);
  REQUIRE(folder != nullptr);
  IndexedGraph graph(folder, MergingOften());
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
  make(IndexKind::kVector, "vector", "vector");
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
      const Value vector(List{Value(2), Value(number), Value(3)});
      REQUIRE(
          writing
              ->SetProperties(node, graph.Writes({{"text", Value("changed")}, {"vector", vector}}))
              .ok());
    }
    REQUIRE(writing->Commit().ok());
    const std::string line = std::to_string(number) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
    if (number % 20 == 10) make(IndexKind::kRange, "group", "group");
    if (number % 20 == 19) REQUIRE(graph.indexes->DropIndex("group", true).ok());
  }
}

TEST_CASE("indexes agree with the graph after kill -9", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  const TemporaryFolder folder;
  const KilledChild child{"[.index_kill_child]", kFolderVariable, folder.database(),
                          folder.path() + "/output"};
  // The third child finds what the second one left.
  const int kills = std::max(KillCount(12), 3);
  int64_t acknowledged = -1;
  for (int round = 0; round < kills; ++round) {
    // A third of the kills may fall into the opening and its recovery.
    const bool at_work = round % 3 != 0;
    RunAndKill(child, {at_work, std::chrono::milliseconds(random.Between(0, 250))});
    const auto last = LastNumber(child.output);
    REQUIRE((last || !at_work));
    acknowledged = std::max(acknowledged, last.value_or(-1));
    CAPTURE(round, acknowledged);
    IndexedGraph graph(child.folder, MergingOften());
    REQUIRE(WrongIn(graph.store.get()) == "");
    if (acknowledged < 0) continue;
    REQUIRE(graph.Find("number") != nullptr);
    const auto reading = graph.Read();
    if (const IndexDefinition* vectors = graph.Find("vector")) {
      VectorSearchOptions all;
      all.limit = 1'000'000;
      const std::vector<double> query{1, 1, 1};
      const auto hits = graph.indexes->vectors().Search(&reading->view(), *vectors, query, all);
      REQUIRE(hits.ok());
      REQUIRE(static_cast<int64_t>(hits->size()) > acknowledged);
    }
    for (int64_t number = 0; number <= acknowledged; ++number) {
      REQUIRE(graph.SeekEqual(reading->view(), "number", Value(number)).size() == 1);
    }
  }
  CHECK(acknowledged > 0);
}

}  // namespace
}  // namespace kith::index

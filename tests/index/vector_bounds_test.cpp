// SPDX-License-Identifier: Apache-2.0
// Vector indexes at their bounds: limits, scores, memory, and merges that have to come or to wait.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>

#include "engine/base/memory_budget.h"
#include "tests/index/vector_graph.h"

namespace kith::index {
namespace {

using test::AddRandom;
using test::Components;
using test::Entities;
using test::IndexedGraph;
using test::Merge;
using test::Nearest;
using test::Quiet;
using test::RandomVectors;
using test::VectorIndex;
using test::VectorValue;

TEST_CASE("limits and breadths beyond the index find what there is", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(29, 8);
  AddRandom(&graph, &vectors, 200);
  Merge(&graph);
  AddRandom(&graph, &vectors, 20);
  const auto reading = graph.Read();
  VectorSearchOptions fifty;
  fifty.limit = 50;
  auto wanted = Entities(Nearest(&graph, reading->view(), "docs", vectors.Next(), fifty));
  std::sort(wanted.begin(), wanted.end());
  for (const size_t huge : {size_t{1} << 40, SIZE_MAX / 8, SIZE_MAX}) {
    CAPTURE(huge);
    VectorSearchOptions options;
    options.limit = huge;
    CHECK(Nearest(&graph, reading->view(), "docs", vectors.Next(), options).size() == 220);
    options.limit = 10;
    options.breadth = huge;
    CHECK(Nearest(&graph, reading->view(), "docs", vectors.Next(), options).size() == 10);
    options.limit = huge;
    options.entities = &wanted;
    CHECK(Nearest(&graph, reading->view(), "docs", vectors.Next(), options).size() == 50);
  }
}

TEST_CASE("a filter may name entities that the index does not have", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(47, 8);
  const auto strangers = graph.Write();
  std::vector<uint64_t> wanted;
  for (int i = 0; i < 3000; ++i) wanted.push_back(graph.Create(*strangers, {"Other"}, {}).bits());
  REQUIRE(strangers->Commit().ok());
  // So many wanted ones make a walk look cheap; it finds too few of them.
  for (const NodeId node : AddRandom(&graph, &vectors, 3000)) {
    if (node.bits() % 1000 == 0) wanted.push_back(node.bits());
  }
  Merge(&graph);
  std::sort(wanted.begin(), wanted.end());
  VectorSearchOptions options;
  options.entities = &wanted;
  options.limit = 3;
  options.breadth = 10;
  const auto reading = graph.Read();
  CHECK(Nearest(&graph, reading->view(), "docs", vectors.Next(), options).size() == 3);
}

TEST_CASE("cosine scores lie between 0 and 1", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(31, 32);
  std::vector<Components> known;
  const auto writing = graph.Write();
  for (int i = 0; i < 300; ++i) {
    known.push_back(vectors.Next());
    graph.Create(*writing, {"Doc"}, {{"v", VectorValue(known.back())}});
  }
  VectorSearchOptions all;
  all.limit = known.size();
  for (Components& query : known) {
    REQUIRE(Nearest(&graph, writing->view(), "docs", query, all).front().score <= 1);
    for (double& component : query) component = -component;
    REQUIRE(Nearest(&graph, writing->view(), "docs", query, all).back().score >= 0);
  }
}

TEST_CASE("a tail that came with one commit is merged once a search has met it", "[index]") {
  IndexManagerOptions options;
  options.merge_vectors = 100;
  IndexedGraph graph(":memory:", options);
  VectorIndex(&graph, "docs");
  RandomVectors vectors(37, 8);
  const auto writing = graph.Write();
  for (int i = 0; i < 500; ++i) {
    graph.Create(*writing, {"Doc"}, {{"v", VectorValue(vectors.Next())}});
  }
  // What the changes have told the merger, it has forgotten before there is anything to see.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  REQUIRE(writing->Commit().ok());
  REQUIRE(Nearest(&graph, graph.Read()->view(), "docs", vectors.Next()).size() == 10);
  const auto tail = [&] {
    const auto reading = graph.Read();
    return graph.indexes->vectors().Size(&reading->view(), *graph.Find("docs")).value().tail;
  };
  for (int i = 0; i < 3000 && tail() != 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(tail() == 0);
  graph.RequireVerified();
}

TEST_CASE("a merge that is cancelled does not wait for another one", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  RandomVectors vectors(41, 8);
  AddRandom(&graph, &vectors, 5000);
  Interrupt cancelled;
  cancelled.Cancel();
  std::optional<Status> waiting;
  IndexRequest request;
  request.kind = IndexKind::kVector;
  request.name = "docs";
  request.labels = {"Doc"};
  request.properties = {"v"};
  BuildOptions build;
  build.progress = [&](const BuildProgress&) {
    // Called while rows are linked, once the index is there.
    if (waiting.has_value() || graph.Find("docs") == nullptr) return;
    std::thread other([&] { waiting = graph.indexes->MergeVectors(&cancelled); });
    other.join();
  };
  REQUIRE(graph.indexes->Create(request, build).ok());
  REQUIRE(waiting.has_value());
  CHECK(waiting->code() == StatusCode::kCancelled);
}

TEST_CASE("the tail of an index that nobody asks for gives way to another's", "[index]") {
  MemoryBudget memory("test memory", 40'000);
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  REQUIRE(test::TryVectorIndex(&graph, "others", {}, "w").ok());
  RandomVectors vectors(43, 16);
  const auto writing = graph.Write();
  for (int i = 0; i < 400; ++i) {
    graph.Create(*writing, {"Doc"}, {{"v", VectorValue(vectors.Next())}});
    if (i % 4 != 0) graph.Create(*writing, {"Doc"}, {{"w", VectorValue(vectors.Next())}});
  }
  VectorSearcher poor(&memory);
  const auto search = [&](const std::string& name) {
    const auto hits = poor.Search(&writing->view(), *graph.Find(name), vectors.Next(), {});
    REQUIRE(hits.ok());
    REQUIRE(hits->size() == 10);
    return memory.used_bytes();
  };
  CHECK(search("docs") == 400 * 16 * sizeof(float));
  CHECK(search("others") == 300 * 16 * sizeof(float));
}

}  // namespace
}  // namespace kith::index

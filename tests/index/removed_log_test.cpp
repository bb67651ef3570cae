// SPDX-License-Identifier: Apache-2.0
// Removals noted in order, and searches that find what is removed by them.
#include "index/vector/removed_log.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "tests/index/vector_graph.h"

namespace kith::index {
namespace {

using test::Components;
using test::IndexedGraph;

TEST_CASE("removals lie between the fingerprints around them", "[index]") {
  RemovedLog log;
  const VectorVersion one{1, 1000};
  const VectorVersion two{2, UINT64_MAX - 300};  // Sums wrap around.
  const VectorVersion three{3, 7};
  log.Note(one);
  log.Note(two);
  CHECK(log.Between(0, 1000) == std::vector{one});
  CHECK(log.Between(0, 699) == std::vector{one, two});
  CHECK(log.Between(1000, 699) == std::vector{two});
  CHECK(log.Between(699, 699) == std::vector<VectorVersion>());
  CHECK_FALSE(log.Between(699, 1000).has_value());  // An older view is not found from a newer one.
  CHECK_FALSE(log.Between(0, 5).has_value());
  log.Restart(1000);  // Known: nothing is lost.
  CHECK(log.Between(0, 699).has_value());
  log.Restart(5);
  CHECK_FALSE(log.Between(0, 699).has_value());
  log.Note(three);
  CHECK(log.Between(5, 12) == std::vector{three});
}

TEST_CASE("of many noted removals the oldest are forgotten", "[index]") {
  RemovedLog log;
  for (uint64_t i = 1; i <= 5000; ++i) log.Note({i, 1});
  CHECK_FALSE(log.Between(0, 5000).has_value());
  CHECK_FALSE(log.Between(903, 5000).has_value());
  const auto late = log.Between(904, 5000);
  REQUIRE(late.has_value());
  CHECK(late->size() == 4096);
  CHECK(late->front().entity == 905);
}

TEST_CASE("a search misses just what its view has removed", "[index]") {
  IndexedGraph graph(":memory:", test::Quiet());
  REQUIRE(test::TryVectorIndex(&graph, "docs", {}).ok());
  test::RandomVectors vectors(47, 8);
  std::vector<NodeId> nodes;
  const auto adding = graph.Write();
  for (size_t i = 0; i < 200; ++i) {
    nodes.push_back(graph.Create(*adding, {"Doc"}, {{"v", test::VectorValue(vectors.Next())}}));
  }
  REQUIRE(adding->Commit().ok());
  test::Merge(&graph);
  const Components query = vectors.Next();
  std::vector<bool> gone(nodes.size(), false);
  const auto check = [&](storage::Transaction& transaction, const std::vector<bool>& missing) {
    VectorSearchOptions options;
    options.limit = nodes.size();
    const auto hits =
        graph.indexes->vectors().Search(&transaction.view(), *graph.Find("docs"), query, options);
    REQUIRE(hits.ok());
    std::vector<bool> absent(nodes.size(), true);
    for (const VectorHit& hit : *hits) {
      const auto node = std::find(nodes.begin(), nodes.end(), hit.node());
      absent[static_cast<size_t>(node - nodes.begin())] = false;
    }
    CHECK(absent == missing);
  };
  const auto first = graph.Read();
  for (size_t i = 0; i < 60; ++i) {
    const auto before = graph.Read();
    const std::vector<bool> before_gone = gone;
    const auto writing = graph.Write();
    REQUIRE(writing->DeleteNode(nodes[3 * i]).ok());
    std::vector<bool> own = gone;
    own[3 * i] = true;
    if (i % 2 == 0) check(*writing, own);
    if (i % 5 != 0) {  // Else it is taken back.
      REQUIRE(writing->Commit().ok());
      gone = own;
    }
    check(*graph.Read(), gone);
    check(*before, before_gone);
  }
  check(*graph.Read(), gone);
  check(*first, std::vector<bool>(nodes.size(), false));
}

}  // namespace
}  // namespace kith::index

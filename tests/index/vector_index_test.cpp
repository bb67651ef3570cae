// SPDX-License-Identifier: Apache-2.0
// Vector indexes: what a search sees, what a write refuses, and filters.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <thread>

#include "engine/base/memory_budget.h"
#include "index/vector/vector_keys.h"
#include "tests/base/random_value.h"
#include "tests/index/vector_graph.h"

namespace kith::index {
namespace {

using test::AddRandom;
using test::Components;
using test::CountFound;
using test::Entities;
using test::ExactNearest;
using test::IndexedGraph;
using test::Merge;
using test::Nearest;
using test::Quiet;
using test::RandomVectors;
using test::VectorIndex;
using test::VectorValue;

std::vector<NodeId> Nodes(const std::vector<VectorHit>& hits) {
  std::vector<NodeId> nodes;
  for (const VectorHit& hit : hits) nodes.push_back(hit.node());
  return nodes;
}

TEST_CASE("a vector search finds what the view has", "[index]") {
  const bool merged = GENERATE(false, true);
  CAPTURE(merged);
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  const NodeId east = graph.Add({"Doc"}, {{"v", VectorValue({1, 0})}});
  const NodeId north = graph.Add({"Doc"}, {{"v", VectorValue({0, 2})}});
  const NodeId west = graph.Add({"Doc"}, {{"v", VectorValue({-3, 0.5})}});
  graph.Add({"Other"}, {{"v", VectorValue({1, 0})}});
  graph.Add({"Doc"}, {{"w", VectorValue({1, 0})}});
  graph.Add({"Doc"}, {{"v", Value("no vector")}});
  if (merged) Merge(&graph);
  const auto expect = [&](storage::ReadView& view, const Components& query,
                          const std::vector<NodeId>& nodes) {
    std::vector<uint64_t> expected;
    for (const NodeId node : nodes) expected.push_back(node.bits());
    CHECK(Entities(Nearest(&graph, view, "docs", query)) == expected);
  };
  const auto old = graph.Read();
  expect(old->view(), {1, 0.1}, {east, north, west});
  const auto hits = Nearest(&graph, old->view(), "docs", {5, 0});
  CHECK(hits[0].score == Approx(1));
  CHECK(hits[1].score == Approx(0.5));

  const auto property = graph.Writes({{"v", VectorValue({1, 0.01})}});
  const auto writing = graph.Write();
  REQUIRE(writing->SetProperties(west, property).ok());
  REQUIRE(writing->DeleteNode(north).ok());
  expect(writing->view(), {0, 1}, {west, east});
  const uint64_t savepoint = writing->Savepoint();
  REQUIRE(writing->RemoveLabels(east, graph.Labels({"Doc"})).ok());
  expect(writing->view(), {0, 1}, {west});
  REQUIRE(writing->RollbackTo(savepoint).ok());
  expect(writing->view(), {0, 1}, {west, east});
  expect(old->view(), {0, 1}, {north, west, east});
  REQUIRE(writing->Commit().ok());
  expect(graph.Read()->view(), {0, 1}, {west, east});
  expect(old->view(), {0, 1}, {north, west, east});
  graph.RequireVerified();
  Merge(&graph);
  expect(graph.Read()->view(), {0, 1}, {west, east});
  expect(old->view(), {0, 1}, {north, west, east});

  {
    const auto undone = graph.Write();
    REQUIRE(undone->DeleteNode(west).ok());
    undone->Rollback();
  }
  expect(graph.Read()->view(), {0, 1}, {west, east});
  REQUIRE(graph.indexes->DropIndex("docs", false).ok());
  graph.RequireVerified();
}

TEST_CASE("vectors that an index cannot hold are refused where they are written", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorOptions options;
  options.dimensions = 3;
  VectorIndex(&graph, "docs", options);
  const NodeId good = graph.Add({"Doc"}, {{"v", VectorValue({1, 2, 3})}});
  const auto refused = [&](const Value& value, const std::string& text) {
    const auto writing = graph.Write();
    const auto node = graph.TryCreate(*writing, {"Doc"}, {{"v", value}});
    CHECK(node.status().code() == StatusCode::kInvalidArgument);
    CHECK_THAT(node.status().message(), Catch::Contains("'docs' on :Doc(v)"));
    CHECK_THAT(node.status().message(), Catch::Contains(text));
    const Status changed = writing->SetProperties(good, graph.Writes({{"v", value}}));
    CHECK_THAT(changed.message(),
               Catch::Contains("property v of node " + std::to_string(good.bits())));
    REQUIRE(writing->Commit().ok());
  };
  refused(VectorValue({1, 2}), "has 2 dimensions, and the index 3");
  refused(VectorValue({1, 2, 3, 4}), "has 4 dimensions, and the index 3");
  refused(VectorValue({1, std::nan(""), 3}), "has NaN at place 1");
  refused(VectorValue({1, 2, -INFINITY}), "has -Infinity at place 2");
  refused(VectorValue({0, 0, 0}), "has length 0");
  refused(VectorValue({1e100, 0, 0}), "has length 1e+100");
  refused(VectorValue({1e200, 0, 0}), "has length inf");
  graph.RequireVerified();
  const auto reading = graph.Read();
  CHECK(Nearest(&graph, reading->view(), "docs", {1, 2, 3}).size() == 1);
  // Neither vectors nor errors.
  graph.Add({"Doc"}, {{"v", Value(List{})}});
  graph.Add({"Doc"}, {{"v", Value(List{Value(1), Value("two"), Value(3)})}});
  graph.Add({"Doc"}, {{"v", Value(7)}});
  graph.Add({"Doc"}, {{"v", Value(List{Value(1), Value(2), Value(3)})}});
  CHECK(Nearest(&graph, graph.Read()->view(), "docs", {1, 2, 3}).size() == 2);
  graph.RequireVerified();
}

TEST_CASE("the first vector fixes the dimensions when nothing else has", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  CHECK(Nearest(&graph, graph.Read()->view(), "docs", {1, 2, 3, 4}).empty());
  const auto property = graph.store->catalog().PropertyFor("v").value();
  {
    // Two first vectors of different sizes, at once.
    const auto first = graph.Write();
    const auto second = graph.Write();
    graph.Create(*first, {"Doc"}, {{"v", VectorValue({1, 2})}});
    graph.Create(*second, {"Doc"}, {{"v", VectorValue({1, 2, 3})}});
    REQUIRE(first->Commit().ok());
    CHECK(second->Commit().code() == StatusCode::kConflict);
  }
  const auto writing = graph.Write();
  CHECK_FALSE(writing
                  ->CreateNode(graph.Labels({"Doc"}), std::vector{storage::PropertyWrite{
                                                          property, VectorValue({1, 2, 3})}})
                  .ok());
  const auto reading = graph.Read();
  const auto wrong = graph.indexes->vectors().Search(&reading->view(), *graph.Find("docs"),
                                                     Components{1, 2, 3}, {});
  CHECK(wrong.status().code() == StatusCode::kArgumentError);
  CHECK_THAT(wrong.status().message(), Catch::Contains("3 dimensions, and the index 2"));
  const auto zero =
      graph.indexes->vectors().Search(&reading->view(), *graph.Find("docs"), Components{0, 0}, {});
  CHECK(zero.status().code() == StatusCode::kArgumentError);
}

TEST_CASE("a vector index over existing data is built, or refused whole", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  RandomVectors vectors(1, 8);
  AddRandom(&graph, &vectors, 6000);
  uint64_t told = 0;
  IndexRequest request;
  request.kind = IndexKind::kVector;
  request.name = "docs";
  request.labels = {"Doc"};
  request.properties = {"v"};
  BuildOptions build;
  build.progress = [&](const BuildProgress& progress) { told = std::max(told, progress.done); };
  REQUIRE(graph.indexes->Create(request, build).ok());
  CHECK(told >= 5000);
  graph.RequireVerified();
  const auto reading = graph.Read();
  const auto size = graph.indexes->vectors().Size(&reading->view(), *graph.Find("docs")).value();
  CHECK(size.vectors == 6000);
  CHECK(size.dimensions == 8);
  CHECK(size.segments == 1);
  CHECK(size.tail == 0);

  const NodeId odd = graph.Add({"Doc"}, {{"w", VectorValue({1, 2})}});
  graph.Add({"Doc"}, {{"w", VectorValue({1, 2, 3})}});
  const auto mixed = test::TryVectorIndex(&graph, "mixed", {}, "w");
  CHECK(mixed.status().code() == StatusCode::kInvalidArgument);
  CHECK(graph.Find("mixed") == nullptr);
  {
    const auto writing = graph.Write();
    REQUIRE(writing->DeleteNode(odd).ok());
    REQUIRE(writing->Commit().ok());
  }
  REQUIRE(test::TryVectorIndex(&graph, "mixed", {}, "w").ok());
  graph.RequireVerified();

  Interrupt interrupt;
  interrupt.Cancel();
  build.interrupt = &interrupt;
  REQUIRE(graph.indexes->DropIndex("docs", false).ok());
  CHECK(graph.indexes->Create(request, build).status().code() == StatusCode::kCancelled);
  CHECK(graph.Find("docs") == nullptr);
}

TEST_CASE("walks find nearly all true neighbours, whatever the similarity", "[index]") {
  const auto similarity =
      GENERATE(VectorSimilarity::kCosine, VectorSimilarity::kEuclidean, VectorSimilarity::kDot);
  CAPTURE(SimilarityName(similarity));
  IndexedGraph graph(":memory:", Quiet());
  VectorOptions options;
  options.similarity = similarity;
  VectorIndex(&graph, "docs", options);
  RandomVectors vectors(7, 24);
  AddRandom(&graph, &vectors, 3000);
  Merge(&graph);
  AddRandom(&graph, &vectors, 300);
  const auto reading = graph.Read();
  size_t found = 0;
  for (int i = 0; i < 50; ++i) {
    const Components query = vectors.Next();
    const auto exact = ExactNearest(&graph, reading->view(), similarity, query);
    const auto hits = Nearest(&graph, reading->view(), "docs", query);
    REQUIRE(hits.size() == 10);
    found += CountFound(exact, hits, 10);
    for (size_t j = 1; j < hits.size(); ++j) REQUIRE(hits[j - 1].score >= hits[j].score);
    CHECK(hits[0].score == Approx(exact[0].score).epsilon(1e-4));
  }
  CHECK(found >= 475);
}

TEST_CASE("a filter leaves recall whole at every selectivity", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(11, 24);
  std::vector<NodeId> nodes = AddRandom(&graph, &vectors, 4000);
  Merge(&graph);
  const std::vector<NodeId> late = AddRandom(&graph, &vectors, 200);
  nodes.insert(nodes.end(), late.begin(), late.end());
  std::sort(nodes.begin(), nodes.end());
  const auto reading = graph.Read();
  for (const uint64_t keep : {1u, 2u, 10u, 100u, 1000u}) {
    CAPTURE(keep);
    std::vector<uint64_t> wanted;
    for (const NodeId node : nodes) {
      if (node.bits() * 2654435761u % 7919 % keep == 0) wanted.push_back(node.bits());
    }
    const auto is_wanted = [&](uint64_t entity) {
      return std::binary_search(wanted.begin(), wanted.end(), entity);
    };
    size_t found = 0;
    size_t possible = 0;
    for (int i = 0; i < 20; ++i) {
      const Components query = vectors.Next();
      auto exact = ExactNearest(&graph, reading->view(), VectorSimilarity::kCosine, query);
      std::erase_if(exact, [&](const auto& hit) { return !is_wanted(hit.entity); });
      VectorSearchOptions by_list;
      by_list.entities = &wanted;
      VectorSearchOptions by_call;
      by_call.accept = is_wanted;
      for (const VectorSearchOptions& options : {by_list, by_call}) {
        const auto hits = Nearest(&graph, reading->view(), "docs", query, options);
        REQUIRE(hits.size() == std::min<size_t>(10, wanted.size()));
        for (const VectorHit& hit : hits) REQUIRE(is_wanted(hit.entity));
        found += CountFound(exact, hits, 10);
        possible += hits.size();
      }
    }
    CHECK(found * 100 >= possible * 95);
  }
}

TEST_CASE("what is compared one by one is asked for from the nearest on", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(17, 24);
  AddRandom(&graph, &vectors, 2000);
  const auto reading = graph.Read();
  size_t asked = 0;
  VectorSearchOptions options;
  options.limit = 10;
  options.accept = [&asked](uint64_t) { return ++asked % 2 == 0; };
  CHECK(Nearest(&graph, reading->view(), "docs", vectors.Next(), options).size() == 10);
  CHECK(asked == 20);
}

TEST_CASE("without memory for a graph the vectors are compared one by one", "[index]") {
  MemoryBudget memory("test memory", 200'000);
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(13, 24);
  AddRandom(&graph, &vectors, 3000);
  Merge(&graph);
  AddRandom(&graph, &vectors, 2500);
  const auto reading = graph.Read();
  VectorSearcher poor(&memory);
  const Components query = vectors.Next();
  const auto exact = ExactNearest(&graph, reading->view(), VectorSimilarity::kCosine, query);
  const auto hits = poor.Search(&reading->view(), *graph.Find("docs"), query, {});
  INFO(hits.status().ToString());
  REQUIRE(hits.ok());
  CHECK(CountFound(exact, *hits, 10) == 10);
  CHECK(memory.used_bytes() <= 200'000);
}

TEST_CASE("damaged segments give Corruption", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(17, 8);
  AddRandom(&graph, &vectors, 500);
  Merge(&graph);
  const IndexId index = graph.Find("docs")->id;
  const auto expect_corruption = [&](const std::string& key,
                                     const std::function<void(std::string*)>& damage) {
    const auto writing = graph.Write();
    std::string bytes = writing->keys().Get(storage::KeySpace::kVector, key).value().value();
    damage(&bytes);
    if (bytes.empty()) {
      REQUIRE(writing->keys().Delete(storage::KeySpace::kVector, key).ok());
    } else {
      REQUIRE(writing->keys().Put(storage::KeySpace::kVector, key, bytes).ok());
    }
    VectorSearcher fresh(nullptr);
    const auto hits = fresh.Search(&writing->view(), *graph.Find("docs"), vectors.Next(), {});
    CHECK(hits.status().code() == StatusCode::kCorruption);
    CHECK_THAT(hits.status().message(), Catch::Contains("vector index 'docs' on :Doc(v)"));
    CHECK(VerifyIndexes(&writing->view()).code() == StatusCode::kCorruption);
  };
  for (const SegmentPart part : {SegmentPart::kRows, SegmentPart::kLinks, SegmentPart::kVectors}) {
    const std::string key = ChunkKey(index, 1, part, 0);
    expect_corruption(key, [](std::string* bytes) { (*bytes)[bytes->size() / 2] ^= 4; });
    expect_corruption(key, [](std::string* bytes) { bytes->resize(bytes->size() / 2); });
    expect_corruption(key, [](std::string* bytes) { bytes->clear(); });
    // A chunk that is whole but of something else.
    expect_corruption(key, [](std::string* bytes) { *bytes = SealChunk(std::string(64, '\x7f')); });
  }
  expect_corruption(DirectoryKey(index), [](std::string* bytes) { bytes->back() ^= 0x7f; });
  // No dimensions.
  expect_corruption(DirectoryKey(index), [](std::string* bytes) { (*bytes)[1] = 0; });
  // A link to a row that is not there.
  expect_corruption(ChunkKey(index, 1, SegmentPart::kLinks, 0), [](std::string* bytes) {
    std::string links(OpenChunk(*bytes).value());
    links.replace(0, 4, std::string("\xf4\x01\x00\x00", 4));
    *bytes = SealChunk(links);
  });
}

TEST_CASE("merges keep dead rows as ways through the graph until they are too many", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  VectorIndex(&graph, "docs");
  RandomVectors vectors(23, 8);
  const std::vector<NodeId> nodes = AddRandom(&graph, &vectors, 400);
  Merge(&graph);
  const auto remove = [&](size_t begin, size_t end) {
    const auto writing = graph.Write();
    for (size_t i = begin; i < end; ++i) REQUIRE(writing->DeleteNode(nodes[i]).ok());
    REQUIRE(writing->Commit().ok());
  };
  const auto size = [&] {
    const auto reading = graph.Read();
    return graph.indexes->vectors().Size(&reading->view(), *graph.Find("docs")).value();
  };
  const auto markers = [&] {
    const auto reading = graph.Read();
    return ReadVersions(&reading->view().keys(), RemovedPrefix(graph.Find("docs")->id))
        .value()
        .size();
  };
  remove(0, 40);
  AddRandom(&graph, &vectors, 10);
  Merge(&graph);
  CHECK(size().vectors == 370);
  CHECK(size().rows == 410);
  CHECK(markers() == 40);
  remove(40, 140);
  Merge(&graph);
  CHECK(size().vectors == 270);
  CHECK(size().rows == 270);
  CHECK(markers() == 0);
  remove(140, 400);
  const auto writing = graph.Write();
  for (const NodeId node : Nodes(Nearest(&graph, writing->view(), "docs", vectors.Next()))) {
    REQUIRE(writing->DeleteNode(node).ok());
  }
  REQUIRE(writing->Commit().ok());
  Merge(&graph);
  CHECK(size().vectors == 0);
  CHECK(size().segments == 0);
  CHECK(markers() == 0);
  CHECK(Nearest(&graph, graph.Read()->view(), "docs", vectors.Next()).empty());
  AddRandom(&graph, &vectors, 3);
  CHECK(Nearest(&graph, graph.Read()->view(), "docs", vectors.Next()).size() == 3);
}

TEST_CASE("a vector index comes back with its database", "[index]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("kith_vector_reopen_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  RandomVectors vectors(19, 8);
  const Components query = vectors.Next();
  std::vector<uint64_t> expected;
  {
    IndexedGraph graph(folder.string(), Quiet());
    VectorIndex(&graph, "docs");
    AddRandom(&graph, &vectors, 300);
    Merge(&graph);
    AddRandom(&graph, &vectors, 20);
    expected = Entities(Nearest(&graph, graph.Read()->view(), "docs", query));
    // What an interrupted merge leaves: chunks that no directory names.
    const auto writing = graph.Write();
    for (const uint32_t number : {0u, 1u, 77u}) {
      REQUIRE(writing->keys()
                  .Put(storage::KeySpace::kVector,
                       ChunkKey(graph.Find("docs")->id, 2, SegmentPart::kVectors, number), "left")
                  .ok());
    }
    REQUIRE(writing->Commit().ok());
  }
  {
    storage::GraphStoreOptions options;
    options.path = folder.string();
    options.read_only = true;
    auto store = storage::GraphStore::Open(options);
    REQUIRE(store.ok());
    IndexedGraph graph(std::move(store).value(), {});
    CHECK(Entities(Nearest(&graph, graph.Read()->view(), "docs", query)) == expected);
    graph.RequireVerified();
  }
  {
    IndexedGraph graph(folder.string(), Quiet());
    CHECK(Entities(Nearest(&graph, graph.Read()->view(), "docs", query)) == expected);
    Merge(&graph);
    CHECK(Entities(Nearest(&graph, graph.Read()->view(), "docs", query)) == expected);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("the record of a vector index keeps its options", "[index]") {
  IndexDefinition definition;
  definition.id = IndexId{9};
  definition.kind = IndexKind::kVector;
  definition.name = "docs";
  definition.labels = {"Doc"};
  definition.properties = {"v"};
  definition.vector = {
      .dimensions = 384, .similarity = VectorSimilarity::kDot, .links = 24, .build_breadth = 150};
  const std::string record = EncodeDefinition(definition);
  const auto decoded = DecodeDefinition(record);
  REQUIRE(decoded.ok());
  CHECK(decoded->vector == definition.vector);
  CHECK(decoded->kind == IndexKind::kVector);
  for (size_t cut = 0; cut < record.size(); ++cut) {
    CHECK(DecodeDefinition(record.substr(0, cut)).status().code() == StatusCode::kCorruption);
  }
  // What follows the names: dimensions (2 bytes), similarity, links, breadth (2).
  std::string damaged = record;
  damaged[record.size() - 4] = 4;
  CHECK(DecodeDefinition(damaged).status().code() == StatusCode::kCorruption);
  damaged = record;
  damaged[record.size() - 3] = 1;
  CHECK(DecodeDefinition(damaged).status().code() == StatusCode::kCorruption);
}

TEST_CASE("vectors of relationships", "[index]") {
  IndexedGraph graph(":memory:", Quiet());
  IndexRequest request;
  request.kind = IndexKind::kVector;
  request.entity = EntityKind::kRelationship;
  request.name = "links";
  request.labels = {"LINKS"};
  request.properties = {"v"};
  REQUIRE(graph.indexes->Create(request).ok());
  const auto writing = graph.Write();
  const NodeId node = graph.Create(*writing, {"Doc"}, {});
  const RelTypeId type = graph.store->catalog().RelTypeFor("LINKS").value();
  const auto first =
      writing->CreateRelationship(node, type, node, graph.Writes({{"v", VectorValue({1, 0})}}));
  const auto second =
      writing->CreateRelationship(node, type, node, graph.Writes({{"v", VectorValue({0, 1})}}));
  REQUIRE(writing->Commit().ok());
  Merge(&graph);
  const auto reading = graph.Read();
  const auto hits = Nearest(&graph, reading->view(), "links", {0.1, 1});
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].relationship() == *second);
  CHECK(hits[1].relationship() == *first);
}

}  // namespace
}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Random changes of vectors by several threads, with merges and searches at the same time: whatever
// a view has, a search of that view finds, and nothing else.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/base/random_value.h"
#include "tests/index/vector_graph.h"

namespace kith::index {
namespace {

using test::Components;
using test::ExactNearest;
using test::IndexedGraph;
using test::Nearest;
using test::RandomVectors;
using test::VectorValue;

constexpr size_t kDimensions = 12;

// One writer: creates, changes and deletes nodes of its own, some in vain.
class Writer {
 public:
  Writer(IndexedGraph* graph, uint64_t seed) : graph_(graph), vectors_(seed, kDimensions) {}

  void Step() {
    const auto transaction = graph_->store->Begin(storage::TransactionMode::kWrite).value();
    std::vector<NodeId> nodes = nodes_;
    Status status;
    const uint64_t changes = 1 + vectors_.Below(8);
    for (uint64_t i = 0; i < changes && status.ok(); ++i) status = Change(*transaction, &nodes);
    const bool keep = vectors_.Below(5) != 0;
    if (status.ok() && keep) status = transaction->Commit();
    if (!keep) transaction->Rollback();
    if (status.ok() && keep) nodes_ = nodes;
    // The first vectors of the index may meet each other.
    if (!status.ok() && status.code() != StatusCode::kConflict) problem_ = status;
  }
  const Status& problem() const { return problem_; }

 private:
  Status Change(storage::Transaction& transaction, std::vector<NodeId>* nodes) {
    const auto property = graph_->store->catalog().PropertyFor("v").value();
    const storage::PropertyWrite write{property, VectorValue(vectors_.Next())};
    const uint64_t what = nodes->empty() ? 0 : vectors_.Below(10);
    if (what < 5) {
      const auto labels = std::vector{graph_->store->catalog().LabelFor("Doc").value()};
      KITH_ASSIGN_OR_RETURN(const NodeId node, transaction.CreateNode(labels, {&write, 1}));
      nodes->push_back(node);
      return Status::Ok();
    }
    const size_t chosen = vectors_.Below(nodes->size());
    const NodeId node = (*nodes)[chosen];
    if (what < 8) return transaction.SetProperties(node, {&write, 1});
    nodes->erase(nodes->begin() + static_cast<std::ptrdiff_t>(chosen));
    return transaction.DeleteNode(node);
  }

  IndexedGraph* graph_;
  RandomVectors vectors_;
  std::vector<NodeId> nodes_;
  Status problem_;
};

// Compares a search of everything, which is exact, and short ones with the view's own vectors.
// Catch2's macros are not safe on several threads: the checks run on the test's own.
struct Checked {
  size_t found = 0;
  size_t possible = 0;
};

void CheckView(IndexedGraph* graph, storage::ReadView& view, RandomVectors* queries,
               Checked* checked) {
  const Components query = queries->Next();
  const auto exact = ExactNearest(graph, view, VectorSimilarity::kEuclidean, query);
  VectorSearchOptions all;
  all.limit = exact.size() + 1000;
  const auto every = Nearest(graph, view, "docs", query, all);
  REQUIRE(every.size() == exact.size());
  for (size_t i = 0; i < every.size(); ++i) {
    REQUIRE(every[i].score == Approx(exact[i].score).epsilon(1e-4));
  }
  auto entities = test::Entities(every);
  std::sort(entities.begin(), entities.end());
  REQUIRE(std::adjacent_find(entities.begin(), entities.end()) == entities.end());

  VectorSearchOptions few;
  few.limit = 5;
  few.breadth = 40;
  const auto hits = Nearest(graph, view, "docs", query, few);
  REQUIRE(hits.size() == std::min<size_t>(5, exact.size()));
  for (const VectorHit& hit : hits) {
    REQUIRE(std::binary_search(entities.begin(), entities.end(), hit.entity));
  }
  checked->found += test::CountFound(exact, hits, 5);
  checked->possible += hits.size();
}

TEST_CASE("vectors change, merge and are searched at the same time", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  const auto folder =
      std::filesystem::temp_directory_path() / ("kith_vector_model_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  const bool background = seed % 2 == 0;
  IndexManagerOptions options;
  options.background_merges = background;
  options.merge_vectors = 200;
  Checked checked;
  RandomVectors queries(seed + 99, kDimensions);
  for (int round = 0; round < 3; ++round) {
    IndexedGraph graph(folder.string(), options);
    if (round == 0) {
      VectorOptions vector;
      vector.similarity = VectorSimilarity::kEuclidean;
      test::VectorIndex(&graph, "docs", vector);
    }
    std::vector<std::unique_ptr<Writer>> writers;
    std::vector<std::thread> threads;
    std::atomic<int> running{3};
    for (uint64_t i = 0; i < 3; ++i) {
      writers.push_back(
          std::make_unique<Writer>(&graph, seed + 10 * static_cast<uint64_t>(round) + i));
      threads.emplace_back([&running, writer = writers.back().get()] {
        for (int step = 0; step < 150; ++step) writer->Step();
        running.fetch_sub(1);
      });
    }
    std::vector<std::unique_ptr<storage::Transaction>> old;
    while (running.load() > 0) {
      if (!background) REQUIRE(graph.indexes->MergeVectors(nullptr).ok());
      auto reading = graph.Read();
      CheckView(&graph, reading->view(), &queries, &checked);
      if (queries.Below(3) == 0) old.push_back(std::move(reading));
      if (!old.empty()) {
        CheckView(&graph, old[queries.Below(old.size())]->view(), &queries, &checked);
      }
      if (old.size() > 4) old.erase(old.begin());
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& writer : writers) {
      INFO(writer->problem().ToString());
      REQUIRE(writer->problem().ok());
    }
    for (const auto& reading : old) CheckView(&graph, reading->view(), &queries, &checked);
    old.clear();
    graph.RequireVerified();
    if (round == 1) {
      REQUIRE(graph.indexes->MergeVectors(nullptr).ok());
      graph.RequireVerified();
    }
  }
  CHECK(checked.possible > 0);
  CHECK(checked.found * 100 >= checked.possible * 95);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Building indexes: in steps, beside writers, failing, cancelled, interrupted by a crash.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "index/index_manager.h"
#include "index/property/property_entry.h"
#include "index/schema_records.h"
#include "tests/index/indexed_graph.h"

namespace kith::index {
namespace {

using test::IndexedGraph;

TEST_CASE("an index is built in steps while others write", "[index]") {
  IndexManagerOptions options;
  options.build_step_bytes = 1;
  IndexedGraph graph(":memory:", options);
  std::vector<NodeId> nodes;
  {
    const auto writing = graph.Write();
    for (int i = 0; i < 5000; ++i) {
      nodes.push_back(graph.Create(
          *writing, {"L"}, {{"p", Value(i)}, {"t", Value("text number " + std::to_string(i))}}));
    }
    REQUIRE(writing->Commit().ok());
  }
  const LabelId label = graph.store->catalog().LabelFor("L").value();
  const PropertyId p = graph.store->catalog().PropertyFor("p").value();
  const PropertyId t = graph.store->catalog().PropertyFor("t").value();
  std::atomic<bool> stop{false};
  std::atomic<int> committed{0};
  std::thread writer([&] {
    for (uint64_t round = 0; !stop || committed == 0; ++round) {
      auto transaction = graph.store->Begin(storage::TransactionMode::kWrite);
      if (!transaction.ok()) continue;
      const NodeId node = nodes[round * 911 % nodes.size()];
      Status status;
      if (round % 3 == 0) {
        status = (*transaction)->DeleteNode(node);
      } else if (round % 3 == 1) {
        status =
            (*transaction)
                ->SetProperties(
                    node, {{{p, Value(-static_cast<int64_t>(round))}, {t, Value("changed text")}}});
      } else {
        status = (*transaction)->CreateNode({{label}}, {{{p, Value("new")}}}).status();
      }
      if (status.ok() && (*transaction)->Commit().ok()) ++committed;
    }
  });
  graph.Index(IndexKind::kRange, "range", {"L"}, {"p"});
  graph.Index(IndexKind::kText, "text", {"L"}, {"t"});
  stop = true;
  writer.join();
  CHECK(graph.Find("range")->state == IndexState::kOnline);
  CHECK(graph.indexes->catalog()->version() > 6);
  CHECK(committed > 0);
  graph.RequireVerified();
}

TEST_CASE("a build that fails in a later step leaves nothing", "[index]") {
  IndexManagerOptions options;
  options.build_step_bytes = 1;
  IndexedGraph graph(":memory:", options);
  {
    const auto writing = graph.Write();
    for (int i = 0; i < 3000; ++i) graph.Create(*writing, {"L"}, {{"p", Value(i % 2999)}});
    REQUIRE(writing->Commit().ok());
  }
  CHECK(graph.TryIndex(IndexKind::kUnique, "one", {"L"}, {"p"}).status().code() ==
        StatusCode::kConstraintViolation);
  CHECK(graph.Find("one") == nullptr);
  size_t left = 0;
  REQUIRE(graph.Read()
              ->view()
              .keys()
              .Scan(storage::KeySpace::kProperty, "", "",
                    [&](std::string_view, std::string_view) {
                      ++left;
                      return true;
                    })
              .ok());
  CHECK(left == 0);
}

TEST_CASE("a build that a crash interrupted is finished by the next open", "[index]") {
  const auto folder = std::filesystem::temp_directory_path() / "kith_index_resume";
  std::filesystem::remove_all(folder);
  {
    IndexedGraph graph(folder.string());
    graph.Add({"L"}, {{"p", Value(1)}});
    graph.Add({"L"}, {{"p", Value(2)}});
    graph.Index(IndexKind::kRange, "a", {"L"}, {"p"});
    graph.Index(IndexKind::kRange, "b", {"L"}, {"q"});
    // As after the first step of a build: populating, with one of two entries.
    IndexDefinition definition = *graph.Find("a");
    definition.state = IndexState::kPopulating;
    const auto writing = graph.Write();
    REQUIRE(WriteDefinition(&writing->keys(), definition).ok());
    std::string first;
    REQUIRE(writing->keys()
                .Scan(storage::KeySpace::kProperty, "", "",
                      [&](std::string_view key, std::string_view) {
                        first = key;
                        return false;
                      })
                .ok());
    REQUIRE(writing->keys().Delete(storage::KeySpace::kProperty, first).ok());
    REQUIRE(writing->keys().Add(PropertyCountKey(definition.id), -1).ok());
    // And a drop whose entries were not deleted yet.
    REQUIRE(MarkDropped(&writing->keys(), *graph.Find("b")).ok());
    REQUIRE(writing->Commit().ok());
  }
  {
    IndexedGraph graph(folder.string());
    REQUIRE(graph.Find("a") != nullptr);
    CHECK(graph.Find("a")->state == IndexState::kOnline);
    CHECK(graph.Find("b") == nullptr);
    CHECK(graph.SeekEqual(graph.Read()->view(), "a", Value(1)).size() == 1);
    CHECK(ReadDropped(&graph.Read()->view().keys())->empty());
    graph.RequireVerified();
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a cancelled build leaves no index", "[index]") {
  IndexedGraph graph;
  graph.Add({"L"}, {{"p", Value(1)}});
  IndexRequest request;
  request.name = "a";
  request.labels = {"L"};
  request.properties = {"p"};
  Interrupt interrupt;
  interrupt.Cancel();
  BuildOptions options;
  options.interrupt = &interrupt;
  CHECK(graph.indexes->Create(request, options).status().code() == StatusCode::kCancelled);
  CHECK(graph.Find("a") == nullptr);
  interrupt.Reset();
  uint64_t done = 0;
  options.progress = [&](const BuildProgress& progress) { done = progress.done; };
  REQUIRE(graph.indexes->Create(request, options).ok());
  CHECK(done == 1);
}

}  // namespace
}  // namespace kith::index

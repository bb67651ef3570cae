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
#include "tests/temporary_folder.h"

namespace kith::index {
namespace {

using test::IndexedGraph;

// A store in memory that no change reaches while its disk is said to be full.
class FillingStore final : public storage::GraphStore {
 public:
  FillingStore() : store_(IndexedGraph::OpenStore(":memory:")) {}

  void SetFull(bool full) { full_ = full; }

  storage::Catalog& catalog() override { return store_->catalog(); }
  Result<std::unique_ptr<storage::Transaction>> Begin(storage::TransactionMode mode) override {
    if (mode == storage::TransactionMode::kWrite) KITH_RETURN_IF_ERROR(Room());
    return store_->Begin(mode);
  }
  void AddChangeSink(storage::ChangeSink* sink) override { store_->AddChangeSink(sink); }
  Status ChangeSchema(const std::function<Status(storage::Transaction&)>& change,
                      const std::function<void()>& published) override {
    KITH_RETURN_IF_ERROR(Room());
    const auto change_with_room = [&](storage::Transaction& transaction) {
      KITH_RETURN_IF_ERROR(change(transaction));
      return Room();
    };
    return store_->ChangeSchema(change_with_room, published);
  }
  Status Sync() override { return store_->Sync(); }
  Status Flush() override { return store_->Flush(); }
  Result<BackupInfo> Backup(const std::string& folder, const BackupOptions& options) override {
    return store_->Backup(folder, options);
  }
  Status CheckFiles(storage::CheckReport* report) override { return store_->CheckFiles(report); }
  Result<uint64_t> DiskBytes() override { return store_->DiskBytes(); }

 private:
  Status Room() const {
    return full_ ? Status(StatusCode::kIoError, "the disk is full") : Status::Ok();
  }

  std::unique_ptr<storage::GraphStore> store_;
  bool full_ = false;
};

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

TEST_CASE("an index that could neither be built nor dropped goes with the next one", "[index]") {
  const auto kind = GENERATE(IndexKind::kRange, IndexKind::kUnique, IndexKind::kText);
  auto filling = std::make_unique<FillingStore>();
  FillingStore& disk = *filling;
  IndexManagerOptions options;
  options.build_step_bytes = 1;
  IndexedGraph graph(std::move(filling), options);
  NodeId last;
  {
    const auto writing = graph.Write();
    for (int i = 0; i < 3000; ++i) {
      last = graph.Create(*writing, {"L"}, {{"p", Value("text " + std::to_string(i))}});
    }
    REQUIRE(writing->Commit().ok());
  }
  IndexRequest request;
  request.kind = kind;
  request.name = "a";
  request.labels = {"L"};
  request.properties = {"p"};
  BuildOptions build;
  build.progress = [&](const BuildProgress& progress) { disk.SetFull(progress.done > 1500); };
  CHECK(graph.indexes->Create(request, build).status().code() == StatusCode::kIoError);
  REQUIRE(graph.Find("a") != nullptr);
  CHECK(graph.Find("a")->state == IndexState::kPopulating);
  CHECK(graph.indexes->Create(request).status().code() == StatusCode::kIoError);

  disk.SetFull(false);
  graph.Add({"L"}, {{"p", Value("new text")}});
  {
    const auto writing = graph.Write();
    REQUIRE(writing->DeleteNode(last).ok());
    REQUIRE(writing->Commit().ok());
  }
  request.if_not_exists = true;
  const auto made = graph.indexes->Create(request);
  INFO(made.status().ToString());
  REQUIRE(made.ok());
  CHECK(made->changed);
  CHECK(made->name == "a");
  REQUIRE(graph.indexes->catalog()->all().size() == 1);
  CHECK(graph.Find("a")->state == IndexState::kOnline);
  CHECK(ReadDropped(&graph.Read()->view().keys())->empty());
  graph.RequireVerified();
}

TEST_CASE("a build that a crash interrupted is finished by the next open", "[index]") {
  const TemporaryFolder folder;
  {
    IndexedGraph graph(folder.database());
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
    IndexedGraph graph(folder.database());
    REQUIRE(graph.Find("a") != nullptr);
    CHECK(graph.Find("a")->state == IndexState::kOnline);
    CHECK(graph.Find("b") == nullptr);
    CHECK(graph.SeekEqual(graph.Read()->view(), "a", Value(1)).size() == 1);
    CHECK(ReadDropped(&graph.Read()->view().keys())->empty());
    graph.RequireVerified();
  }
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

// SPDX-License-Identifier: Apache-2.0
// The hot-subgraph cache over closing and opening: what was hot comes back by itself.
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "storage/cache/heat.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

void AwaitPreload(GraphStore& store) {
  for (int i = 0; i < 2'000; ++i) {
    const CacheStats stats = store.GetCacheStats();
    if (stats.preloaded == stats.preload_total) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("preloading does not end");
}

std::vector<NodeId> MakeNodes(Fixture* fixture, const char* label, int count) {
  const LabelId id = *fixture->catalog().LabelFor(label);
  const PropertyId p = *fixture->catalog().PropertyFor("p");
  auto tx = fixture->Begin(TransactionMode::kWrite);
  std::vector<NodeId> nodes;
  for (int i = 0; i < count; ++i) {
    nodes.push_back(*tx->CreateNode(std::array{id}, std::array{PropertyWrite{p, Value(i)}}));
  }
  REQUIRE(tx->Commit().ok());
  return nodes;
}

void ReadProperty(Fixture* fixture, const std::vector<NodeId>& nodes) {
  Column column;
  const PropertyId p = *fixture->catalog().FindProperty("p");
  REQUIRE(fixture->Begin(TransactionMode::kRead)->view().Gather(nodes, p, &column).ok());
  CHECK(column.At(3) == Value(3));
}

TEST_CASE("what was hot is loaded by the next open", "[storage]") {
  GraphStoreOptions options;
  Fixture fixture(options);
  const std::vector<NodeId> hot = MakeNodes(&fixture, "Hot", 1'000);
  MakeNodes(&fixture, "Cold", 1'000);
  REQUIRE(fixture.store().Fold().ok());
  ReadProperty(&fixture, hot);
  fixture.Reopen();
  AwaitPreload(fixture.store());
  const CacheStats before = fixture.store().GetCacheStats();
  CHECK(before.preload_total == 1);
  CHECK(before.chunks == 1);
  ReadProperty(&fixture, hot);
  const CacheStats after = fixture.store().GetCacheStats();
  CHECK(after.chunk_misses == before.chunk_misses);
  CHECK(after.group_loads == before.group_loads);
}

TEST_CASE("groups are preloaded by label, as far as the budget goes", "[storage]") {
  GraphStoreOptions options;
  Fixture fixture(options);
  MakeNodes(&fixture, "A", 1'000);
  MakeNodes(&fixture, "B", 1'000);
  REQUIRE(fixture.store().Fold().ok());
  const std::array label{*fixture.catalog().FindLabel("A")};
  const auto one = fixture.store().Preload(label, Interrupt());
  REQUIRE(one.ok());
  CHECK((one->groups == 1 && one->chunks == 1 && one->complete && one->bytes > 0));
  const auto all = fixture.store().Preload({}, Interrupt());
  REQUIRE(all.ok());
  CHECK((all->groups == 2 && all->chunks == 2 && all->complete));
  fixture.options().hot_cache_bytes = 0;
  fixture.Reopen();
  const auto none = fixture.store().Preload({}, Interrupt());
  REQUIRE(none.ok());
  CHECK(!none->complete);
  Interrupt cancelled;
  cancelled.Cancel();
  CHECK(fixture.store().Preload({}, cancelled).status().code() == StatusCode::kCancelled);
}

TEST_CASE("a heat file that is damaged or out of date is no trouble", "[storage]") {
  GraphStoreOptions options;
  Fixture fixture(options);
  const std::vector<NodeId> nodes = MakeNodes(&fixture, "A", 100);
  REQUIRE(fixture.store().Fold().ok());
  ReadProperty(&fixture, nodes);
  fixture.Close();
  const std::string path = fixture.options().path + "/" + kHeatName;
  REQUIRE(std::filesystem::exists(path));
  const int kind = GENERATE(0, 1, 2);
  if (kind == 0) std::filesystem::resize_file(path, 11);
  if (kind == 1) std::ofstream(path) << "nonsense";
  if (kind == 2) {
    std::ofstream(path) << EncodeHeat(
        {{GroupId{0}, MainKind::kNodeColumn, 0, 77}, {GroupId{9'999}, MainKind::kOutgoing, 5, 1}});
  }
  fixture.Reopen();
  AwaitPreload(fixture.store());
  ReadProperty(&fixture, nodes);
}

TEST_CASE("heat survives its encoding, and nothing else does", "[storage]") {
  const std::vector<MainKey> keys{{GroupId{7}, MainKind::kIncoming, 3, 900},
                                  {GroupId{0}, MainKind::kRelationshipColumn, 0, 0}};
  const std::string bytes = EncodeHeat(keys);
  CHECK(DecodeHeat(bytes) == keys);
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK(DecodeHeat(bytes.substr(0, size)).empty());
}

}  // namespace
}  // namespace kith::storage

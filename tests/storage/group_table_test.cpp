// SPDX-License-Identifier: Apache-2.0
// The table of groups' versions: which view gets what, without RocksDB.
#include "storage/cache/group_table.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/format/delta_key.h"

namespace kith::storage {
namespace {

constexpr GroupId kGroup{3};
constexpr size_t kBudget = size_t{16} << 20;

DeltaEntry NodeEntryOf(uint32_t slot, uint64_t commit) {
  DeltaEntry entry;
  const DeltaKey key = DeltaKey::NodeRow(NodeId(kGroup, slot));
  entry.key = std::string(key.WithCommit(static_cast<CommitNumber>(commit)).view());
  AppendNodeImage({}, &entry.value);
  return entry;
}

/// A group in "RocksDB": commit n makes the node in slot n. Commits can be noted in a table.
class Group {
 public:
  explicit Group(GroupTable* table) : table_(table) {}

  void Commit(bool hand_over = true) {
    ++last_;
    GroupChange change{kGroup, 1, {}};
    if (hand_over) change.kept.push_back(NodeEntryOf(static_cast<uint32_t>(last_), last_));
    std::vector<GroupChange> changes{change};
    table_->Prepare(changes);
    table_->Apply(CommitNumber{last_}, std::move(changes));
  }
  GroupTable::Version At(uint64_t view) const {
    std::vector<DeltaEntry> entries;
    for (uint64_t commit = 1; commit <= view; ++commit) {
      entries.push_back(NodeEntryOf(static_cast<uint32_t>(commit), commit));
    }
    auto version = std::make_shared<GroupVersion>();
    version->directory = std::make_shared<const GroupDirectory>();
    if (!entries.empty()) version->runs[0] = DeltaRun::Build(kGroup, entries);
    return version;
  }
  /// Nodes that the table shows a view; and, in `*loads`, whether it had to load.
  size_t Read(uint64_t view, int* loads) {
    auto version = table_->Get(kGroup, CommitNumber{view}, [&] {
      ++*loads;
      if (while_loading_) std::exchange(while_loading_, nullptr)();
      return Result<GroupTable::Version>(At(view));
    });
    REQUIRE(version.ok());
    size_t nodes = 0;
    for (const auto& run : (*version)->runs) nodes += run == nullptr ? 0 : run->nodes().size();
    return nodes;
  }
  void WhileLoading(std::function<void()> call) { while_loading_ = std::move(call); }
  uint64_t last() const { return last_; }

 private:
  GroupTable* table_;
  uint64_t last_ = 0;
  std::function<void()> while_loading_;
};

TEST_CASE("a group is loaded once, and then follows the commits", "[storage]") {
  GroupTable table(kBudget, 1024);
  Group group(&table);
  int loads = 0;
  for (int i = 0; i < 5; ++i) group.Commit();
  CHECK(group.Read(5, &loads) == 5);
  CHECK(loads == 1);
  for (int i = 0; i < 600; ++i) {
    group.Commit();
    CHECK(group.Read(group.last(), &loads) == group.last());
  }
  // Commits that nobody read in between; a view in the middle of them.
  for (int i = 0; i < 100; ++i) group.Commit();
  CHECK(group.Read(650, &loads) == 650);
  CHECK(group.Read(705, &loads) == 705);
  CHECK(loads == 1);
  // A view older than the version reads for itself, and spoils nothing.
  CHECK(group.Read(650, &loads) == 650);
  CHECK(loads == 2);
  CHECK(group.Read(705, &loads) == 705);
  CHECK(loads == 2);
}

TEST_CASE("commits while a group is loaded are not lost", "[storage]") {
  GroupTable table(kBudget, 1024);
  Group group(&table);
  int loads = 0;
  for (int i = 0; i < 5; ++i) group.Commit();
  group.WhileLoading([&] {
    group.Commit();
    group.Commit();
    // Another reader, of the newest view, loads meanwhile.
    int others = 0;
    CHECK(group.Read(7, &others) == 7);
    group.Commit();
  });
  CHECK(group.Read(5, &loads) == 5);
  CHECK(group.Read(8, &loads) == 8);
  CHECK(loads == 1);
}

TEST_CASE("a large commit and many that nobody reads make a group be loaded anew", "[storage]") {
  GroupTable table(kBudget, 1024);
  Group group(&table);
  int loads = 0;
  CHECK(group.Read(0, &loads) == 0);
  group.Commit(false);
  CHECK(group.Read(1, &loads) == 1);
  CHECK(loads == 2);
  for (int i = 0; i < 10'000; ++i) group.Commit();
  CHECK(group.Read(group.last(), &loads) == group.last());
  CHECK(loads == 3);
}

TEST_CASE("a fold's version is taken when nothing came between", "[storage]") {
  GroupTable table(kBudget, 8);
  std::vector<GroupId> full;
  table.OnFull([&](GroupId id) { full.push_back(id); });
  Group group(&table);
  int loads = 0;
  for (int i = 0; i < 8; ++i) group.Commit();
  CHECK(full == std::vector{kGroup});
  CHECK(group.Read(8, &loads) == 8);
  loads = 0;
  const GroupChange change{kGroup, 8, {}};
  const bool between = GENERATE(false, true);
  if (between) group.Commit();
  table.Prepare({&change, 1});
  table.ApplyFold(CommitNumber{10}, change, CommitNumber{8}, group.At(0));
  CHECK(group.Read(10, &loads) == (between ? 10 : 0));
  CHECK(loads == (between ? 1 : 0));
  // Views from before the fold see their own.
  CHECK(group.Read(8, &loads) == 8);
  CHECK(group.Read(10, &loads) == (between ? 10 : 0));
}

TEST_CASE("versions stay within their budget", "[storage]") {
  GroupTable table(size_t{1} << 20, 1024);
  for (uint32_t id = 0; id < 2'000; ++id) {
    const auto version = table.Get(GroupId{id}, CommitNumber{1}, [] {
      auto made = std::make_shared<GroupVersion>();
      auto directory = std::make_shared<GroupDirectory>();
      directory->nodes.Insert(5);
      made->directory = std::move(directory);
      return Result<GroupTable::Version>(made);
    });
    REQUIRE(version.ok());
  }
  CHECK(table.stats().bytes <= size_t{1} << 20);
  CHECK(table.stats().versions > 50);
}

}  // namespace
}  // namespace kith::storage

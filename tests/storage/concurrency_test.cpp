// SPDX-License-Identifier: Apache-2.0
// Several threads at once: no dangling relationships, no lost updates, unique keys, group commit.
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

constexpr int kThreads = 6;

// Runs `body(thread)` in threads; Catch2's assertions do not belong there, so failures are counted.
template <typename Body>
int RunThreads(int threads, const Body& body) {
  std::atomic<int> failures{0};
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      if (!body(t)) ++failures;
    });
  }
  for (std::thread& worker : workers) worker.join();
  return failures;
}

// Runs `change` until it commits; false on another error than a conflict.
template <typename Change>
bool Retry(GraphStore& store, std::atomic<int>* conflicts, const Change& change) {
  for (;;) {
    auto transaction = store.Begin(TransactionMode::kWrite);
    if (!transaction.ok()) return false;
    Status status = change(**transaction);
    if (status.ok()) status = (*transaction)->Commit();
    if (status.ok()) return true;
    if (status.code() != StatusCode::kConflict) return false;
    ++*conflicts;
  }
}

}  // namespace

TEST_CASE("no update is lost when threads add to one property", "[storage]") {
  Fixture fixture(GENERATE(as<std::string>(), "memory", "disk", "folds"));
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto setup = fixture.Begin(TransactionMode::kWrite);
  const NodeId node = *setup->CreateNode({}, std::array{PropertyWrite{p, Value(0)}});
  REQUIRE(setup->Commit().ok());
  setup.reset();
  std::atomic<int> conflicts{0};
  CHECK(RunThreads(kThreads, [&](int) {
          for (int i = 0; i < 60; ++i) {
            const bool done = Retry(fixture.store(), &conflicts, [&](Transaction& tx) -> Status {
              Column column;
              KITH_RETURN_IF_ERROR(tx.view().Gather(std::array{node}, p, &column));
              std::this_thread::yield();
              const Value next(column.At(0).AsInteger() + 1);
              return tx.SetProperties(node, std::array{PropertyWrite{p, next}});
            });
            if (!done) return false;
          }
          return true;
        }) == 0);
  CHECK(conflicts > 0);
  Column column;
  REQUIRE(fixture.Begin(TransactionMode::kRead)->view().Gather(std::array{node}, p, &column).ok());
  CHECK(column.At(0) == Value(kThreads * 60));
}

TEST_CASE("a locked key is taken once, however many threads try", "[storage]") {
  Fixture fixture(GENERATE(as<std::string>(), "memory", "disk", "folds"));
  constexpr int kKeys = 40;
  std::array<std::atomic<int>, kKeys> winners{};
  std::atomic<int> conflicts{0};
  CHECK(RunThreads(kThreads, [&](int) {
          for (int k = 0; k < kKeys; ++k) {
            const std::string key = "unique " + std::to_string(k);
            bool took = false;
            const bool done = Retry(fixture.store(), &conflicts, [&](Transaction& tx) -> Status {
              took = false;
              KITH_ASSIGN_OR_RETURN(const auto there, tx.keys().Get(KeySpace::kProperty, key));
              if (there) return Status::Ok();
              KITH_RETURN_IF_ERROR(tx.keys().Lock(key));
              took = true;
              std::this_thread::yield();
              return tx.keys().Put(KeySpace::kProperty, key, "taken");
            });
            if (!done) return false;
            if (took) ++winners[static_cast<size_t>(k)];
          }
          return true;
        }) == 0);
  for (const auto& winner : winners) CHECK(winner == 1);
}

TEST_CASE("no relationship dangles when threads attach and delete", "[storage]") {
  Fixture fixture(GENERATE(as<std::string>(), "memory", "disk", "folds"));
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const LabelId a = *fixture.catalog().LabelFor("A");
  constexpr size_t kNodes = 24;
  std::array<std::atomic<uint64_t>, kNodes> nodes;
  {
    auto setup = fixture.Begin(TransactionMode::kWrite);
    for (auto& node : nodes) node = setup->CreateNode(std::array{a}, {})->bits();
    REQUIRE(setup->Commit().ok());
  }
  std::atomic<int> conflicts{0};
  std::atomic<int> attached{0};
  std::atomic<int> deleted{0};
  const auto detach_delete = [&](Transaction& tx, NodeId node) -> Status {
    Adjacency adjacency;
    ExpandOptions options;
    options.direction = Direction::kBoth;
    KITH_RETURN_IF_ERROR(tx.view().Expand(std::array{node}, options, &adjacency));
    std::this_thread::yield();
    for (const RelId id : adjacency.relationships) KITH_RETURN_IF_ERROR(tx.DeleteRelationship(id));
    KITH_RETURN_IF_ERROR(tx.DeleteNode(node));
    return tx.CheckDangling();
  };
  CHECK(RunThreads(kThreads, [&](int thread) {
          std::mt19937_64 random(static_cast<uint64_t>(thread) + 7);
          for (int i = 0; i < 250; ++i) {
            auto& slot = nodes[random() % kNodes];
            const NodeId node(slot.load());
            const NodeId other(nodes[random() % kNodes].load());
            auto tx = fixture.store().Begin(TransactionMode::kWrite);
            if (!tx.ok()) return false;
            const bool remove = random() % 4 == 0;
            NodeId fresh;
            Status status;
            if (remove) {
              status = detach_delete(**tx, node);
              if (status.ok()) {
                const Result<NodeId> created = (*tx)->CreateNode(std::array{a}, {});
                if (!created.ok()) return false;
                fresh = *created;
              }
            } else {
              status = (*tx)->CreateRelationship(node, t, other, {}).status();
              std::this_thread::yield();
            }
            if (status.ok()) status = (*tx)->Commit();
            if (status.code() == StatusCode::kConflict) ++conflicts;
            // A node that was deleted since we picked it is gone already at our snapshot.
            else if (!status.ok() && status.code() != StatusCode::kEntityNotFound)
              return false;
            if (!status.ok()) continue;
            remove ? ++deleted : ++attached;
            if (remove) slot = fresh.bits();
          }
          return true;
        }) == 0);
  INFO("conflicts " << conflicts << ", attached " << attached << ", deleted " << deleted);
  CHECK(attached > 0);
  CHECK(deleted > 0);
  CHECK(conflicts > 0);

  // Every entry of every list leads to a node that exists and has the matching entry.
  auto reader = fixture.Begin(TransactionMode::kRead);
  ReadView& view = reader->view();
  std::vector<NodeId> all;
  const auto groups = *view.LabelGroups(std::nullopt);
  for (const GroupId group : groups) {
    SlotBitmap members;
    REQUIRE(view.LabelNodes(group, std::nullopt, &members).ok());
    for (uint32_t s = 0; s < kGroupSlots; ++s) {
      if (members.Contains(s)) all.emplace_back(group, s);
    }
  }
  CHECK(all.size() == kNodes);
  size_t ends[2] = {0, 0};
  for (const Direction direction : {Direction::kOutgoing, Direction::kIncoming}) {
    Adjacency adjacency;
    ExpandOptions options;
    options.direction = direction;
    REQUIRE(view.Expand(all, options, &adjacency).ok());
    std::vector<uint8_t> exist;
    REQUIRE(view.Exist(adjacency.neighbours, &exist).ok());
    CHECK(std::count(exist.begin(), exist.end(), 0) == 0);
    std::vector<Endpoints> endpoints;
    REQUIRE(view.EndpointsOf(adjacency.relationships, &endpoints).ok());
    for (const Endpoints& e : endpoints) CHECK(e.exists);
    ends[direction == Direction::kIncoming] = adjacency.neighbours.size();
  }
  CHECK(ends[0] == ends[1]);
  CHECK((*view.GetStatistics())->RelationshipCount() == ends[0]);
  CHECK((*view.GetStatistics())->NodeCount() == kNodes);
}

TEST_CASE("threads that commit different things all succeed, and readers see whole commits",
          "[storage]") {
  Fixture fixture(GENERATE(as<std::string>(), "memory", "disk", "folds"));
  const LabelId a = *fixture.catalog().LabelFor("A");
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!stop) {
      auto tx = fixture.store().Begin(TransactionMode::kRead);
      if (!tx.ok()) ++torn;
      uint64_t count = 0;
      const auto groups = (*tx)->view().LabelGroups(a);
      if (!groups.ok()) ++torn;
      for (const GroupId group : *groups) {
        SlotBitmap members;
        if (!(*tx)->view().LabelNodes(group, a, &members).ok()) ++torn;
        count += members.Count();
      }
      // Each transaction makes two nodes, and the statistics are of the same snapshot.
      if (count % 2 != 0 || (*(*tx)->view().GetStatistics())->NodeCount(a) != count) ++torn;
      ++reads;
    }
  });
  CHECK(RunThreads(kThreads, [&](int thread) {
          for (int i = 0; i < 100; ++i) {
            auto tx = fixture.store().Begin(TransactionMode::kWrite);
            if (!tx.ok()) return false;
            const std::array write{PropertyWrite{p, Value(thread)}};
            if (!(*tx)->CreateNode(std::array{a}, write).ok()) return false;
            if (!(*tx)->CreateNode(std::array{a}, write).ok()) return false;
            if (!(*tx)->Commit().ok()) return false;
          }
          return true;
        }) == 0);
  stop = true;
  reader.join();
  CHECK(torn == 0);
  CHECK(reads > 0);
  auto last = fixture.Begin(TransactionMode::kRead);
  CHECK((*last->view().GetStatistics())->NodeCount() == kThreads * 200);
  // Folds are commits, too.
  CHECK(last->view().commit_number() >= CommitNumber{kThreads * 100});
}

TEST_CASE("schema changes and writers exclude each other", "[storage]") {
  Fixture fixture("memory");
  std::atomic<int> conflicts{0};
  std::atomic<int> in_memory_schema{0};
  std::atomic<bool> failed{false};
  std::thread changer([&] {
    for (int i = 1; i <= 20; ++i) {
      const Status status = fixture.store().ChangeSchema(
          [&](Transaction& tx) {
            return tx.keys().Put(KeySpace::kSchema, "version", std::to_string(i));
          },
          [&] { in_memory_schema = i; });
      if (!status.ok()) failed = true;
    }
  });
  // A transaction that commits saw one schema all along: the stored and the in-memory one agree.
  CHECK(RunThreads(3, [&](int) {
          for (int i = 0; i < 60; ++i) {
            const bool done = Retry(fixture.store(), &conflicts, [&](Transaction& tx) -> Status {
              KITH_ASSIGN_OR_RETURN(const auto stored, tx.keys().Get(KeySpace::kSchema, "version"));
              KITH_RETURN_IF_ERROR(tx.keys().Put(KeySpace::kText, "seen " + stored.value_or("0"),
                                                 std::to_string(in_memory_schema)));
              return tx.CreateNode({}, {}).status();
            });
            if (!done) return false;
          }
          return true;
        }) == 0);
  changer.join();
  CHECK(!failed);
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK((*reader->view().GetStatistics())->NodeCount() == 180);
  REQUIRE(reader->view()
              .keys()
              .Scan(KeySpace::kText, "", "",
                    [](std::string_view key, std::string_view value) {
                      CHECK(key.substr(5) == value);
                      return true;
                    })
              .ok());
}

}  // namespace kith::storage

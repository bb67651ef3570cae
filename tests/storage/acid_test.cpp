// SPDX-License-Identifier: Apache-2.0
// The LDBC ACID tests (anomalies G0, G1a, G1b, G1c, IMP, PMP, OTV, FR, LU, WS and atomicity), told
// again on the storage interface, in both isolation levels. Snapshot isolation must show none of
// them but write skew, which it allows. Each test also counts that transactions overlapped: without
// that it would prove nothing. tests/engine/acid_test.cpp has them in Cypher, with the numbers of
// clients of the original times ten.
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

class AcidGraph {
 public:
  explicit AcidGraph(TransactionMode writes = GENERATE(TransactionMode::kWrite,
                                                       TransactionMode::kSerializable))
      : fixture_("memory"), writes_(writes) {
    person = *fixture_.catalog().LabelFor("Person");
    knows = *fixture_.catalog().RelTypeFor("KNOWS");
    version = *fixture_.catalog().PropertyFor("version");
    history = *fixture_.catalog().PropertyFor("history");
  }

  NodeId NewPerson(Value value) {
    auto tx = fixture_.Begin(TransactionMode::kWrite);
    const NodeId node =
        *tx->CreateNode(std::array{person}, std::array{PropertyWrite{version, value}});
    REQUIRE(tx->Commit().ok());
    return node;
  }

  /// kWrite is the level that is tested.
  std::unique_ptr<Transaction> Begin(TransactionMode mode) {
    return *fixture_.store().Begin(mode == TransactionMode::kWrite ? writes_ : mode);
  }

  static Value Get(Transaction& tx, NodeId node, PropertyId property) {
    Column column;
    if (!tx.view().Gather(std::array{node}, property, &column).ok()) return Value("error");
    return column.At(0);
  }
  int64_t Version(Transaction& tx, NodeId node) const { return Get(tx, node, version).AsInteger(); }
  Status SetVersion(Transaction& tx, NodeId node, int64_t value) const {
    return tx.SetProperties(node, std::array{PropertyWrite{version, Value(value)}});
  }

  // Threads of writers and readers; a reader that runs while a writer is open counts as overlap.
  void Run(int writers, const std::function<void(std::mt19937_64&)>& write, int readers,
           const std::function<void()>& read) {
    std::atomic<int> running{writers};
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w) {
      threads.emplace_back([&, w] {
        std::mt19937_64 random(static_cast<uint64_t>(w) + 1);
        for (int i = 0; i < 40; ++i) {
          ++open_writers_;
          write(random);
          --open_writers_;
        }
        --running;
      });
    }
    for (int r = 0; r < readers; ++r) {
      threads.emplace_back([&] {
        do {
          if (open_writers_ > 0) ++overlaps;
          read();
        } while (running > 0);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  static void Pause() { std::this_thread::sleep_for(std::chrono::microseconds(300)); }

  Status Commit(Transaction& tx) {
    Status status = tx.Commit();
    status.ok() ? ++commits : ++aborts;
    return status;
  }

  LabelId person{};
  RelTypeId knows{};
  PropertyId version{};
  PropertyId history{};
  std::atomic<int> overlaps{0};
  std::atomic<int> commits{0};
  std::atomic<int> aborts{0};
  std::atomic<int> anomalies{0};

 private:
  Fixture fixture_;
  TransactionMode writes_;
  std::atomic<int> open_writers_{0};
};

List Appended(const Value& list, int64_t value) {
  List longer = list.IsList() ? list.AsList() : List();
  longer.emplace_back(value);
  return longer;
}

}  // namespace

TEST_CASE("ACID atomicity: a commit is whole and a rollback leaves nothing", "[storage]") {
  AcidGraph graph;
  const NodeId alice = graph.NewPerson(Value(1));
  {
    auto tx = graph.Begin(TransactionMode::kWrite);
    REQUIRE(graph.SetVersion(*tx, alice, 2).ok());
    const NodeId bob = *tx->CreateNode(std::array{graph.person}, {});
    REQUIRE(tx->CreateRelationship(alice, graph.knows, bob, {}).ok());
    tx->Rollback();
  }
  auto tx = graph.Begin(TransactionMode::kWrite);
  CHECK(graph.Version(*tx, alice) == 1);
  CHECK((*tx->view().GetStatistics())->NodeCount() == 1);
  const NodeId carol = *tx->CreateNode(std::array{graph.person}, {});
  REQUIRE(tx->CreateRelationship(alice, graph.knows, carol, {}).ok());
  REQUIRE(graph.SetVersion(*tx, alice, 3).ok());
  REQUIRE(tx->Commit().ok());
  tx = graph.Begin(TransactionMode::kRead);
  CHECK(graph.Version(*tx, alice) == 3);
  CHECK((*tx->view().GetStatistics())->NodeCount() == 2);
  CHECK((*tx->view().GetStatistics())->RelationshipCount() == 1);
}

TEST_CASE("ACID G0: no dirty writes", "[storage]") {
  AcidGraph graph;
  const NodeId a = graph.NewPerson(Value(0));
  const NodeId b = graph.NewPerson(Value(0));
  std::atomic<int64_t> ids{1};
  graph.Run(
      4,
      [&](std::mt19937_64&) {
        const int64_t id = ids++;
        auto tx = graph.Begin(TransactionMode::kWrite);
        for (const NodeId node : {a, b}) {
          const Value list(Appended(AcidGraph::Get(*tx, node, graph.history), id));
          if (!tx->SetProperties(node, std::array{PropertyWrite{graph.history, list}}).ok()) {
            ++graph.aborts;
            return;
          }
          AcidGraph::Pause();
        }
        (void)graph.Commit(*tx).ok();
      },
      1, [] { AcidGraph::Pause(); });
  auto tx = graph.Begin(TransactionMode::kRead);
  const Value first = AcidGraph::Get(*tx, a, graph.history);
  CHECK(first == AcidGraph::Get(*tx, b, graph.history));
  CHECK(first.AsList().size() == static_cast<size_t>(graph.commits));
  CHECK(graph.aborts > 0);
}

TEST_CASE("ACID G1a and G1b: no aborted and no intermediate reads", "[storage]") {
  AcidGraph graph;
  const NodeId node = graph.NewPerson(Value(1));
  graph.Run(
      3,
      [&](std::mt19937_64& random) {
        auto tx = graph.Begin(TransactionMode::kWrite);
        // Even versions are only ever intermediate, or rolled back.
        if (!graph.SetVersion(*tx, node, 2).ok()) return;
        AcidGraph::Pause();
        if (random() % 2 == 0) return tx->Rollback();
        if (graph.SetVersion(*tx, node, 3).ok()) (void)graph.Commit(*tx).ok();
      },
      3,
      [&] {
        auto tx = graph.Begin(TransactionMode::kRead);
        if (graph.Version(*tx, node) % 2 == 0) ++graph.anomalies;
      });
  CHECK(graph.anomalies == 0);
  CHECK(graph.overlaps > 0);
  CHECK(graph.commits > 0);
}

TEST_CASE("ACID G1c: no circular information flow", "[storage]") {
  AcidGraph graph;
  const std::array nodes{graph.NewPerson(Value(0)), graph.NewPerson(Value(0))};
  std::atomic<int64_t> ids{1};
  std::mutex mutex;
  std::map<int64_t, int64_t> read_by;  // Committed transaction -> the version that it read.
  graph.Run(
      4,
      [&](std::mt19937_64& random) {
        const int64_t id = ids++;
        const size_t mine = random() % 2;
        auto tx = graph.Begin(TransactionMode::kWrite);
        if (!graph.SetVersion(*tx, nodes[mine], id).ok()) return;
        AcidGraph::Pause();
        const int64_t read = graph.Version(*tx, nodes[1 - mine]);
        if (!graph.Commit(*tx).ok()) return;
        const std::lock_guard<std::mutex> lock(mutex);
        read_by[id] = read;
      },
      1, [] { AcidGraph::Pause(); });
  for (const auto& [id, read] : read_by) {
    if (read == 0) continue;
    REQUIRE(read_by.count(read) == 1);
    CHECK(read_by[read] != id);
  }
  CHECK(read_by.size() > 1);
}

TEST_CASE("ACID IMP, PMP: items and predicates stay the same within a transaction", "[storage]") {
  AcidGraph graph;
  const NodeId node = graph.NewPerson(Value(1));
  graph.Run(
      2,
      [&](std::mt19937_64&) {
        auto tx = graph.Begin(TransactionMode::kWrite);
        if (!graph.SetVersion(*tx, node, graph.Version(*tx, node) + 1).ok()) return;
        const Result<NodeId> fan = tx->CreateNode(std::array{graph.person}, {});
        if (!fan.ok() || !tx->CreateRelationship(*fan, graph.knows, node, {}).ok()) return;
        AcidGraph::Pause();
        (void)graph.Commit(*tx).ok();
      },
      3,
      [&] {
        auto tx = graph.Begin(TransactionMode::kRead);
        ExpandOptions options;
        options.direction = Direction::kIncoming;
        std::vector<uint32_t> degree[2];
        int64_t versions[2];
        for (int i = 0; i < 2; ++i) {
          versions[i] = graph.Version(*tx, node);
          if (!tx->view().Degree(std::array{node}, options, &degree[i]).ok()) ++graph.anomalies;
          AcidGraph::Pause();
        }
        if (versions[0] != versions[1] || degree[0] != degree[1]) ++graph.anomalies;
        // The two were written together, so they agree as well.
        if (degree[0][0] + 1 != static_cast<uint32_t>(versions[0])) ++graph.anomalies;
      });
  CHECK(graph.anomalies == 0);
  CHECK(graph.overlaps > 0);
  CHECK(graph.commits > 10);
}

TEST_CASE("ACID OTV, FR: no transaction is seen in part, or vanishes again", "[storage]") {
  AcidGraph graph;
  std::array<NodeId, 4> cycle;
  for (NodeId& node : cycle) node = graph.NewPerson(Value(0));
  graph.Run(
      3,
      [&](std::mt19937_64&) {
        auto tx = graph.Begin(TransactionMode::kWrite);
        for (const NodeId node : cycle) {
          if (!graph.SetVersion(*tx, node, graph.Version(*tx, node) + 1).ok()) return;
          std::this_thread::yield();
        }
        (void)graph.Commit(*tx).ok();
      },
      3,
      [&] {
        auto tx = graph.Begin(TransactionMode::kRead);
        std::vector<int64_t> seen;
        for (int pass = 0; pass < 2; ++pass) {
          for (const NodeId node : cycle) seen.push_back(graph.Version(*tx, node));
          AcidGraph::Pause();
        }
        for (const int64_t value : seen) {
          if (value != seen[0]) ++graph.anomalies;
        }
        auto later = graph.Begin(TransactionMode::kRead);
        for (const NodeId node : cycle) {
          if (graph.Version(*later, node) < seen[0]) ++graph.anomalies;
        }
      });
  CHECK(graph.anomalies == 0);
  CHECK(graph.overlaps > 0);
  CHECK(graph.commits > 10);
}

TEST_CASE("ACID LU: no update is lost", "[storage]") {
  AcidGraph graph;
  const NodeId node = graph.NewPerson(Value(0));
  graph.Run(
      4,
      [&](std::mt19937_64&) {
        auto tx = graph.Begin(TransactionMode::kWrite);
        const int64_t friends = graph.Version(*tx, node);
        const Result<NodeId> other = tx->CreateNode(std::array{graph.person}, {});
        if (!other.ok() || !tx->CreateRelationship(node, graph.knows, *other, {}).ok()) return;
        AcidGraph::Pause();
        if (!graph.SetVersion(*tx, node, friends + 1).ok()) {
          ++graph.aborts;
          return;
        }
        (void)graph.Commit(*tx).ok();
      },
      1, [] { AcidGraph::Pause(); });
  auto tx = graph.Begin(TransactionMode::kRead);
  std::vector<uint32_t> degrees;
  REQUIRE(tx->view().Degree(std::array{node}, {}, &degrees).ok());
  CHECK(graph.Version(*tx, node) == graph.commits);
  CHECK(degrees[0] == static_cast<uint32_t>(graph.commits));
  CHECK(graph.aborts > 0);
}

TEST_CASE("ACID WS: snapshot isolation allows write skew, and only that", "[storage]") {
  const auto mode = GENERATE(TransactionMode::kWrite, TransactionMode::kSerializable);
  AcidGraph graph(mode);
  const NodeId a = graph.NewPerson(Value(70));
  const NodeId b = graph.NewPerson(Value(80));
  auto one = graph.Begin(TransactionMode::kWrite);
  auto two = graph.Begin(TransactionMode::kWrite);
  REQUIRE(graph.Version(*one, a) + graph.Version(*one, b) >= 100);
  REQUIRE(graph.Version(*two, a) + graph.Version(*two, b) >= 100);
  REQUIRE(graph.SetVersion(*one, a, -30).ok());
  REQUIRE(graph.SetVersion(*two, b, -20).ok());
  CHECK(one->Commit().ok());
  CHECK(two->Commit().ok() == (mode == TransactionMode::kWrite));
  // Writing what was read, as a caller who needs it serializable does, makes the second conflict.
  one = graph.Begin(TransactionMode::kWrite);
  two = graph.Begin(TransactionMode::kWrite);
  for (Transaction* tx : {one.get(), two.get()}) {
    const NodeId mine = tx == one.get() ? a : b;
    REQUIRE(graph.SetVersion(*tx, a, graph.Version(*tx, a)).ok());
    REQUIRE(graph.SetVersion(*tx, b, graph.Version(*tx, b)).ok());
    REQUIRE(graph.SetVersion(*tx, mine, 5).ok());
  }
  CHECK(one->Commit().ok());
  CHECK(two->Commit().code() == StatusCode::kConflict);
}

}  // namespace kith::storage

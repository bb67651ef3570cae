// SPDX-License-Identifier: Apache-2.0
// What a serializable transaction conflicts on: each read, beside a change by someone else that it
// must or need not notice. That the rules together make transactions serializable is tested in
// serializability_test.cpp.
#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "storage/write_history.h"
#include "tests/storage/contract_reading.h"

namespace kith::storage {
namespace {

/// (a1:A {p: 1})-[r:T {p: 1}]->(a2:A), (b:B), key "k2" and "k6", and names that nobody uses.
class SmallGraph {
 public:
  SmallGraph() : fixture_("memory") {
    Catalog& catalog = fixture_.catalog();
    a = *catalog.LabelFor("A");
    b = *catalog.LabelFor("B");
    c = *catalog.LabelFor("C");
    other = *catalog.LabelFor("D");
    t = *catalog.RelTypeFor("T");
    u = *catalog.RelTypeFor("U");
    p = *catalog.PropertyFor("p");
    q = *catalog.PropertyFor("q");
    auto tx = Begin(TransactionMode::kWrite);
    a1 = *tx->CreateNode(std::array{a}, std::array{PropertyWrite{p, Value(1)}});
    a2 = *tx->CreateNode(std::array{a}, {});
    b1 = *tx->CreateNode(std::array{b}, {});
    r = *tx->CreateRelationship(a1, t, a2, std::array{PropertyWrite{p, Value(1)}});
    REQUIRE(tx->keys().Put(KeySpace::kText, "k2", "2").ok());
    REQUIRE(tx->keys().Put(KeySpace::kText, "k6", "6").ok());
    REQUIRE(tx->Commit().ok());
  }

  std::unique_ptr<Transaction> Begin(TransactionMode mode) { return fixture_.Begin(mode); }
  Catalog& catalog() { return fixture_.catalog(); }

  void Set(Transaction& tx, NodeId node, PropertyId property, Value value) const {
    REQUIRE(tx.SetProperties(node, std::array{PropertyWrite{property, std::move(value)}}).ok());
  }
  /// Something that nobody reads.
  void WriteElsewhere(Transaction& tx) const { REQUIRE(tx.CreateNode(std::array{other}, {}).ok()); }

  LabelId a{}, b{}, c{}, other{};
  RelTypeId t{}, u{};
  PropertyId p{}, q{};
  NodeId a1, a2, b1;
  RelId r;

 private:
  Fixture fixture_;
};

using Action = std::function<void(SmallGraph&, Transaction&)>;

struct Meeting {
  const char* name;
  bool conflict;
  Action read;
  Action write;
};

void SetA1(SmallGraph& g, Transaction& tx) {
  g.Set(tx, g.a1, g.p, Value(2));
}
void ReadA1(SmallGraph& g, Transaction& tx) {
  CHECK(PropertyOf(tx.view(), g.a1, g.p) == Value(1));
}
void ScanA(SmallGraph& g, Transaction& tx) {
  CHECK(Members(tx.view(), g.a).size() == 2);
}
void ScanAll(SmallGraph&, Transaction& tx) {
  CHECK(Members(tx.view(), std::nullopt).size() == 3);
}
Action Create(std::vector<const char*> labels) {
  return [labels](SmallGraph& g, Transaction& tx) {
    std::vector<LabelId> ids;
    for (const char* label : labels) ids.push_back(*g.catalog().LabelFor(label));
    REQUIRE(tx.CreateNode(ids, {}).ok());
  };
}
Action Links(Direction direction, bool one_type) {
  return [=](SmallGraph& g, Transaction& tx) {
    Expanded(tx.view(), {g.a1}, direction, one_type ? std::vector{g.t} : std::vector<RelTypeId>());
  };
}
Action Attach(bool outgoing, bool type_t) {
  return [=](SmallGraph& g, Transaction& tx) {
    const RelTypeId type = type_t ? g.t : g.u;
    REQUIRE((outgoing ? tx.CreateRelationship(g.a1, type, g.b1, {})
                      : tx.CreateRelationship(g.b1, type, g.a1, {}))
                .ok());
  };
}
void Detach(SmallGraph& g, Transaction& tx) {
  REQUIRE(tx.DeleteRelationship(g.r).ok());
}
Action Put(const char* key) {
  return [key](SmallGraph&, Transaction& tx) {
    REQUIRE(tx.keys().Put(KeySpace::kText, key, "new").ok());
  };
}
Action Get(const char* key) {
  return [key](SmallGraph&, Transaction& tx) { REQUIRE(tx.keys().Get(KeySpace::kText, key).ok()); };
}
Action Scan(const char* lower, const char* upper, size_t limit = SIZE_MAX) {
  return [=](SmallGraph&, Transaction& tx) {
    size_t seen = 0;
    REQUIRE(tx.view()
                .keys()
                .Scan(KeySpace::kText, lower, upper,
                      [&](std::string_view, std::string_view) { return ++seen < limit; })
                .ok());
  };
}
Action ScanBackwards(const char* lower, const char* upper, size_t limit = SIZE_MAX) {
  return [=](SmallGraph&, Transaction& tx) {
    size_t seen = 0;
    REQUIRE(tx.keys()
                .ScanBackwards(KeySpace::kText, lower, upper,
                               [&](std::string_view, std::string_view) { return ++seen < limit; })
                .ok());
  };
}
Action Filter(PropertyId SmallGraph::*property) {
  return [property](SmallGraph& g, Transaction& tx) {
    SlotBitmap members;
    members.Insert(g.a1.slot());
    PropertyPredicate predicate;
    predicate.operand = Value(1);
    REQUIRE(tx.view().ScanFilter(g.a1.group(), g.*property, predicate, &members).ok());
  };
}

void Check(const Meeting& meeting) {
  INFO(meeting.name);
  SmallGraph graph;
  auto reader = graph.Begin(TransactionMode::kSerializable);
  meeting.read(graph, *reader);
  graph.WriteElsewhere(*reader);
  auto writer = graph.Begin(TransactionMode::kWrite);
  meeting.write(graph, *writer);
  REQUIRE(writer->Commit().ok());
  const Status status = reader->Commit();
  INFO(status.ToString());
  if (!meeting.conflict) {
    CHECK(status.ok());
    return;
  }
  CHECK(status.IsRetryable());
  CHECK(status.message().find("run this transaction again") != std::string::npos);
}

void CheckAll(const std::vector<Meeting>& meetings) {
  for (const Meeting& meeting : meetings) Check(meeting);
}

}  // namespace

TEST_CASE("serializable: reads of nodes and what changes them", "[storage]") {
  CheckAll({
      {"a property", true, ReadA1, SetA1},
      {"an absent property", true,
       [](SmallGraph& g, Transaction& tx) { PropertyOf(tx.view(), g.a1, g.q); },
       [](SmallGraph& g, Transaction& tx) { g.Set(tx, g.a1, g.q, Value(1)); }},
      {"of another node", false, ReadA1,
       [](SmallGraph& g, Transaction& tx) { g.Set(tx, g.a2, g.p, Value(2)); }},
      {"written as it was", false, ReadA1,
       [](SmallGraph& g, Transaction& tx) { g.Set(tx, g.a1, g.p, Value(1)); }},
      {"several properties", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<Column> columns;
         REQUIRE(tx.view().GatherMany(std::array{g.a1}, std::array{g.q, g.p}, &columns).ok());
       },
       SetA1},
      {"all properties", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<PropertyList> lists;
         REQUIRE(tx.view().Properties(std::array{g.a1}, &lists).ok());
       },
       SetA1},
      {"a filter", true, Filter(&SmallGraph::p), SetA1},
      {"existence", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<uint8_t> exist;
         REQUIRE(tx.view().Exist(std::array{g.b1}, &exist).ok());
       },
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.DeleteNode(g.b1).ok()); }},
      {"a label", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<uint8_t> has;
         REQUIRE(tx.view().HaveLabel(std::array{g.a1}, g.c, &has).ok());
       },
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.AddLabels(g.a1, std::array{g.c}).ok()); }},
      {"all labels", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<std::vector<LabelId>> labels;
         REQUIRE(tx.view().Labels(std::array{g.a1}, &labels).ok());
       },
       [](SmallGraph& g, Transaction& tx) {
         REQUIRE(tx.RemoveLabels(g.a1, std::array{g.a}).ok());
       }},
      {"for a plan", false,
       [](SmallGraph& g, Transaction& tx) { PropertyOf(tx.planning_view(), g.a1, g.p); }, SetA1},
  });
}

TEST_CASE("serializable: scans notice what comes and goes", "[storage]") {
  CheckAll({
      {"a new member in the group", true, ScanA, Create({"A"})},
      {"a new member in another group", true, ScanA, Create({"A", "C"})},
      {"another label", false, ScanA, Create({"C"})},
      {"a label comes to a node", true, ScanA,
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.AddLabels(g.b1, std::array{g.a}).ok()); }},
      {"a label goes", true, ScanA,
       [](SmallGraph& g, Transaction& tx) {
         REQUIRE(tx.RemoveLabels(g.a2, std::array{g.a}).ok());
       }},
      {"a property of a member", false, ScanA, SetA1},
      {"all nodes, a new one in a new group", true, ScanAll, Create({"C", "D"})},
      {"all nodes, a new one without a label", true, ScanAll, Create({})},
      {"all nodes, one less", true, ScanAll,
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.DeleteNode(g.b1).ok()); }},
      {"all nodes, another label", false, ScanAll,
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.AddLabels(g.b1, std::array{g.a}).ok()); }},
      {"a label that nobody has", true,
       [](SmallGraph& g, Transaction& tx) { CHECK(Members(tx.view(), g.c).empty()); },
       Create({"C"})},
      {"a label that nobody knows", true,
       [](SmallGraph&, Transaction& tx) {
         CHECK(!tx.view().catalog().FindLabel("New").has_value());
       },
       Create({"New"})},
  });
}

TEST_CASE("serializable: relationships by node, direction and type", "[storage]") {
  CheckAll({
      {"a new one", true, Links(Direction::kOutgoing, false), Attach(true, true)},
      {"a new one of the type", true, Links(Direction::kOutgoing, true), Attach(true, true)},
      {"of another type", false, Links(Direction::kOutgoing, true), Attach(true, false)},
      {"the other way", false, Links(Direction::kOutgoing, false), Attach(false, true)},
      {"in both directions", true, Links(Direction::kBoth, true), Attach(false, true)},
      {"one less", true, Links(Direction::kOutgoing, true), Detach},
      {"one less, the other way", false, Links(Direction::kIncoming, false), Detach},
      {"ends", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<Endpoints> ends;
         REQUIRE(tx.view().EndpointsOf(std::array{g.r}, &ends).ok());
       },
       Detach},
      {"a property", true, [](SmallGraph& g, Transaction& tx) { PropertyOf(tx.view(), g.r, g.p); },
       [](SmallGraph& g, Transaction& tx) {
         REQUIRE(tx.SetProperties(g.r, std::array{PropertyWrite{g.p, Value(2)}}).ok());
       }},
      {"all properties", true,
       [](SmallGraph& g, Transaction& tx) {
         std::vector<PropertyList> lists;
         REQUIRE(tx.view().Properties(std::array{g.r}, &lists).ok());
       },
       Detach},
      {"the property of an end", false, Links(Direction::kBoth, false), SetA1},
  });
}

TEST_CASE("serializable: keys, ranges and counters", "[storage]") {
  CheckAll({
      {"a key", true, Get("k2"), Put("k2")},
      {"an absent key", true, Get("k4"), Put("k4")},
      {"another key", false, Get("k4"), Put("k40")},
      {"into a range", true, Scan("k", "l"), Put("k4")},
      {"into an empty range", true, Scan("k3", "k5"), Put("k4")},
      {"before a range", false, Scan("k3", "k5"), Put("k2x")},
      {"behind a range", false, Scan("k3", "k5"), Put("k5")},
      {"without a bound", true, Scan("", ""), Put("z")},
      {"where it stopped", true, Scan("k", "l", 1), Put("k2")},
      {"behind where it stopped", false, Scan("k", "l", 1), Put("k3")},
      {"backwards", true, ScanBackwards("k", "l"), Put("k1")},
      {"backwards, where it stopped", true, ScanBackwards("k", "l", 1), Put("k6")},
      {"backwards, before where it stopped", false, ScanBackwards("k", "l", 1), Put("k5")},
      {"a counter", true, [](SmallGraph&, Transaction& tx) { CHECK(*tx.keys().Counter("c") == 0); },
       [](SmallGraph&, Transaction& tx) { REQUIRE(tx.keys().Add("c", 1).ok()); }},
      {"only added to", false,
       [](SmallGraph&, Transaction& tx) { REQUIRE(tx.keys().Add("c", 1).ok()); },
       [](SmallGraph&, Transaction& tx) { REQUIRE(tx.keys().Add("c", 1).ok()); }},
  });
}

TEST_CASE("serializable: a mutation that found nothing to do, or failed, has read", "[storage]") {
  CheckAll({
      {"the label was there", true,
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.AddLabels(g.a1, std::array{g.a}).ok()); },
       [](SmallGraph& g, Transaction& tx) {
         REQUIRE(tx.RemoveLabels(g.a1, std::array{g.a}).ok());
       }},
      {"the label was not there", true,
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.RemoveLabels(g.a1, std::array{g.c}).ok()); },
       [](SmallGraph& g, Transaction& tx) { REQUIRE(tx.AddLabels(g.a1, std::array{g.c}).ok()); }},
      {"the node had a relationship", true,
       [](SmallGraph& g, Transaction& tx) {
         const uint64_t savepoint = tx.Savepoint();
         REQUIRE(tx.DeleteNode(g.a2).ok());
         CHECK(tx.CheckDangling().code() == StatusCode::kConstraintViolation);
         REQUIRE(tx.RollbackTo(savepoint).ok());
       },
       Detach},
      {"what was undone was read", true,
       [](SmallGraph& g, Transaction& tx) {
         const uint64_t savepoint = tx.Savepoint();
         ReadA1(g, tx);
         g.WriteElsewhere(tx);
         REQUIRE(tx.RollbackTo(savepoint).ok());
       },
       SetA1},
  });
}

TEST_CASE("serializable: a node that did not exist yet", "[storage]") {
  const bool by_mutation = GENERATE(false, true);
  SmallGraph graph;
  auto writer = graph.Begin(TransactionMode::kWrite);
  const NodeId node = *writer->CreateNode(std::array{graph.a}, {});
  auto reader = graph.Begin(TransactionMode::kSerializable);
  if (by_mutation) {
    CHECK(reader->AddLabels(node, std::array{graph.c}).code() == StatusCode::kEntityNotFound);
  } else {
    std::vector<uint8_t> exist;
    REQUIRE(reader->view().Exist(std::array{node}, &exist).ok());
    CHECK(exist[0] == 0);
  }
  graph.WriteElsewhere(*reader);
  REQUIRE(writer->Commit().ok());
  CHECK(reader->Commit().IsRetryable());
}

TEST_CASE("serializable: who only reads, or writes without reading, never conflicts on reads",
          "[storage]") {
  SmallGraph graph;
  auto only_reads = graph.Begin(TransactionMode::kSerializable);
  auto only_writes = graph.Begin(TransactionMode::kSerializable);
  ReadA1(graph, *only_reads);
  ScanA(graph, *only_reads);
  auto writer = graph.Begin(TransactionMode::kSerializable);
  SetA1(graph, *writer);
  REQUIRE(writer->Commit().ok());
  CHECK(only_reads->Commit().ok());
  graph.WriteElsewhere(*only_writes);
  CHECK(only_writes->Commit().ok());
}

TEST_CASE("serializable: a writer that began before the first serializable one", "[storage]") {
  SmallGraph graph;
  auto writer = graph.Begin(TransactionMode::kWrite);
  SetA1(graph, *writer);
  auto reader = graph.Begin(TransactionMode::kSerializable);
  ReadA1(graph, *reader);
  graph.WriteElsewhere(*reader);
  REQUIRE(writer->Commit().ok());
  CHECK(reader->Commit().IsRetryable());
}

TEST_CASE("serializable: what is read in large numbers is noted by group", "[storage]") {
  SmallGraph graph;
  auto setup = graph.Begin(TransactionMode::kWrite);
  std::vector<NodeId> many;
  for (int i = 0; i < 3000; ++i) {
    many.push_back(*setup->CreateNode(std::array{graph.c}, {}));
  }
  REQUIRE(setup->Commit().ok());
  struct Case {
    const char* name;
    bool conflict;
    Action write;
  };
  const std::vector<Case> cases{
      {"the property", true,
       [&](SmallGraph& g, Transaction& tx) { g.Set(tx, many[2999], g.p, Value(5)); }},
      {"another property", false,
       [&](SmallGraph& g, Transaction& tx) { g.Set(tx, many[0], g.q, Value(5)); }},
      {"another group", false, SetA1},
      {"a list", true,
       [&](SmallGraph& g, Transaction& tx) {
         REQUIRE(tx.CreateRelationship(many[7], g.t, g.b1, {}).ok());
       }},
      {"a list of another type", false,
       [&](SmallGraph& g, Transaction& tx) {
         REQUIRE(tx.CreateRelationship(many[7], g.u, g.b1, {}).ok());
       }},
      {"existence", true,
       [&](SmallGraph&, Transaction& tx) { REQUIRE(tx.DeleteNode(many[1]).ok()); }},
  };
  for (const Case& test : cases) {
    INFO(test.name);
    auto reader = graph.Begin(TransactionMode::kSerializable);
    Column column;
    REQUIRE(reader->view().Gather(many, graph.p, &column).ok());
    Expanded(reader->view(), many, Direction::kOutgoing, {graph.t});
    std::vector<uint8_t> exist;
    REQUIRE(reader->view().Exist(many, &exist).ok());
    graph.WriteElsewhere(*reader);
    auto writer = graph.Begin(TransactionMode::kWrite);
    test.write(graph, *writer);
    REQUIRE(writer->Commit().ok());
    CHECK(reader->Commit().IsRetryable() == test.conflict);
  }
}

TEST_CASE("serializable: many ranges are joined, and none is lost", "[storage]") {
  KeyRanges ranges;
  const auto key = [](size_t i) { return "key" + std::to_string(10'000 + i * 7919 % 10'000); };
  for (size_t i = 0; i < 5000; ++i) ranges.AddKey(KeySpace::kText, key(i));
  ranges.AddRange(KeySpace::kText, "open", "");
  const std::string longer(1000, 'x');
  ranges.AddKey(KeySpace::kText, longer);
  const auto& all = ranges.Of(KeySpace::kText);
  CHECK(all.size() <= 1024);
  CHECK(ranges.Of(KeySpace::kProperty).empty());
  const auto covered = [&](const std::string& bytes) {
    return std::any_of(all.begin(), all.end(), [&](const KeyRanges::Range& range) {
      return range.lower <= bytes && (range.upper.empty() || bytes < range.upper);
    });
  };
  for (size_t i = 0; i < 5000; ++i) REQUIRE(covered(key(i)));
  CHECK(covered("zzz"));
  CHECK(covered(longer));
  CHECK(!covered("kex"));
  CHECK(!covered("key1"));
}

TEST_CASE("serializable: a long history stays within its memory", "[storage]") {
  SmallGraph graph;
  ReadSet reads(&graph.catalog());
  WriteHistory history;
  KeyOverlay keys;
  keys.Write(KeySpace::kText, std::string(1 << 20, 'k'), "v");
  const auto writes = WriteSet::Of(GraphOverlay(), keys);
  for (uint64_t i = 1; i <= 100; ++i) history.Record(static_cast<CommitNumber>(i), writes);
  const auto unchanged = [&](uint64_t after, uint64_t last) {
    return history.Unchanged(&reads, static_cast<CommitNumber>(after),
                             static_cast<CommitNumber>(last));
  };
  CHECK(unchanged(60, 100));  // Nothing was read.
  reads.NoteKey(KeySpace::kText, "elsewhere");
  CHECK(unchanged(60, 100));
  CHECK(!unchanged(0, 100));  // The first ones are forgotten.
  CHECK(unchanged(0, 0));
  history.Record(static_cast<CommitNumber>(101), nullptr);
  CHECK(unchanged(60, 100));
  CHECK(!unchanged(60, 101));
  history.DropAfter(static_cast<CommitNumber>(100));
  CHECK(unchanged(60, 101));
  reads.NoteRange(KeySpace::kText, "k", "l");
  CHECK(!unchanged(60, 100));
  history.Prune(static_cast<CommitNumber>(100));
  CHECK(unchanged(60, 100));
}

}  // namespace kith::storage

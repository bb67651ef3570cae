// SPDX-License-Identifier: Apache-2.0
// The contract of ReadView and Transaction: nodes, labels, relationships, statistics. See
// contract_reading.h.
#include <rocksdb/perf_context.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "tests/storage/contract_reading.h"

namespace kith::storage {

TEST_CASE("a created graph is seen by its transaction and, after the commit, by others",
          "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  Fixture fixture(backend);
  const LabelId person = *fixture.catalog().LabelFor("Person");
  const RelTypeId knows = *fixture.catalog().RelTypeFor("KNOWS");
  const PropertyId name = *fixture.catalog().PropertyFor("name");

  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId ann =
      *writer->CreateNode(std::array{person}, std::array{PropertyWrite{name, Value("Ann")}});
  const NodeId bob =
      *writer->CreateNode(std::array{person}, std::array{PropertyWrite{name, Value("Bob")}});
  const RelId rel = *writer->CreateRelationship(ann, knows, bob, {});

  const auto check = [&](ReadView& view) {
    CHECK(Bits(Members(view, person)) == std::vector{ann.AsInteger(), bob.AsInteger()});
    CHECK(Bits(Members(view, std::nullopt)) == std::vector{ann.AsInteger(), bob.AsInteger()});
    CHECK(PropertyOf(view, ann, name) == Value("Ann"));
    const Adjacency out = Expanded(view, {ann, bob}, Direction::kOutgoing);
    CHECK(Bits(out.neighbours) == std::vector{bob.AsInteger()});
    CHECK(out.offsets == std::vector<uint32_t>{0, 1, 1});
    CHECK(out.relationships == std::vector{rel});
    const Adjacency in = Expanded(view, {ann, bob}, Direction::kIncoming);
    CHECK(in.offsets == std::vector<uint32_t>{0, 0, 1});
    CHECK(in.relationships == std::vector{rel});
    std::vector<Endpoints> ends;
    REQUIRE(view.EndpointsOf(std::array{rel}, &ends).ok());
    CHECK((ends[0].exists && ends[0].start == ann && ends[0].end == bob && ends[0].type == knows));
  };
  check(writer->view());
  {
    auto other = fixture.Begin(TransactionMode::kRead);
    CHECK(Members(other->view(), person).empty());
  }
  REQUIRE(writer->Commit().ok());
  writer.reset();
  auto reader = fixture.Begin(TransactionMode::kRead);
  check(reader->view());
}

TEST_CASE("labels can be added and removed", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  Fixture fixture(backend);
  const LabelId a = *fixture.catalog().LabelFor("A");
  const LabelId b = *fixture.catalog().LabelFor("B");
  const LabelId c = *fixture.catalog().LabelFor("C");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId first = *writer->CreateNode(std::array{b, a, b}, {});
  const NodeId second = *writer->CreateNode({}, {});
  REQUIRE(writer->Commit().ok());
  writer = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(writer->AddLabels(second, std::array{c, a}).ok());
  REQUIRE(writer->AddLabels(second, std::array{c}).ok());
  REQUIRE(writer->RemoveLabels(first, std::array{a, c}).ok());
  CHECK(writer->counts().labels_added == 2);
  CHECK(writer->counts().labels_removed == 1);
  const auto check = [&](ReadView& view) {
    CHECK(Bits(Members(view, a)) == std::vector{second.AsInteger()});
    CHECK(Bits(Members(view, b)) == std::vector{first.AsInteger()});
    CHECK(Bits(Members(view, c)) == std::vector{second.AsInteger()});
    CHECK(Members(view, std::nullopt).size() == 2);
    std::vector<std::vector<LabelId>> labels;
    REQUIRE(view.Labels(std::array{second, first, NodeId(GroupId{77}, 1)}, &labels).ok());
    CHECK(labels == std::vector<std::vector<LabelId>>{{a, c}, {b}, {}});
    std::vector<uint8_t> has;
    REQUIRE(view.HaveLabel(std::array{first, second, first}, a, &has).ok());
    CHECK(has == std::vector<uint8_t>{0, 1, 0});
  };
  check(writer->view());
  REQUIRE(writer->Commit().ok());
  writer.reset();
  if (backend == "disk") fixture.Reopen();
  check(fixture.Begin(TransactionMode::kRead)->view());
  // Adding again what was removed makes a new entry.
  writer = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(writer->AddLabels(first, std::array{a}).ok());
  REQUIRE(writer->Commit().ok());
  CHECK(Members(fixture.Begin(TransactionMode::kRead)->view(), a).size() == 2);
}

TEST_CASE("expanding follows types and directions, in order, self-loops once", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  const bool committed = GENERATE(false, true);
  Fixture fixture(backend);
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const RelTypeId u = *fixture.catalog().RelTypeFor("U");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  std::vector<NodeId> n;
  for (int i = 0; i < 4; ++i) n.push_back(*writer->CreateNode({}, {}));
  const RelId loop = *writer->CreateRelationship(n[0], t, n[0], {});
  const RelId u02 = *writer->CreateRelationship(n[0], u, n[2], {});
  const RelId t01 = *writer->CreateRelationship(n[0], t, n[1], {});
  const RelId t01b = *writer->CreateRelationship(n[0], t, n[1], {});
  const RelId t10 = *writer->CreateRelationship(n[1], t, n[0], {});
  if (committed) {
    REQUIRE(writer->Commit().ok());
    writer = fixture.Begin(TransactionMode::kWrite);
  }
  ReadView& view = writer->view();
  CHECK(Expanded(view, {n[0]}, Direction::kOutgoing).relationships ==
        std::vector{loop, t01, t01b, u02});
  CHECK(Expanded(view, {n[0]}, Direction::kIncoming).relationships == std::vector{loop, t10});
  const Adjacency both = Expanded(view, {n[0]}, Direction::kBoth);
  // Relationships of one type to one neighbour order by their ids, whichever way they run.
  std::vector<RelId> between{t01, t01b, t10};
  std::sort(between.begin(), between.end());
  CHECK(both.relationships == std::vector{loop, between[0], between[1], between[2], u02});
  CHECK(both.outgoing[0] == 1);
  CHECK(Expanded(view, {n[0]}, Direction::kBoth, {u}).relationships == std::vector{u02});
  CHECK(Expanded(view, {n[0]}, Direction::kOutgoing, {u, t, u}).relationships ==
        std::vector{loop, t01, t01b, u02});
  CHECK(Expanded(view, {n[0]}, Direction::kOutgoing, {RelTypeId{99}}).neighbours.empty());
  // In any order, with repeats and ids that nobody has.
  const Adjacency mixed = Expanded(
      view, {n[2], n[1], n[2], NodeId(GroupId{9}, 9), NodeId(~uint64_t{0})}, Direction::kBoth);
  CHECK(mixed.offsets == std::vector<uint32_t>{0, 1, 4, 5, 5, 5});
  // Without relationships only neighbours are filled.
  Adjacency plain;
  ExpandOptions only_neighbours;
  only_neighbours.relationships = false;
  REQUIRE(view.Expand(std::array{n[0]}, only_neighbours, &plain).ok());
  CHECK(plain.neighbours.size() == 4);
  CHECK(plain.relationships.empty());
  // Own changes on top of what is there.
  REQUIRE(writer->DeleteRelationship(t01).ok());
  const RelId t03 = *writer->CreateRelationship(n[0], t, n[3], {});
  CHECK(Expanded(view, {n[0]}, Direction::kOutgoing).relationships ==
        std::vector{loop, t01b, t03, u02});
  CHECK(Expanded(view, {n[3]}, Direction::kIncoming).relationships == std::vector{t03});
}

TEST_CASE("deleting: dangling relationships, repeated deletion, what deleted things look like",
          "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  const bool committed = GENERATE(false, true);
  Fixture fixture(backend);
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const LabelId a = *fixture.catalog().LabelFor("A");
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *writer->CreateNode(std::array{a}, std::array{PropertyWrite{p, Value(1)}});
  const NodeId y = *writer->CreateNode(std::array{a}, {});
  const RelId r = *writer->CreateRelationship(x, t, y, std::array{PropertyWrite{p, Value(2)}});
  if (committed) {
    REQUIRE(writer->Commit().ok());
    writer = fixture.Begin(TransactionMode::kWrite);
  }
  const uint64_t savepoint = writer->Savepoint();
  REQUIRE(writer->DeleteNode(y).ok());
  const Status dangling = writer->CheckDangling();
  CHECK(dangling.code() == StatusCode::kConstraintViolation);
  CHECK(dangling.detail() == "DeleteConnectedNode");
  REQUIRE(writer->RollbackTo(savepoint).ok());
  CHECK(writer->CheckDangling().ok());
  CHECK(!writer->view().WasDeleted(y));

  REQUIRE(writer->DeleteNode(x).ok());
  REQUIRE(writer->DeleteRelationship(r).ok());
  REQUIRE(writer->CheckDangling().ok());
  REQUIRE(writer->DeleteNode(x).ok());
  REQUIRE(writer->DeleteRelationship(r).ok());
  CHECK(writer->counts().nodes_deleted == 1);
  CHECK(writer->counts().relationships_deleted == 1);
  ReadView& view = writer->view();
  CHECK(view.WasDeleted(x));
  CHECK(view.WasDeleted(r));
  CHECK(!view.WasDeleted(y));
  CHECK(PropertyOf(view, x, p).IsNull());
  CHECK(PropertyOf(view, r, p).IsNull());
  CHECK(Expanded(view, {x, y}, Direction::kBoth).neighbours.empty());
  CHECK(Bits(Members(view, a)) == std::vector{y.AsInteger()});
  std::vector<Endpoints> ends;
  REQUIRE(view.EndpointsOf(std::array{r}, &ends).ok());
  CHECK((!ends[0].exists && ends[0].start == x && ends[0].end == y && ends[0].type == t));
  CHECK(writer->SetProperties(x, std::array{PropertyWrite{p, Value(1)}}).code() ==
        StatusCode::kEntityNotFound);
  CHECK(writer->SetProperties(r, std::array{PropertyWrite{p, Value(1)}}).code() ==
        StatusCode::kEntityNotFound);
  CHECK(writer->AddLabels(x, std::array{a}).code() == StatusCode::kEntityNotFound);
  CHECK(writer->CreateRelationship(x, t, y, {}).status().code() == StatusCode::kEntityNotFound);
  CHECK(writer->DeleteNode(NodeId(GroupId{9}, 9)).code() == StatusCode::kEntityNotFound);
  REQUIRE(writer->Commit().ok());
  writer.reset();
  if (backend == "disk") fixture.Reopen();
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK(Bits(Members(reader->view(), std::nullopt)) == std::vector{y.AsInteger()});
  CHECK(Expanded(reader->view(), {y}, Direction::kBoth).neighbours.empty());
  CHECK(!reader->view().WasDeleted(x));
}

TEST_CASE("a commit refuses a node that is deleted with relationships", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
  Fixture fixture(backend);
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *writer->CreateNode({}, {});
  REQUIRE(writer->CreateRelationship(x, t, x, {}).ok());
  REQUIRE(writer->DeleteNode(x).ok());
  CHECK(writer->Commit().detail() == "DeleteConnectedNode");
  writer.reset();
  CHECK(Members(fixture.Begin(TransactionMode::kRead)->view(), std::nullopt).empty());
}

TEST_CASE("statistics count what is committed", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  Fixture fixture(backend);
  const LabelId a = *fixture.catalog().LabelFor("A");
  const LabelId b = *fixture.catalog().LabelFor("B");
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  for (int i = 0; i < 200; ++i) {
    auto writer = fixture.Begin(TransactionMode::kWrite);
    const NodeId x = *writer->CreateNode(std::array{a}, {});
    const NodeId y = *writer->CreateNode(std::array{a, b}, {});
    const RelId r = *writer->CreateRelationship(x, t, y, {});
    if (i % 4 == 0) {
      REQUIRE(writer->Commit().ok());
      writer = fixture.Begin(TransactionMode::kWrite);
      REQUIRE(writer->DeleteRelationship(r).ok());
      REQUIRE(writer->DeleteNode(y).ok());
      REQUIRE(writer->RemoveLabels(x, std::array{a}).ok());
    }
    REQUIRE(writer->Commit().ok());
  }
  if (backend == "disk") fixture.Reopen();
  auto reader = fixture.Begin(TransactionMode::kRead);
  const auto statistics = *reader->view().GetStatistics();
  CHECK(statistics->NodeCount() == 350);
  CHECK(statistics->NodeCount(a) == 300);
  CHECK(statistics->NodeCount(b) == 150);
  CHECK(statistics->RelationshipCount() == 150);
  CHECK(statistics->RelationshipCount(t) == 150);
  CHECK(statistics->RelationshipCount(RelTypeId{9}) == 0);
}

TEST_CASE("ScanFilter keeps the members that pass", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
  const bool committed = GENERATE(false, true);
  Fixture fixture(backend);
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  List values = AllValues();
  values.emplace_back();
  std::vector<NodeId> nodes;
  for (const Value& value : values) {
    nodes.push_back(*writer->CreateNode({}, std::array{PropertyWrite{p, value}}));
  }
  if (committed) {
    REQUIRE(writer->Commit().ok());
    writer = fixture.Begin(TransactionMode::kWrite);
    REQUIRE(writer->SetProperties(nodes[0], std::array{PropertyWrite{p, Value(7)}}).ok());
    values[0] = Value(7);
  }
  using Operator = PropertyPredicate::Operator;
  const auto passing = [&](Operator op, const Value& operand) {
    SlotBitmap members;
    for (const NodeId node : nodes) members.Insert(node.slot());
    REQUIRE(writer->view().ScanFilter(nodes[0].group(), p, {op, operand}, &members).ok());
    std::vector<Value> passed;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (members.Contains(nodes[i].slot())) passed.push_back(values[i]);
    }
    return passed;
  };
  using Values = std::vector<Value>;
  CHECK(passing(Operator::kEqual, Value("short")) == Values{Value("short")});
  CHECK(passing(Operator::kEqual, Value(0.0)) == Values{Value(int64_t{0}), Value(0.0)});
  CHECK(passing(Operator::kEqual, Value(false)) == Values{Value(false)});
  CHECK(passing(Operator::kEqual, Value()).empty());
  CHECK(passing(Operator::kLess, Value(0)) == Values{Value(-1), Value(INT64_MIN), Value(-0.5)});
  CHECK(passing(Operator::kGreater, Value("t")) == Values{values[12], values[13], values[14]});
  CHECK(passing(Operator::kIn, Value(List{Value("short"), Value(-1), Value()})) ==
        Values{Value(-1), Value("short")});
  CHECK(passing(Operator::kExists, Value()).size() == values.size() - 1);
}

TEST_CASE("reading does not walk over what was deleted beyond its range", "[storage]") {
  Fixture fixture("memory");
  const LabelId a = *fixture.catalog().LabelFor("A");
  constexpr int kCount = 3'000;
  const auto key = [](int i) { return std::to_string(100'000 + i); };
  std::vector<NodeId> nodes;
  auto writer = fixture.Begin(TransactionMode::kWrite);
  for (int i = 0; i < kCount; ++i) {
    nodes.push_back(*writer->CreateNode(std::array{a}, {}));
    REQUIRE(writer->keys().Put(KeySpace::kProperty, key(i), "").ok());
  }
  REQUIRE(writer->Commit().ok());
  writer = fixture.Begin(TransactionMode::kWrite);
  for (int i = 0; i < kCount; ++i) {
    REQUIRE(writer->DeleteNode(nodes[static_cast<size_t>(i)]).ok());
    REQUIRE(writer->keys().Delete(KeySpace::kProperty, key(i)).ok());
  }
  REQUIRE(writer->Commit().ok());
  writer.reset();
  auto reader = fixture.Begin(TransactionMode::kRead);
  ReadView& view = reader->view();
  const auto skipped = [](const auto& read) {
    const uint64_t before = rocksdb::get_perf_context()->internal_delete_skipped_count;
    read();
    return rocksdb::get_perf_context()->internal_delete_skipped_count - before;
  };
  for (const bool backwards : {false, true}) {
    CHECK(skipped([&] {
            const auto visit = [](std::string_view, std::string_view) { return true; };
            KeySpaceReader& keys = view.keys();
            REQUIRE((backwards ? keys.ScanBackwards(KeySpace::kProperty, key(5), key(9), visit)
                               : keys.Scan(KeySpace::kProperty, key(5), key(9), visit))
                        .ok());
          }) < 10);
  }
  // The group's delta is read once, and then known.
  std::vector<uint8_t> exist;
  CHECK(skipped([&] { REQUIRE(view.Exist(nodes, &exist).ok()); }) <= 2 * kCount + 10);
  CHECK(skipped([&] { REQUIRE(view.Exist(nodes, &exist).ok()); }) == 0);
}

}  // namespace kith::storage

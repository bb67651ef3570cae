// SPDX-License-Identifier: Apache-2.0
// The contract of ReadView and Transaction, the same checks over RocksDB (in memory and on disk)
// and over the toy graph.
//
// Length: one check after the other of one interface, run over two implementations.
#include <rocksdb/perf_context.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/base/key_codec.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

std::vector<int64_t> Bits(std::span<const NodeId> nodes) {
  std::vector<int64_t> bits;
  for (const NodeId node : nodes) bits.push_back(node.AsInteger());
  return bits;
}

std::vector<NodeId> Members(ReadView& view, std::optional<LabelId> label) {
  std::vector<NodeId> nodes;
  const auto groups = view.LabelGroups(label);
  REQUIRE(groups.ok());
  CHECK(std::is_sorted(groups->begin(), groups->end()));
  for (const GroupId group : *groups) {
    SlotBitmap members;
    REQUIRE(view.LabelNodes(group, label, &members).ok());
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
  }
  return nodes;
}

Adjacency Expanded(ReadView& view, std::vector<NodeId> nodes, Direction direction,
                   std::vector<RelTypeId> types = {}) {
  Adjacency adjacency;
  ExpandOptions options;
  options.direction = direction;
  options.types = types;
  REQUIRE(view.Expand(nodes, options, &adjacency).ok());
  std::vector<uint32_t> degrees;
  REQUIRE(view.Degree(nodes, options, &degrees).ok());
  REQUIRE(adjacency.offsets.size() == nodes.size() + 1);
  for (size_t i = 0; i < nodes.size(); ++i) {
    CHECK(degrees[i] == adjacency.offsets[i + 1] - adjacency.offsets[i]);
  }
  CHECK(adjacency.relationships.size() == adjacency.neighbours.size());
  CHECK(adjacency.types.size() == adjacency.neighbours.size());
  CHECK(adjacency.outgoing.size() == adjacency.neighbours.size());
  return adjacency;
}

Value PropertyOf(ReadView& view, NodeId node, PropertyId property) {
  Column column;
  REQUIRE(view.Gather(std::array{node}, property, &column).ok());
  REQUIRE(column.size == 1);
  return column.At(0);
}

Value PropertyOf(ReadView& view, RelId relationship, PropertyId property) {
  Column column;
  REQUIRE(view.Gather(std::array{relationship}, property, &column).ok());
  REQUIRE(column.size == 1);
  return column.At(0);
}

}  // namespace

TEST_CASE("a created graph is seen by its transaction and, after the commit, by others",
          "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
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

namespace {

// Every kind of value that a property can have.
List AllValues() {
  return {Value(true),
          Value(false),
          Value(int64_t{0}),
          Value(int64_t{-1}),
          Value(INT64_MAX),
          Value(INT64_MIN),
          Value(0.0),
          Value(-0.5),
          Value(std::nan("")),
          Value(HUGE_VAL),
          Value(""),
          Value("short"),
          Value(std::string(100'000, 'x')),
          Value("汉字 and \xF0\x9F\x98\x80"),
          Value(std::string_view("zero\0byte", 9)),
          Value(List{}),
          Value(List{Value(1), Value("two"), Value(3.0), Value(true)}),
          Value(List{Value(1.5), Value(2.5)}),
          Value(Date{-719'162}),
          Value(LocalTime{kNanosPerDay - 1}),
          Value(Time{1, -3600}),
          Value(LocalDateTime{-1, 999'999'999}),
          Value(DateTime{1'700'000'000, 5, 3600, "Europe/Stockholm"}),
          Value(DateTime{0, 0, -18'000, ""}),
          Value(Duration{-14, 3, -86'401, 1}),
          Value(List{Value(Date{0}), Value(Date{1})})};
}

}  // namespace

TEST_CASE("every storable value comes back with its type", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
  Fixture fixture(backend);
  const RelTypeId type = *fixture.catalog().RelTypeFor("T");
  const List values = AllValues();
  std::vector<PropertyWrite> writes;
  for (size_t i = 0; i < values.size(); ++i) {
    writes.push_back({*fixture.catalog().PropertyFor("p" + std::to_string(i)), values[i]});
  }
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId node = *writer->CreateNode({}, writes);
  const RelId rel = *writer->CreateRelationship(node, type, node, writes);
  const auto check = [&](ReadView& view) {
    for (const PropertyWrite& write : writes) {
      CHECK(PropertyOf(view, node, write.property) == write.value);
      CHECK(PropertyOf(view, rel, write.property) == write.value);
    }
    std::vector<PropertyList> lists;
    REQUIRE(view.Properties(std::array{node}, &lists).ok());
    REQUIRE(lists[0].size() == writes.size());
    for (size_t i = 0; i < writes.size(); ++i) CHECK(lists[0][i].second == values[i]);
    REQUIRE(view.Properties(std::array{rel}, &lists).ok());
    CHECK(lists[0].size() == writes.size());
  };
  check(writer->view());
  REQUIRE(writer->Commit().ok());
  writer.reset();
  if (backend == "disk") fixture.Reopen();
  check(fixture.Begin(TransactionMode::kRead)->view());
}

TEST_CASE("values that cannot be stored are refused and change nothing", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
  Fixture fixture(backend);
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId node = *writer->CreateNode({}, std::array{PropertyWrite{p, Value(1)}});
  for (const Value& bad :
       {Value::FromMap({{"a", Value(1)}}), Value(node), Value(List{Value(List{})}),
        Value(List{Value()}), Value(List{Value(node)}), Value(RelId(1))}) {
    const Status status = writer->SetProperties(node, std::array{PropertyWrite{p, bad}});
    CHECK(status.code() == StatusCode::kTypeError);
    CHECK(status.detail() == "InvalidPropertyType");
    CHECK(writer->CreateNode({}, std::array{PropertyWrite{p, bad}}).status().code() ==
          StatusCode::kTypeError);
  }
  CHECK(PropertyOf(writer->view(), node, p) == Value(1));
  CHECK(Members(writer->view(), std::nullopt).size() == 1);
  CHECK(writer->counts().nodes_created == 1);
}

TEST_CASE("columns are typed when the values agree and mixed when they do not", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
  Fixture fixture(backend);
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  const auto gather = [&](const std::vector<Value>& values, bool committed) {
    auto writer = fixture.Begin(TransactionMode::kWrite);
    std::vector<NodeId> nodes;
    for (const Value& value : values) {
      nodes.push_back(*writer->CreateNode({}, std::array{PropertyWrite{p, value}}));
    }
    Column column;
    if (committed) {
      REQUIRE(writer->Commit().ok());
      writer = fixture.Begin(TransactionMode::kRead);
    }
    REQUIRE(writer->view().Gather(nodes, p, &column).ok());
    REQUIRE(column.size == values.size());
    for (size_t i = 0; i < values.size(); ++i) CHECK(column.At(i) == values[i]);
    std::vector<Column> columns;
    REQUIRE(writer->view().GatherMany(nodes, std::array{p, PropertyId{999}}, &columns).ok());
    REQUIRE(columns.size() == 2);
    CHECK(columns[0].kind == column.kind);
    CHECK(columns[1].kind == Column::Kind::kAllNull);
    CHECK(columns[1].size == values.size());
    return column.kind;
  };
  for (const bool committed : {false, true}) {
    using Kind = Column::Kind;
    CHECK(gather({}, committed) == Kind::kAllNull);
    CHECK(gather({Value(), Value()}, committed) == Kind::kAllNull);
    CHECK(gather({Value(), Value(1), Value(), Value(-5)}, committed) == Kind::kInteger);
    CHECK(gather({Value(1.5), Value()}, committed) == Kind::kFloat);
    CHECK(gather({Value(true), Value(), Value(false)}, committed) == Kind::kBoolean);
    CHECK(gather({Value("a"), Value("b"), Value("a"), Value(), Value("a")}, committed) ==
          Kind::kString);
    CHECK(gather({Value("a"), Value(), Value(1), Value(2.5), Value("a")}, committed) ==
          Kind::kMixed);
    CHECK(gather({Value(1), Value(1.0)}, committed) == Kind::kMixed);
    CHECK(gather({Value(), Value(Date{5})}, committed) == Kind::kMixed);
  }
}

TEST_CASE("labels can be added and removed", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
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
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
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
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
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
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
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

TEST_CASE("many small updates of one row read right, through patches and images", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
  Fixture fixture(backend);
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const PropertyId big = *fixture.catalog().PropertyFor("big");
  const PropertyId count = *fixture.catalog().PropertyFor("count");
  const PropertyId gone = *fixture.catalog().PropertyFor("gone");
  const std::array start{PropertyWrite{big, Value(std::string(2'000, 'b'))},
                         PropertyWrite{gone, Value("soon")}};
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId node = *writer->CreateNode({}, start);
  const RelId rel = *writer->CreateRelationship(node, t, node, start);
  REQUIRE(writer->Commit().ok());
  auto old = fixture.Begin(TransactionMode::kRead);
  for (int i = 0; i < 30; ++i) {
    writer = fixture.Begin(TransactionMode::kWrite);
    const Value value = i == 20 ? Value() : Value(i);
    REQUIRE(writer->SetProperties(node, std::array{PropertyWrite{count, value}}).ok());
    REQUIRE(writer->SetProperties(rel, std::array{PropertyWrite{count, value}}).ok());
    if (i == 3) REQUIRE(writer->SetProperties(node, std::array{PropertyWrite{gone, Value()}}).ok());
    REQUIRE(writer->Commit().ok());
    writer.reset();
    if (i % 7 == 0) REQUIRE(fixture.store().Flush().ok());
    auto reader = fixture.Begin(TransactionMode::kRead);
    CHECK(PropertyOf(reader->view(), node, count) == value);
    CHECK(PropertyOf(reader->view(), rel, count) == value);
    CHECK(PropertyOf(reader->view(), node, gone).IsNull() == (i >= 3));
    CHECK(PropertyOf(reader->view(), node, big) == start[0].value);
    std::vector<PropertyList> lists;
    REQUIRE(reader->view().Properties(std::array{node}, &lists).ok());
    CHECK(lists[0].size() == 1u + (value.IsNull() ? 0 : 1) + (i >= 3 ? 0 : 1));
  }
  // The snapshot from the start still sees the start.
  CHECK(PropertyOf(old->view(), node, count).IsNull());
  CHECK(PropertyOf(old->view(), node, gone) == Value("soon"));
  old.reset();
  writer = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(writer->DeleteRelationship(rel).ok());
  REQUIRE(writer->DeleteNode(node).ok());
  REQUIRE(writer->Commit().ok());
  writer.reset();
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK(Members(reader->view(), std::nullopt).empty());
  CHECK(PropertyOf(reader->view(), node, big).IsNull());
}

TEST_CASE("savepoints undo the graph, the key spaces and the counts", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
  Fixture fixture(backend);
  const LabelId a = *fixture.catalog().LabelFor("A");
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *writer->CreateNode(std::array{a}, std::array{PropertyWrite{p, Value(1)}});
  const NodeId y = *writer->CreateNode({}, {});
  const RelId r = *writer->CreateRelationship(x, t, y, {});
  REQUIRE(writer->keys().Put(KeySpace::kText, "k", "1").ok());
  REQUIRE(writer->keys().Add("c", 5).ok());
  const uint64_t outer = writer->Savepoint();
  REQUIRE(writer->SetProperties(x, std::array{PropertyWrite{p, Value(2)}}).ok());
  const uint64_t inner = writer->Savepoint();
  REQUIRE(writer->DeleteRelationship(r).ok());
  REQUIRE(writer->DeleteNode(x).ok());
  REQUIRE(writer->CreateNode(std::array{a}, {}).ok());
  REQUIRE(writer->AddLabels(y, std::array{a}).ok());
  REQUIRE(writer->keys().Put(KeySpace::kText, "k", "2").ok());
  REQUIRE(writer->keys().Delete(KeySpace::kText, "k").ok());
  REQUIRE(writer->keys().Put(KeySpace::kText, "new", "3").ok());
  REQUIRE(writer->keys().Add("c", 7).ok());
  REQUIRE(writer->RollbackTo(inner).ok());
  ReadView& view = writer->view();
  CHECK(PropertyOf(view, x, p) == Value(2));
  CHECK(Bits(Members(view, a)) == std::vector{x.AsInteger()});
  CHECK(Expanded(view, {x}, Direction::kOutgoing).relationships == std::vector{r});
  CHECK(**writer->keys().Get(KeySpace::kText, "k") == "1");
  CHECK(!writer->keys().Get(KeySpace::kText, "new")->has_value());
  CHECK(*writer->keys().Counter("c") == 5);
  CHECK(writer->counts().nodes_created == 2);
  CHECK(writer->counts().nodes_deleted == 0);
  // A savepoint that was returned to stays open; a released one does not.
  REQUIRE(writer->RollbackTo(inner).ok());
  writer->ReleaseSavepoint(inner);
  CHECK(writer->RollbackTo(inner).code() == StatusCode::kInvalidArgument);
  REQUIRE(writer->RollbackTo(outer).ok());
  CHECK(PropertyOf(view, x, p) == Value(1));
  writer->ReleaseSavepoint(outer);
  REQUIRE(writer->Commit().ok());
  writer.reset();
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK(PropertyOf(reader->view(), x, p) == Value(1));
  CHECK(*reader->view().keys().Counter("c") == 5);
  CHECK(**reader->view().keys().Get(KeySpace::kText, "k") == "1");
}

TEST_CASE("key spaces are ordered, scanned both ways, and seen by their own transaction",
          "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
  Fixture fixture(backend);
  auto writer = fixture.Begin(TransactionMode::kWrite);
  for (const char* key : {"b", "d", "a", "c\x01", "c"}) {
    REQUIRE(writer->keys().Put(KeySpace::kProperty, key, std::string("v") + key).ok());
  }
  REQUIRE(writer->keys().Put(KeySpace::kText, "b", "other space").ok());
  REQUIRE(writer->Commit().ok());
  writer = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(writer->keys().Delete(KeySpace::kProperty, "b").ok());
  REQUIRE(writer->keys().Put(KeySpace::kProperty, "d", "new").ok());
  REQUIRE(writer->keys().Put(KeySpace::kProperty, "bb", "new").ok());
  REQUIRE(writer->keys().Put(KeySpace::kProperty, "e", "new").ok());
  const auto keys = [](KeySpaceReader& reader, std::string_view lower, std::string_view upper,
                       bool backwards, size_t limit) {
    std::vector<std::string> found;
    const auto visit = [&](std::string_view key, std::string_view) {
      found.emplace_back(key);
      return found.size() < limit;
    };
    REQUIRE((backwards ? reader.ScanBackwards(KeySpace::kProperty, lower, upper, visit)
                       : reader.Scan(KeySpace::kProperty, lower, upper, visit))
                .ok());
    return found;
  };
  using Strings = std::vector<std::string>;
  const auto check = [&](KeySpaceReader& reader) {
    CHECK(keys(reader, "", "", false, 99) == Strings{"a", "bb", "c", "c\x01", "d", "e"});
    CHECK(keys(reader, "", "", true, 99) == Strings{"e", "d", "c\x01", "c", "bb", "a"});
    CHECK(keys(reader, "bb", "d", false, 99) == Strings{"bb", "c", "c\x01"});
    CHECK(keys(reader, "bb", "d", true, 99) == Strings{"c\x01", "c", "bb"});
    CHECK(keys(reader, "b", "", false, 2) == Strings{"bb", "c"});
    CHECK(keys(reader, "", "e", true, 2) == Strings{"d", "c\x01"});
    CHECK(keys(reader, "d", "b", false, 99).empty());
    CHECK(keys(reader, "d", "b", true, 99).empty());
    CHECK(keys(reader, "x", "", false, 99).empty());
    CHECK(keys(reader, "x", "", true, 99).empty());
  };
  check(writer->keys());
  check(writer->view().keys());
  REQUIRE(writer->Commit().ok());
  writer.reset();
  if (backend == "disk") fixture.Reopen();
  auto reader = fixture.Begin(TransactionMode::kRead);
  check(reader->view().keys());
  CHECK(**reader->view().keys().Get(KeySpace::kProperty, "d") == "new");
  CHECK(reader->view().keys().Get(KeySpace::kCounter, "x").status().code() ==
        StatusCode::kInvalidArgument);
  // A visitor may read, and scan, within a scan.
  size_t pairs = 0;
  REQUIRE(reader->view()
              .keys()
              .Scan(KeySpace::kProperty, "", "",
                    [&](std::string_view, std::string_view) {
                      REQUIRE(reader->view()
                                  .keys()
                                  .Scan(KeySpace::kProperty, "", "",
                                        [&](std::string_view, std::string_view) {
                                          ++pairs;
                                          return true;
                                        })
                                  .ok());
                      return true;
                    })
              .ok());
  CHECK(pairs == 36);
}

TEST_CASE("a read-only transaction refuses to write", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
  Fixture fixture(backend);
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK(reader->read_only());
  CHECK(reader->CreateNode({}, {}).status().code() == StatusCode::kReadOnly);
  CHECK(reader->SetProperties(NodeId(), std::array{PropertyWrite{p, Value(1)}}).code() ==
        StatusCode::kReadOnly);
  CHECK(reader->DeleteNode(NodeId()).code() == StatusCode::kReadOnly);
  CHECK(reader->keys().Put(KeySpace::kText, "k", "v").code() == StatusCode::kReadOnly);
  CHECK(reader->keys().Add("k", 1).code() == StatusCode::kReadOnly);
  CHECK(reader->keys().Lock("k").code() == StatusCode::kReadOnly);
  CHECK(reader->Commit().ok());
}

TEST_CASE("statistics count what is committed", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
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
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
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

TEST_CASE("transactions conflict where snapshot isolation says so, and nowhere else", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
  Fixture fixture(backend);
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const LabelId a = *fixture.catalog().LabelFor("A");
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto setup = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *setup->CreateNode({}, {});
  const NodeId y = *setup->CreateNode({}, {});
  const RelId r = *setup->CreateRelationship(x, t, y, {});
  REQUIRE(setup->Commit().ok());
  setup.reset();
  using Change = std::function<Status(Transaction&)>;
  const auto set = [&](Value value) -> Change {
    return [=](Transaction& tx) {
      return tx.SetProperties(x, std::array{PropertyWrite{p, value}});
    };
  };
  const Change label = [&](Transaction& tx) { return tx.AddLabels(x, std::array{a}); };
  const Change set_y = [&](Transaction& tx) {
    return tx.SetProperties(y, std::array{PropertyWrite{p, Value(1)}});
  };
  const Change set_rel = [&](Transaction& tx) {
    return tx.SetProperties(r, std::array{PropertyWrite{p, Value(1)}});
  };
  const Change attach = [&](Transaction& tx) {
    return tx.CreateRelationship(y, t, x, {}).status();
  };
  const Change detach_delete = [&](Transaction& tx) -> Status {
    KITH_RETURN_IF_ERROR(tx.DeleteRelationship(r));
    return tx.DeleteNode(y);
  };
  const Change delete_rel = [&](Transaction& tx) { return tx.DeleteRelationship(r); };
  const Change lock = [&](Transaction& tx) { return tx.keys().Lock("unique"); };
  const Change add = [&](Transaction& tx) { return tx.keys().Add("n", 1); };
  // What the second of two overlapping transactions gets; neither leaves a trace.
  const auto second_fails = [&](const Change& first, const Change& second, bool late) {
    Fixture fresh(backend);
    for (const char* name : {"T"}) REQUIRE(fresh.catalog().RelTypeFor(name).ok());
    REQUIRE(fresh.catalog().LabelFor("A").ok());
    REQUIRE(fresh.catalog().PropertyFor("p").ok());
    auto start = fresh.Begin(TransactionMode::kWrite);
    REQUIRE(*start->CreateNode({}, {}) == x);
    REQUIRE(*start->CreateNode({}, {}) == y);
    REQUIRE(*start->CreateRelationship(x, t, y, {}) == r);
    REQUIRE(start->Commit().ok());
    auto one = fresh.Begin(TransactionMode::kWrite);
    auto two = fresh.Begin(TransactionMode::kWrite);
    // The conflict may show at the write or at the commit.
    Status status;
    if (late) status = second(*two);
    REQUIRE(first(*one).ok());
    REQUIRE(one->Commit().ok());
    if (!late) status = second(*two);
    if (status.ok()) status = two->Commit();
    CHECK((status.ok() || status.code() == StatusCode::kConflict));
    CHECK(status.IsRetryable() == !status.ok());
    return !status.ok();
  };
  const bool late = GENERATE(false, true);
  CHECK(second_fails(set(Value(1)), set(Value(2)), late));
  CHECK(second_fails(set(Value()), set(Value()), late));
  CHECK(second_fails(set(Value(1)), label, late));
  CHECK(!second_fails(set(Value(1)), set_y, late));
  CHECK(second_fails(set_rel, delete_rel, late));
  CHECK(second_fails(delete_rel, set_rel, late));
  CHECK(second_fails(delete_rel, delete_rel, late));
  CHECK(!second_fails(attach, attach, late));
  CHECK(!second_fails(attach, set(Value(1)), late));
  CHECK(!second_fails(set(Value(1)), attach, late));
  CHECK(second_fails(attach, detach_delete, late));
  CHECK(second_fails(detach_delete, attach, late));
  CHECK(second_fails(detach_delete, set_y, late));
  CHECK(second_fails(set_y, detach_delete, late));
  CHECK(second_fails(lock, lock, late));
  CHECK(!second_fails(add, add, late));
}

namespace {

// Keeps, through the key-space writer, how many nodes have each number of labels; refuses a node
// with the label it dislikes.
class CountingSink final : public ChangeSink {
 public:
  explicit CountingSink(LabelId forbidden) : forbidden_(forbidden) {}
  Status OnNodeChange(const NodeChange& change, Transaction& transaction) override {
    std::string key = "node ";
    AppendBigEndian64(change.id.bits(), &key);
    if (change.after == nullptr) return transaction.keys().Delete(KeySpace::kText, key);
    KITH_RETURN_IF_ERROR(
        transaction.keys().Put(KeySpace::kText, key, std::to_string(change.after->labels.size())));
    for (const LabelId label : change.after->labels) {
      if (label == forbidden_) return Status(StatusCode::kConstraintViolation, "forbidden");
    }
    if (change.before != nullptr) ++updates;
    return Status::Ok();
  }
  Status OnRelationshipChange(const RelationshipChange& change, Transaction& transaction) override {
    const bool created = change.before == nullptr;
    const bool deleted = change.after == nullptr;
    return transaction.keys().Add("relationships", created ? 1 : deleted ? -1 : 0);
  }
  int updates = 0;

 private:
  LabelId forbidden_;
};

}  // namespace

TEST_CASE("sinks see every change, and their refusal undoes it", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "toy");
  Fixture fixture(backend);
  const LabelId good = *fixture.catalog().LabelFor("Good");
  const LabelId bad = *fixture.catalog().LabelFor("Bad");
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  CountingSink sink(bad);
  fixture.store().AddChangeSink(&sink);
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *writer->CreateNode(std::array{good}, {});
  CHECK(writer->CreateNode(std::array{good, bad}, {}).status().code() ==
        StatusCode::kConstraintViolation);
  CHECK(writer->AddLabels(x, std::array{bad}).code() == StatusCode::kConstraintViolation);
  REQUIRE(writer->CreateRelationship(x, t, x, {}).ok());
  CHECK(Bits(Members(writer->view(), good)) == std::vector{x.AsInteger()});
  CHECK(Members(writer->view(), bad).empty());
  size_t entries = 0;
  REQUIRE(writer->keys()
              .Scan(KeySpace::kText, "", "",
                    [&](std::string_view, std::string_view value) {
                      ++entries;
                      CHECK(value == "1");
                      return true;
                    })
              .ok());
  CHECK(entries == 1);
  CHECK(*writer->keys().Counter("relationships") == 1);
  CHECK(writer->counts().nodes_created == 1);
  CHECK(writer->counts().labels_added == 1);
  REQUIRE(writer->Commit().ok());
}

TEST_CASE("a schema change excludes the transactions that began before it", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "toy");
  Fixture fixture(backend);
  auto before = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(before->CreateNode({}, {}).ok());
  bool published = false;
  REQUIRE(fixture.store()
              .ChangeSchema(
                  [](Transaction& transaction) {
                    return transaction.keys().Put(KeySpace::kSchema, "index", "definition");
                  },
                  [&] { published = true; })
              .ok());
  CHECK(published);
  auto after = fixture.Begin(TransactionMode::kWrite);
  CHECK(after->view().keys().Get(KeySpace::kSchema, "index")->has_value());
  REQUIRE(after->CreateNode({}, {}).ok());
  CHECK(before->Commit().code() == StatusCode::kConflict);
  CHECK(after->Commit().ok());
  published = false;
  CHECK(fixture.store()
            .ChangeSchema([](Transaction&) { return Status(StatusCode::kCancelled, "no"); },
                          [&] { published = true; })
            .code() == StatusCode::kCancelled);
  CHECK(!published);
  REQUIRE(fixture.Begin(TransactionMode::kWrite)->CreateNode({}, {}).ok());
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
  // One node: nothing but its own. All nodes: each deleted row once, not once for each node.
  std::vector<uint8_t> exist;
  CHECK(skipped([&] { REQUIRE(view.Exist(std::array{nodes[5]}, &exist).ok()); }) < 10);
  CHECK(skipped([&] { REQUIRE(view.Exist(nodes, &exist).ok()); }) <= kCount + 10);
}

TEST_CASE("a commit that is to be durable later is seen at once and kept", "[storage]") {
  const std::string backend = GENERATE("disk", "memory", "toy");
  CAPTURE(backend);
  Fixture fixture(backend);
  const auto create = [&](Durability durability) {
    const auto writer = fixture.Begin(TransactionMode::kWrite);
    REQUIRE(writer->CreateNode({}, {}).ok());
    REQUIRE(writer->Commit(durability).ok());
  };
  const auto count = [&] {
    const auto reader = fixture.Begin(TransactionMode::kRead);
    return reader->view().GetStatistics().value()->NodeCount();
  };
  create(Durability::kLater);
  CHECK(count() == 1);
  create(Durability::kLater);
  REQUIRE(fixture.store().Sync().ok());
  REQUIRE(fixture.store().Sync().ok());
  create(Durability::kLater);
  create(Durability::kOnReturn);
  create(Durability::kLater);
  CHECK(count() == 5);
  if (backend != "disk") return;
  fixture.Reopen();
  CHECK(count() == 5);
}

}  // namespace kith::storage

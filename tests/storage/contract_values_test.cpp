// SPDX-License-Identifier: Apache-2.0
// The contract of ReadView and Transaction: values, columns and rows. See contract_reading.h.
#include <array>
#include <catch2/catch.hpp>

#include "tests/storage/contract_reading.h"

namespace kith::storage {

TEST_CASE("every storable value comes back with its type", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
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
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
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
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
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

TEST_CASE("many small updates of one row read right, through patches and images", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
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

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Folding: what is read does not change by it, for no snapshot; space comes back; long lists and
// large values; what is committed while a fold runs.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

/// A store whose groups are folded when the test says so.
class FoldFixture {
 public:
  FoldFixture() : fixture_(Prepared()) {
    label_ = *catalog().LabelFor("A");
    type_ = *catalog().RelTypeFor("T");
    p_ = *catalog().PropertyFor("p");
  }

  Catalog& catalog() { return fixture_.catalog(); }
  GraphStore& store() { return fixture_.store(); }
  std::unique_ptr<Transaction> Read() { return fixture_.Begin(TransactionMode::kRead); }
  std::unique_ptr<Transaction> Write() { return fixture_.Begin(TransactionMode::kWrite); }
  void Reopen() { fixture_.Reopen(); }

  NodeId Node(Transaction& tx, const Value& value) {
    return *tx.CreateNode(std::array{label_}, std::array{PropertyWrite{p_, value}});
  }
  static std::vector<Value> Values(ReadView& view, const std::vector<NodeId>& nodes,
                                   PropertyId property) {
    Column column;
    REQUIRE(view.Gather(nodes, property, &column).ok());
    std::vector<Value> values;
    for (size_t i = 0; i < nodes.size(); ++i) values.push_back(column.At(i));
    return values;
  }
  std::vector<NodeId> Neighbours(ReadView& view, NodeId node, Direction direction) {
    Adjacency adjacency;
    ExpandOptions options;
    options.direction = direction;
    REQUIRE(view.Expand(std::array{node}, options, &adjacency).ok());
    std::vector<uint32_t> degrees;
    REQUIRE(view.Degree(std::array{node}, options, &degrees).ok());
    CHECK(degrees[0] == adjacency.neighbours.size());
    return adjacency.neighbours;
  }

  LabelId label_{};
  RelTypeId type_{};
  PropertyId p_{};

 private:
  static GraphStoreOptions Prepared() {
    GraphStoreOptions options;
    options.fold_min_entries = SIZE_MAX;
    return options;
  }
  Fixture fixture_;
};

TEST_CASE("a fold changes nothing that any snapshot reads", "[storage]") {
  FoldFixture f;
  auto tx = f.Write();
  std::vector<NodeId> nodes;
  for (int i = 0; i < 1'000; ++i) nodes.push_back(f.Node(*tx, Value(i)));
  REQUIRE(tx->Commit().ok());
  const auto before = f.Read();
  REQUIRE(f.store().Fold().ok());
  const auto folded = f.Read();
  tx = f.Write();
  for (size_t i = 0; i < nodes.size(); i += 2) {
    REQUIRE(tx->SetProperties(nodes[i], std::array{PropertyWrite{f.p_, Value("new")}}).ok());
  }
  REQUIRE(tx->DeleteNode(nodes[1]).ok());
  REQUIRE(tx->Commit().ok());
  const auto changed = f.Read();
  REQUIRE(f.store().Fold().ok());
  const auto folded_again = f.Read();
  for (const auto* reader : {&before, &folded}) {
    const auto values = FoldFixture::Values((*reader)->view(), nodes, f.p_);
    for (int i = 0; i < 1'000; ++i) REQUIRE(values[static_cast<size_t>(i)] == Value(i));
  }
  for (const auto* reader : {&changed, &folded_again}) {
    const auto values = FoldFixture::Values((*reader)->view(), nodes, f.p_);
    for (int i = 0; i < 1'000; ++i) {
      const Value expected = i == 1 ? Value() : (i % 2 == 0 ? Value("new") : Value(i));
      REQUIRE(values[static_cast<size_t>(i)] == expected);
    }
    SlotBitmap members;
    REQUIRE((*reader)->view().LabelNodes(nodes[0].group(), f.label_, &members).ok());
    CHECK(members.Count() == 999);
  }
}

TEST_CASE("lists longer than a chunk are folded in pieces, and shrink again", "[storage]") {
  constexpr int kSpokes = 60'000;
  FoldFixture f;
  auto tx = f.Write();
  const NodeId first = f.Node(*tx, Value(0));
  const NodeId hub = f.Node(*tx, Value(0));
  std::vector<NodeId> spokes;
  std::vector<RelId> relationships;
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < kSpokes; ++i) spokes.push_back(f.Node(*tx, Value(i)));
  REQUIRE(tx->CreateRelationship(first, f.type_, hub, {}).ok());
  REQUIRE(tx->CreateRelationship(spokes[5], f.type_, first, {}).ok());
  REQUIRE(tx->Commit().ok());
  std::shuffle(spokes.begin(), spokes.end(), random);
  // In thirds, each folded: the second and third go between what is there.
  for (int third = 0; third < 3; ++third) {
    tx = f.Write();
    for (int i = third * kSpokes / 3; i < (third + 1) * kSpokes / 3; ++i) {
      relationships.push_back(
          *tx->CreateRelationship(spokes[static_cast<size_t>(i)], f.type_, hub, {}));
    }
    REQUIRE(tx->Commit().ok());
    REQUIRE(f.store().Fold().ok());
  }
  std::vector<NodeId> expected = spokes;
  expected.push_back(first);
  std::sort(expected.begin(), expected.end());
  CHECK(f.Neighbours(f.Read()->view(), hub, Direction::kIncoming) == expected);
  CHECK(f.Neighbours(f.Read()->view(), first, Direction::kIncoming).size() == 1);
  tx.reset();
  f.Reopen();
  CHECK(f.Neighbours(f.Read()->view(), hub, Direction::kIncoming) == expected);
  CHECK(f.Neighbours(f.Read()->view(), spokes[7], Direction::kOutgoing) == std::vector{hub});
  tx = f.Write();
  for (size_t i = 1; i < relationships.size(); ++i) {
    REQUIRE(tx->DeleteRelationship(relationships[i]).ok());
  }
  REQUIRE(tx->Commit().ok());
  const std::vector<NodeId> left{std::min(first, spokes[0]), std::max(first, spokes[0])};
  CHECK(f.Neighbours(f.Read()->view(), hub, Direction::kIncoming) == left);
  REQUIRE(f.store().Fold().ok());
  CHECK(f.Neighbours(f.Read()->view(), hub, Direction::kIncoming) == left);
}

// Does not compress.
std::string NoiseText(size_t bytes) {
  std::mt19937_64 random(5);
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text.push_back(static_cast<char>('!' + random() % 90));
  return text;
}

TEST_CASE("large values are stored apart, and their space comes back", "[storage]") {
  FoldFixture f;
  const std::string large = NoiseText(200'000);
  auto tx = f.Write();
  std::vector<NodeId> nodes;
  for (int i = 0; i < 20; ++i) {
    nodes.push_back(f.Node(*tx, i % 2 == 0 ? Value(large + std::to_string(i)) : Value(i)));
  }
  REQUIRE(tx->Commit().ok());
  REQUIRE(f.store().Compact().ok());
  CHECK(*f.store().DiskBytes() > 10 * large.size());
  tx.reset();
  f.Reopen();
  auto values = FoldFixture::Values(f.Read()->view(), nodes, f.p_);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(values[static_cast<size_t>(i)] ==
            (i % 2 == 0 ? Value(large + std::to_string(i)) : Value(i)));
  }
  std::vector<PropertyList> lists;
  REQUIRE(f.Read()->view().Properties(nodes, &lists).ok());
  CHECK(lists[4][0].second == Value(large + "4"));
  SlotBitmap members;
  auto reader = f.Read();
  REQUIRE(reader->view().LabelNodes(nodes[0].group(), f.label_, &members).ok());
  PropertyPredicate predicate;
  predicate.operand = Value(large + "6");
  REQUIRE(reader->view().ScanFilter(nodes[0].group(), f.p_, predicate, &members).ok());
  CHECK(members.Count() == 1);
  CHECK(members.Contains(nodes[6].slot()));
  reader.reset();
  tx = f.Write();
  for (const NodeId node : nodes) REQUIRE(tx->DeleteNode(node).ok());
  REQUIRE(tx->Commit().ok());
  // Whoever has a snapshot keeps what it sees.
  tx.reset();
  REQUIRE(f.store().Compact().ok());
  CHECK(*f.store().DiskBytes() < 10 * large.size() / 4);
}

TEST_CASE("writers and readers go on while groups are folded again and again", "[storage]") {
  FoldFixture f;
  constexpr int kNodes = 200;
  constexpr int kRounds = 300;
  auto tx = f.Write();
  std::vector<NodeId> nodes;
  for (int i = 0; i < kNodes; ++i) nodes.push_back(f.Node(*tx, Value(0)));
  REQUIRE(tx->Commit().ok());
  tx.reset();
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread folder([&] {
    while (!stop) {
      if (!f.store().Fold().ok()) ++wrong;
    }
  });
  std::thread reader([&] {
    while (!stop) {
      // Every transaction moves a number from one node to another: the sum stays.
      auto reading = f.store().Begin(TransactionMode::kRead);
      if (!reading.ok()) return void(++wrong);
      Column column;
      if (!(*reading)->view().Gather(nodes, f.p_, &column).ok()) ++wrong;
      int64_t sum = 0;
      for (size_t i = 0; i < nodes.size(); ++i) sum += column.At(i).AsInteger();
      if (sum != 0) ++wrong;
    }
  });
  std::mt19937_64 random(7);
  for (int round = 0; round < kRounds; ++round) {
    auto writing = f.Write();
    const std::vector<NodeId> pair{nodes[random() % kNodes], nodes[random() % kNodes]};
    if (pair[0] == pair[1]) continue;
    const auto values = FoldFixture::Values(writing->view(), pair, f.p_);
    const int64_t moved = static_cast<int64_t>(random() % 100);
    const Value less(values[0].AsInteger() - moved);
    const Value more(values[1].AsInteger() + moved);
    REQUIRE(writing->SetProperties(pair[0], std::array{PropertyWrite{f.p_, less}}).ok());
    REQUIRE(writing->SetProperties(pair[1], std::array{PropertyWrite{f.p_, more}}).ok());
    REQUIRE(writing->Commit().ok());
  }
  stop = true;
  folder.join();
  reader.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Random transactions, several open at once, with savepoints, conflicts, snapshots, flushes and
// reopenings, on the real store and on the toy in step; every view must equal the toy's.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

struct Pair {
  std::unique_ptr<Transaction> real;
  std::unique_ptr<Transaction> toy_owner;
  ToyTransaction* toy = nullptr;
  std::vector<std::pair<uint64_t, uint64_t>> savepoints;
};

class Model {
 public:
  Model(const std::string& backend, uint64_t seed)
      : backend_(backend), fixture_(backend), toy_(&fixture_.catalog()), random_(seed) {
    for (const char* name : {"A", "B", "C"}) labels_.push_back(*catalog().LabelFor(name));
    for (const char* name : {"T", "U"}) types_.push_back(*catalog().RelTypeFor(name));
    for (const char* name : {"p", "q", "r"}) properties_.push_back(*catalog().PropertyFor(name));
    nodes_.emplace_back(GroupId{123}, 4);
    relationships_.emplace_back(GroupId{123}, 4);
  }

  void Step() {
    const uint64_t dice = Below(100);
    if (open_.empty() || (dice < 6 && open_.size() < 4)) return Begin(false);
    if (dice < 8 && readers_.size() < 2) return Begin(true);
    if (dice < 10 && !readers_.empty()) {
      const size_t at = Below(readers_.size());
      Compare(*readers_[at].real, *readers_[at].toy);
      readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
    if (dice == 10 && Below(4) == 0) return Reopen();
    if (dice == 11) REQUIRE(fixture_.store().Flush().ok());
    const size_t at = Below(open_.size());
    if (dice < 20) return End(at);
    if (dice < 30) return Savepoints(&open_[at]);
    if (dice < 33) return Compare(*open_[at].real, *open_[at].toy);
    for (uint64_t i = Below(4) + 1; i > 0; --i) Mutate(&open_[at]);
  }

  void Finish() {
    while (!open_.empty()) End(0);
    Begin(true);
    Compare(*readers_.back().real, *readers_.back().toy);
    const auto statistics = *readers_.back().real->view().GetStatistics();
    const auto expected = *readers_.back().toy->view().GetStatistics();
    CHECK(statistics->NodeCount() == expected->NodeCount());
    CHECK(statistics->RelationshipCount() == expected->RelationshipCount());
    for (const LabelId label : labels_) {
      CHECK(statistics->NodeCount(label) == expected->NodeCount(label));
    }
    for (const RelTypeId type : types_) {
      CHECK(statistics->RelationshipCount(type) == expected->RelationshipCount(type));
    }
    readers_.clear();
  }

  size_t commits = 0;
  size_t conflicts = 0;

 private:
  Catalog& catalog() { return fixture_.catalog(); }
  uint64_t Below(uint64_t limit) { return random_() % limit; }
  template <typename T>
  T Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  // Recent ones more often, so that transactions meet.
  template <typename T>
  T PickRecent(const std::vector<T>& from) {
    const size_t size = from.size();
    return Below(4) == 0 ? from[Below(size)] : from[size - 1 - Below(std::min<size_t>(size, 12))];
  }

  void Begin(bool read) {
    Pair pair;
    const TransactionMode mode = read ? TransactionMode::kRead : TransactionMode::kWrite;
    pair.real = fixture_.Begin(mode);
    pair.toy_owner = *toy_.Begin(mode);
    pair.toy = static_cast<ToyTransaction*>(pair.toy_owner.get());
    (read ? readers_ : open_).push_back(std::move(pair));
  }

  void End(size_t at) {
    Pair pair = std::move(open_[at]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
    if (Below(8) == 0) {
      pair.real->Rollback();
      pair.toy->Rollback();
      return;
    }
    const Status real = pair.real->Commit();
    const Status toy = pair.toy->Commit();
    INFO("real " << real.ToString() << ", toy " << toy.ToString());
    REQUIRE(real.code() == toy.code());
    real.ok() ? ++commits : ++conflicts;
  }

  void Reopen() {
    open_.clear();
    readers_.clear();
    if (backend_ != "disk") return;
    fixture_.Reopen();
    toy_.set_catalog(&fixture_.catalog());
  }

  void Savepoints(Pair* pair) {
    const uint64_t dice = Below(3);
    if (dice == 0 || pair->savepoints.empty()) {
      pair->savepoints.emplace_back(pair->real->Savepoint(), pair->toy->Savepoint());
      return;
    }
    const size_t at = Below(pair->savepoints.size());
    if (dice == 1) {
      REQUIRE(pair->real->RollbackTo(pair->savepoints[at].first).ok());
      REQUIRE(pair->toy->RollbackTo(pair->savepoints[at].second).ok());
      pair->savepoints.resize(at + 1);
    } else {
      pair->real->ReleaseSavepoint(pair->savepoints[at].first);
      pair->toy->ReleaseSavepoint(pair->savepoints[at].second);
      pair->savepoints.resize(at);
    }
  }

  Value RandomValue() {
    switch (Below(9)) {
      case 0: return Value();
      case 1: return Value(static_cast<int64_t>(Below(5)));
      case 2: return Value(static_cast<int64_t>(random_()));
      case 3: return Value(static_cast<double>(Below(9)) / 2);
      case 4: return Value(std::string(Below(40), 's'));
      case 5: return Value(std::string(Below(1'500), 'l'));
      case 6: return Value(Below(2) == 0);
      case 7: return Value(Date{static_cast<int64_t>(Below(1'000))});
      default: return Value(List{Value(static_cast<int64_t>(Below(5))), Value("x")});
    }
  }

  std::vector<PropertyWrite> RandomWrites() {
    std::vector<PropertyWrite> writes;
    for (uint64_t i = Below(4); i > 0; --i) writes.push_back({Pick(properties_), RandomValue()});
    return writes;
  }

  std::vector<LabelId> RandomLabels() {
    std::vector<LabelId> labels;
    for (uint64_t i = Below(3); i > 0; --i) labels.push_back(Pick(labels_));
    return labels;
  }

  // The outcomes must be the same, but that the real one may see a conflict at once. A mutation
  // that fails changes nothing, so the toy's is then undone.
  template <typename Real, typename Toy>
  void Both(Pair* pair, const Real& real, const Toy& toy) {
    const Status outcome = real(*pair->real);
    const uint64_t savepoint = pair->toy->Savepoint();
    const Status expected = toy(*pair->toy);
    INFO("real " << outcome.ToString() << ", toy " << expected.ToString());
    if (outcome.code() == StatusCode::kConflict) {
      REQUIRE(pair->toy->RollbackTo(savepoint).ok());
    } else {
      REQUIRE(outcome.code() == expected.code());
      REQUIRE(outcome.detail() == expected.detail());
    }
    pair->toy->ReleaseSavepoint(savepoint);
  }
  template <typename Change>
  void Both(Pair* pair, const Change& change) {
    Both(pair, change, change);
  }

  void Mutate(Pair* pair) {
    const NodeId node = PickRecent(nodes_);
    const NodeId other = PickRecent(nodes_);
    const RelId relationship = PickRecent(relationships_);
    const std::vector<PropertyWrite> writes = RandomWrites();
    const std::vector<LabelId> labels = RandomLabels();
    switch (Below(12)) {
      case 0:
      case 1: return CreateNode(pair, labels, writes);
      case 2:
      case 3: return CreateRelationship(pair, node, other, writes);
      case 4:
      case 5: return Both(pair, [&](Transaction& tx) { return tx.SetProperties(node, writes); });
      case 6:
        return Both(pair, [&](Transaction& tx) { return tx.SetProperties(relationship, writes); });
      case 7: return Both(pair, [&](Transaction& tx) { return tx.AddLabels(node, labels); });
      case 8: return Both(pair, [&](Transaction& tx) { return tx.RemoveLabels(node, labels); });
      case 9:
        return Both(pair, [&](Transaction& tx) { return tx.DeleteRelationship(relationship); });
      case 10: return DetachDelete(pair, node);
      default: return WriteKeys(pair);
    }
  }

  void CreateNode(Pair* pair, const std::vector<LabelId>& labels,
                  const std::vector<PropertyWrite>& writes) {
    const Result<NodeId> node = pair->real->CreateNode(labels, writes);
    REQUIRE(node.ok());
    nodes_.push_back(*node);
    REQUIRE(pair->toy->CreateNodeAs(*node, labels, writes).ok());
  }

  void CreateRelationship(Pair* pair, NodeId start, NodeId end,
                          const std::vector<PropertyWrite>& writes) {
    const RelTypeId type = Pick(types_);
    RelId made;
    Both(
        pair,
        [&](Transaction& tx) {
          const Result<RelId> relationship = tx.CreateRelationship(start, type, end, writes);
          if (relationship.ok()) relationships_.push_back(made = *relationship);
          return relationship.status();
        },
        [&](ToyTransaction& toy) {
          return toy.CreateRelationshipAs(made, start, type, end, writes);
        });
  }

  void DetachDelete(Pair* pair, NodeId node) {
    const bool detach = Below(3) != 0;
    Both(pair, [&](Transaction& tx) -> Status {
      const uint64_t savepoint = tx.Savepoint();
      Adjacency adjacency;
      ExpandOptions options;
      options.direction = Direction::kBoth;
      KITH_RETURN_IF_ERROR(tx.view().Expand(std::array{node}, options, &adjacency));
      Status status = tx.DeleteNode(node);
      for (const RelId relationship : adjacency.relationships) {
        if (detach && status.ok()) status = tx.DeleteRelationship(relationship);
      }
      if (status.ok()) status = tx.CheckDangling();
      if (!status.ok()) KITH_RETURN_IF_ERROR(tx.RollbackTo(savepoint));
      tx.ReleaseSavepoint(savepoint);
      return status;
    });
  }

  // Keys are not validated, so each transaction writes its own part of the space but for a lock.
  void WriteKeys(Pair* pair) {
    const std::string own =
        std::to_string(pair->toy->view().commit_number() == CommitNumber{} ? 0 : Below(3));
    Both(pair, [&](Transaction& tx) { return tx.keys().Lock("lock " + own); });
    Both(pair, [&](Transaction& tx) { return tx.keys().Add("counter", 3); });
  }

  void Compare(Transaction& real, Transaction& toy) {
    CompareMembers(real.view(), toy.view());
    CompareNodes(real.view(), toy.view());
    CompareRelationships(real.view(), toy.view());
    CHECK(*real.view().keys().Counter("counter") == *toy.view().keys().Counter("counter"));
    CHECK(real.counts().properties_set == toy.counts().properties_set);
    CHECK(real.counts().labels_added == toy.counts().labels_added);
    CHECK(real.counts().relationships_deleted == toy.counts().relationships_deleted);
  }

  void CompareMembers(ReadView& real, ReadView& toy) {
    std::vector<std::optional<LabelId>> all{std::nullopt};
    all.insert(all.end(), labels_.begin(), labels_.end());
    for (const auto label : all) {
      const auto groups = *real.LabelGroups(label);
      const auto toy_groups = *toy.LabelGroups(label);
      for (const GroupId group : toy_groups) {
        REQUIRE(std::count(groups.begin(), groups.end(), group) == 1);
      }
      for (const GroupId group : groups) {
        SlotBitmap mine;
        SlotBitmap theirs;
        REQUIRE(real.LabelNodes(group, label, &mine).ok());
        REQUIRE(toy.LabelNodes(group, label, &theirs).ok());
        bool same = true;
        for (uint32_t i = 0; i < kGroupSlots; ++i) {
          same = same && mine.Contains(i) == theirs.Contains(i);
        }
        CHECK(same);
      }
    }
  }

  // A span of nodes: sometimes sorted, sometimes short, with repeats.
  template <typename Id>
  std::vector<Id> Sample(const std::vector<Id>& from) {
    std::vector<Id> ids;
    for (uint64_t i = Below(3) == 0 ? 3 : 60; i > 0; --i) ids.push_back(PickRecent(from));
    if (Below(2) == 0) std::sort(ids.begin(), ids.end());
    return ids;
  }

  void CompareNodes(ReadView& real, ReadView& toy) {
    const std::vector<NodeId> nodes = Sample(nodes_);
    std::vector<uint8_t> exist[2];
    std::vector<std::vector<LabelId>> labels[2];
    std::vector<PropertyList> lists[2];
    for (int i = 0; i < 2; ++i) {
      ReadView& view = i == 0 ? real : toy;
      REQUIRE(view.Exist(nodes, &exist[i]).ok());
      REQUIRE(view.Labels(nodes, &labels[i]).ok());
      REQUIRE(view.Properties(nodes, &lists[i]).ok());
    }
    CHECK(exist[0] == exist[1]);
    CHECK(labels[0] == labels[1]);
    CHECK(lists[0] == lists[1]);
    for (const LabelId label : labels_) {
      REQUIRE(real.HaveLabel(nodes, label, &exist[0]).ok());
      REQUIRE(toy.HaveLabel(nodes, label, &exist[1]).ok());
      CHECK(exist[0] == exist[1]);
    }
    for (const PropertyId property : properties_) {
      Column columns[2];
      REQUIRE(real.Gather(nodes, property, &columns[0]).ok());
      REQUIRE(toy.Gather(nodes, property, &columns[1]).ok());
      REQUIRE(columns[0].kind == columns[1].kind);
      for (size_t i = 0; i < nodes.size(); ++i) REQUIRE(columns[0].At(i) == columns[1].At(i));
    }
    CompareAdjacency(real, toy, nodes);
  }

  void CompareAdjacency(ReadView& real, ReadView& toy, const std::vector<NodeId>& nodes) {
    for (const Direction direction :
         {Direction::kOutgoing, Direction::kIncoming, Direction::kBoth}) {
      std::vector<RelTypeId> types;
      if (Below(2) == 0) types.push_back(Pick(types_));
      ExpandOptions options;
      options.types = types;
      options.direction = direction;
      Adjacency mine;
      Adjacency theirs;
      REQUIRE(real.Expand(nodes, options, &mine).ok());
      REQUIRE(toy.Expand(nodes, options, &theirs).ok());
      CHECK(mine.offsets == theirs.offsets);
      CHECK(mine.neighbours == theirs.neighbours);
      CHECK(mine.relationships == theirs.relationships);
      CHECK(mine.types == theirs.types);
      CHECK(mine.outgoing == theirs.outgoing);
      std::vector<uint32_t> degrees[2];
      REQUIRE(real.Degree(nodes, options, &degrees[0]).ok());
      REQUIRE(toy.Degree(nodes, options, &degrees[1]).ok());
      CHECK(degrees[0] == degrees[1]);
    }
  }

  void CompareRelationships(ReadView& real, ReadView& toy) {
    const std::vector<RelId> ids = Sample(relationships_);
    std::vector<Endpoints> mine;
    std::vector<Endpoints> theirs;
    REQUIRE(real.EndpointsOf(ids, &mine).ok());
    REQUIRE(toy.EndpointsOf(ids, &theirs).ok());
    std::vector<PropertyList> lists[2];
    REQUIRE(real.Properties(ids, &lists[0]).ok());
    REQUIRE(toy.Properties(ids, &lists[1]).ok());
    CHECK(lists[0] == lists[1]);
    for (size_t i = 0; i < ids.size(); ++i) {
      CHECK(real.WasDeleted(ids[i]) == toy.WasDeleted(ids[i]));
      CHECK(mine[i].exists == theirs[i].exists);
      if (!theirs[i].exists && !toy.WasDeleted(ids[i])) continue;
      CHECK(mine[i].start == theirs[i].start);
      CHECK(mine[i].end == theirs[i].end);
      CHECK(mine[i].type == theirs[i].type);
    }
  }

  std::string backend_;
  Fixture fixture_;
  ToyGraph toy_;
  std::mt19937_64 random_;
  std::vector<LabelId> labels_;
  std::vector<RelTypeId> types_;
  std::vector<PropertyId> properties_;
  std::vector<NodeId> nodes_;
  std::vector<RelId> relationships_;
  std::vector<Pair> open_;
  std::vector<Pair> readers_;
};

}  // namespace

// KITH_SEED repeats a run.
TEST_CASE("random transactions leave what the toy says", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds");
  const char* given = std::getenv("KITH_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  INFO("seed " << seed << ", backend " << backend);
  Model model(backend, seed);
  for (int step = 0; step < 3'000; ++step) model.Step();
  model.Finish();
  CHECK(model.commits > 20);
  CHECK(model.conflicts > 0);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// One thread of the oracle.
#include "tests/storage/oracle_worker.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace kith::storage {
namespace {

// Small enough to be compared often, large enough for lists over several blocks of a segment.
constexpr size_t kNodes = 250;
constexpr size_t kRelationships = 1'200;
constexpr size_t kWriters = 2;  // Open at once in one thread.
constexpr size_t kReaders = 3;
constexpr size_t kKnownIds = 200;
constexpr uint64_t kKeys = 40;
constexpr const char* kCounter = "counter";

template <typename Map>
auto KeysOf(const Map& map) {
  std::vector<typename Map::key_type> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

template <typename Id>
void Remember(Id id, std::vector<Id>* known) {
  if (known->size() >= kKnownIds) known->erase(known->begin(), known->begin() + kKnownIds / 2);
  known->push_back(id);
}

}  // namespace

std::string OracleWorker::Run(uint64_t operations) {
  const uint64_t end = counts_.operations + operations;
  while (counts_.operations < end && failure_.empty()) Step();
  while (!writers_.empty() && failure_.empty()) {
    Open open = std::move(writers_.back());
    writers_.pop_back();
    End(std::move(open));
  }
  for (Open& reader : readers_) Compare(&reader);
  writers_.clear();
  readers_.clear();
  return failure_;
}

std::string OracleWorker::CompareNewest() {
  Open open;
  if (Begin(TransactionMode::kRead, &open)) Compare(&open);
  return failure_;
}

void OracleWorker::Fail(std::string what) {
  if (failure_.empty()) failure_ = std::move(what);
}

void OracleWorker::Step() {
  ++counts_.operations;
  if (std::string failure = history_->failure(); !failure.empty()) return Fail(std::move(failure));
  const uint64_t dice = Below(1'000);
  const bool write = writers_.empty() || (dice < 50 && writers_.size() < kWriters);
  if (write || (dice < 60 && readers_.size() < kReaders)) {
    Open open;
    if (!Begin(write ? TransactionMode::kWrite : TransactionMode::kRead, &open)) return;
    (write ? writers_ : readers_).push_back(std::move(open));
    return;
  }
  if (dice < 66 && !readers_.empty()) {
    const size_t at = Below(readers_.size());
    Compare(&readers_[at]);
    if (Below(2) == 0) readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(at));
    return;
  }
  if (dice == 66) {
    if (const Status status = store_->Flush(); !status.ok()) Fail(status.ToString());
    return;
  }
  const size_t at = Below(writers_.size());
  if (dice < 160) {
    Open open = std::move(writers_[at]);
    writers_.erase(writers_.begin() + static_cast<std::ptrdiff_t>(at));
    return End(std::move(open));
  }
  if (dice < 230) return Savepoints(&writers_[at]);
  if (dice < 236) return Compare(&writers_[at]);
  Mutate(&writers_[at]);
}

bool OracleWorker::Begin(TransactionMode mode, Open* open) {
  const CommitHistory::Pin pin(history_);
  auto real = store_->Begin(mode);
  if (!real.ok()) {
    Fail("Begin gives " + real.status().ToString());
    return false;
  }
  open->real = *std::move(real);
  const bool read_only = mode == TransactionMode::kRead;
  open->toy = history_->BeginAt(open->real->view().commit_number(), pin, read_only);
  open->nodes = KeysOf(open->toy->state().nodes);
  open->relationships = KeysOf(open->toy->state().relationships);
  return true;
}

void OracleWorker::End(Open open) {
  if (Below(8) == 0) {
    open.real->Rollback();
    return;
  }
  const uint64_t ticket = history_->TakeTicket();
  const Status status =
      open.real->Commit(Below(3) == 0 ? Durability::kLater : Durability::kOnReturn);
  if (status.ok()) return history_->Committed(ticket, open.real->committed_as(), *open.toy);
  if (status.code() != StatusCode::kConflict) Fail("Commit gives " + status.ToString());
  ++counts_.conflicts;
  const auto later = store_->Begin(TransactionMode::kRead);
  if (!later.ok()) Fail("Begin gives " + later.status().ToString());
  const CommitNumber visible = later.ok() ? (*later)->view().commit_number() : CommitNumber{};
  history_->Conflicted(ticket, visible, *open.toy);
}

void OracleWorker::Savepoints(Open* open) {
  const uint64_t dice = Below(3);
  auto& savepoints = open->savepoints;
  if (dice == 0 || savepoints.empty()) {
    savepoints.emplace_back(open->real->Savepoint(), open->toy->Savepoint());
    return;
  }
  const size_t at = Below(savepoints.size());
  const auto [real, toy] = savepoints[at];
  if (dice == 1) {
    const Status status = open->real->RollbackTo(real);
    if (!status.ok() || !open->toy->RollbackTo(toy).ok()) {
      Fail("RollbackTo gives " + status.ToString());
    }
    savepoints.resize(at + 1);
  } else {
    open->real->ReleaseSavepoint(real);
    open->toy->ReleaseSavepoint(toy);
    savepoints.resize(at);
  }
}

void OracleWorker::Compare(Open* open) {
  if (!failure_.empty()) return;
  ++counts_.comparisons;
  std::string difference =
      FirstDifference(open->real->view(), open->toy->view(), *names_, Questions(*open), &random_);
  if (!difference.empty()) {
    Fail(fmt::format("a {} transaction on snapshot {}: {}",
                     open->real->read_only() ? "reading" : "writing",
                     static_cast<uint64_t>(open->toy->view().commit_number()), difference));
  }
  CompareCounts(*open);
}

void OracleWorker::CompareCounts(const Open& open) {
  const auto all = [](const WriteCounts& counts) {
    return std::array{counts.nodes_created,         counts.nodes_deleted,
                      counts.relationships_created, counts.relationships_deleted,
                      counts.properties_set,        counts.labels_added,
                      counts.labels_removed};
  };
  if (all(open.real->counts()) != all(open.toy->counts())) Fail("the counts of writes differ");
}

ViewQuestions OracleWorker::Questions(const Open& open) {
  ViewQuestions questions;
  questions.nodes = KeysOf(open.toy->state().nodes);
  questions.relationships = KeysOf(open.toy->state().relationships);
  for (int i = 0; i < 8; ++i) {
    if (!known_nodes_.empty()) questions.nodes.push_back(Pick(known_nodes_));
    if (!known_relationships_.empty()) {
      questions.relationships.push_back(Pick(known_relationships_));
    }
    questions.operands.push_back(RandomValue());
    questions.keys.push_back(RandomKey());
  }
  questions.counter = kCounter;
  return questions;
}

// Mostly one that was there when the transaction began; a few of those are wanted by everybody.
template <typename Id>
Id OracleWorker::PickId(const std::vector<Id>& live, const std::vector<Id>& known) {
  const uint64_t dice = Below(12);
  if (!known.empty() && (dice == 0 || live.empty())) return Pick(known);
  if (live.empty()) return Id(GroupId{123}, 4);
  return dice < 5 ? live[Below(std::min<size_t>(live.size(), 10))] : Pick(live);
}

Value OracleWorker::RandomValue() {
  switch (Below(11)) {
    case 0: return Value();
    case 1: return Value(static_cast<int64_t>(Below(5)));
    case 2: return Value(static_cast<int64_t>(random_()));
    case 3: return Value(static_cast<double>(Below(9)) / 2);
    case 4: return Value(std::string(Below(40), 's'));
    case 5: return Value(std::string(Below(200) == 0 ? 70'000 : Below(1'500), 'l'));
    case 6: return Value(Below(2) == 0);
    case 7: return Value(Date{static_cast<int64_t>(Below(1'000))});
    case 8: return Value(Duration{static_cast<int64_t>(Below(3)), 1, 2, 3});
    case 9: return Value(List{Value(0.5), Value(static_cast<double>(Below(4)))});
    default: return Value(List{Value(static_cast<int64_t>(Below(5))), Value("x")});
  }
}

std::vector<PropertyWrite> OracleWorker::RandomWrites() {
  std::vector<PropertyWrite> writes;
  for (uint64_t i = Below(4); i > 0; --i)
    writes.push_back({Pick(names_->properties), RandomValue()});
  return writes;
}

std::vector<LabelId> OracleWorker::RandomLabels() {
  std::vector<LabelId> labels;
  for (uint64_t i = Below(3); i > 0; --i) labels.push_back(Pick(names_->labels));
  return labels;
}

std::string OracleWorker::RandomKey() {
  return fmt::format("key {:02}", Below(kKeys));
}

// The outcomes must be the same, but that the real one may see a conflict at once; then nothing has
// happened.
template <typename Real, typename Toy>
void OracleWorker::Both(Open* open, std::string_view what, const Real& real, const Toy& toy) {
  const Status outcome = real(*open->real);
  if (outcome.code() == StatusCode::kConflict) return;
  const Status expected = toy(*open->toy);
  if (outcome.code() != expected.code() || outcome.detail() != expected.detail()) {
    Fail(fmt::format("{} gives {}, expected {}", what, outcome.ToString(), expected.ToString()));
  }
}

template <typename Change>
void OracleWorker::Both(Open* open, std::string_view what, const Change& change) {
  Both(open, what, change, change);
}

void OracleWorker::Mutate(Open* open) {
  const NodeId node = PickId(open->nodes, known_nodes_);
  const RelId relationship = PickId(open->relationships, known_relationships_);
  const std::vector<PropertyWrite> writes = RandomWrites();
  const std::vector<LabelId> labels = RandomLabels();
  switch (Below(14)) {
    case 0:
    case 1: return CreateNode(open);
    case 2:
    case 3:
    case 4:
    case 5: return CreateRelationship(open);
    case 6:
    case 7:
      return Both(open, "SetProperties", [&](auto& tx) { return tx.SetProperties(node, writes); });
    case 8:
      return Both(open, "SetProperties",
                  [&](auto& tx) { return tx.SetProperties(relationship, writes); });
    case 9: return Both(open, "AddLabels", [&](auto& tx) { return tx.AddLabels(node, labels); });
    case 10:
      return Both(open, "RemoveLabels", [&](auto& tx) { return tx.RemoveLabels(node, labels); });
    case 11:
      return Both(open, "DeleteRelationship",
                  [&](auto& tx) { return tx.DeleteRelationship(relationship); });
    case 12:
      if (Below(4) == 0) return DetachDelete(open, node);
      [[fallthrough]];
    default: return WriteKeys(open);
  }
}

void OracleWorker::CreateNode(Open* open) {
  if (open->nodes.size() > kNodes) return DetachDelete(open, Pick(open->nodes));
  const std::vector<PropertyWrite> writes = RandomWrites();
  const std::vector<LabelId> labels = RandomLabels();
  const Result<NodeId> node = open->real->CreateNode(labels, writes);
  if (!node.ok()) return Fail("CreateNode gives " + node.status().ToString());
  open->nodes.push_back(*node);
  Remember(*node, &known_nodes_);
  const Status expected = open->toy->CreateNodeAs(*node, labels, writes);
  if (!expected.ok()) Fail("CreateNode gives a node, expected " + expected.ToString());
}

void OracleWorker::CreateRelationship(Open* open) {
  if (open->relationships.size() > kRelationships) {
    const RelId relationship = Pick(open->relationships);
    return Both(open, "DeleteRelationship",
                [&](auto& tx) { return tx.DeleteRelationship(relationship); });
  }
  const NodeId start = PickId(open->nodes, known_nodes_);
  const NodeId end = PickId(open->nodes, known_nodes_);
  const RelTypeId type = Pick(names_->types);
  const std::vector<PropertyWrite> writes = RandomWrites();
  RelId made;
  Both(
      open, "CreateRelationship",
      [&](Transaction& tx) {
        const Result<RelId> relationship = tx.CreateRelationship(start, type, end, writes);
        if (relationship.ok()) {
          made = *relationship;
          open->relationships.push_back(made);
          Remember(made, &known_relationships_);
        }
        return relationship.status();
      },
      [&](ToyTransaction& toy) {
        return toy.CreateRelationshipAs(made, start, type, end, writes);
      });
}

void OracleWorker::DetachDelete(Open* open, NodeId node) {
  const bool detach = Below(3) != 0;
  Both(open, "DeleteNode", [&](Transaction& tx) -> Status {
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

// With a lock, or so that the last commit wins.
void OracleWorker::WriteKeys(Open* open) {
  const std::string key = RandomKey();
  const std::string value(Below(30), 'v');
  const bool lock = Below(3) == 0;
  const bool remove = Below(3) == 0;
  Both(open, "a write of keys", [&](Transaction& tx) -> Status {
    if (lock) KITH_RETURN_IF_ERROR(tx.keys().Lock(key));
    KITH_RETURN_IF_ERROR(remove ? tx.keys().Delete(KeySpace::kProperty, key)
                                : tx.keys().Put(KeySpace::kProperty, key, value));
    return tx.keys().Add(kCounter, static_cast<int64_t>(value.size()) - 10);
  });
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Random small transactions on few things, several open at once. Afterwards those that committed
// run again one by one on the toy graph, in the order of their commits: each must read what it read
// before. With snapshot isolation in the place of serializable the same check fails.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/graph_transaction.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

enum class Kind : uint8_t {
  kProperty,
  kHasLabel,
  kScan,
  kExist,
  kLinks,
  kKey,
  kKeys,
  kCounter,
  kReads,  // The number of kinds that read.
  kSetProperty = kReads,
  kPut,
  kAdd,
  kCreate,
  kAttach,
  kPlainWrites,  // Up to here they do the same whatever is there.
  kDetach = kPlainWrites,
  kAddLabel,
  kRemoveLabel,
  kDelete,
  kKinds
};

struct Step {
  Kind kind{};
  NodeId node;
  NodeId other;
  LabelId label{};
  RelId relationship;
  std::string key;
  int64_t number = 0;
  std::string outcome;
};

struct History {
  CommitNumber at{};  // The commit, or the snapshot of one that wrote nothing.
  bool wrote = false;
  bool serializable = false;  // Or wrote nothing.
  std::vector<Step> steps;
};

constexpr int kNodes = 5;
constexpr std::array kLabels{"A", "B"};

class Workload {
 public:
  Workload() : fixture_("memory"), toy_(&fixture_.catalog()) {
    for (const char* label : kLabels) labels_.push_back(*fixture_.catalog().LabelFor(label));
    type_ = *fixture_.catalog().RelTypeFor("T");
    property_ = *fixture_.catalog().PropertyFor("p");
    History setup;
    setup.wrote = true;
    auto transaction = fixture_.Begin(TransactionMode::kWrite);
    for (int i = 0; i < kNodes; ++i) {
      Step step;
      step.kind = Kind::kCreate;
      step.label = labels_[0];
      step.outcome = Run(&step, *transaction, nullptr);
      nodes_.push_back(step.node);
      setup.steps.push_back(step);
    }
    REQUIRE(transaction->Commit().ok());
    setup.at = transaction->committed_as();
    histories_.push_back(setup);
  }

  struct Open {
    std::unique_ptr<Transaction> transaction;
    bool serializable = false;
    bool reader = false;
    size_t planned = 0;
    History history;
  };

  Open Begin(TransactionMode validated, std::mt19937_64& random) {
    Open open;
    const uint64_t dice = random() % 8;
    open.reader = dice == 0;
    open.serializable = dice > 1;
    open.planned = 2 + random() % 5;
    const TransactionMode mode = open.reader         ? TransactionMode::kRead
                                 : open.serializable ? validated
                                                     : TransactionMode::kWrite;
    auto begun = fixture_.store().Begin(mode);
    if (begun.ok()) open.transaction = *std::move(begun);
    return open;
  }

  /// False when the transaction is over.
  bool Advance(Open* open, std::mt19937_64& random) {
    if (open->transaction == nullptr) return false;
    if (open->planned-- == 0) return Finish(open);
    Step step = Choose(*open, random);
    step.outcome = Run(&step, *open->transaction, nullptr);
    open->history.steps.push_back(step);
    if (step.outcome.find("Conflict") == std::string::npos) return true;
    ++conflicts;
    return false;
  }

  /// How many committed transactions read something else when they run one by one.
  size_t CountUnexplained() {
    std::stable_sort(histories_.begin(), histories_.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.at, !a.wrote) < std::tuple(b.at, !b.wrote);
    });
    return static_cast<size_t>(
        std::count_if(histories_.begin(), histories_.end(),
                      [this](const History& history) { return !Explained(history); }));
  }

  std::atomic<size_t> commits{0};
  std::atomic<size_t> conflicts{0};
  std::string first_difference;  // Found by CountUnexplained.

 private:
  bool Finish(Open* open) {
    Transaction& transaction = *open->transaction;
    const CommitNumber snapshot = transaction.view().commit_number();
    if (!transaction.Commit().ok()) {
      ++conflicts;
      return false;
    }
    ++commits;
    History& history = open->history;
    const CommitNumber committed = transaction.committed_as();
    history.wrote = committed != CommitNumber{};
    history.at = history.wrote ? committed : snapshot;
    history.serializable = open->serializable || !history.wrote;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Step& step : history.steps) {
      if (step.outcome != "OK") continue;
      if (step.kind == Kind::kCreate) nodes_.push_back(step.node);
      if (step.kind == Kind::kAttach) relationships_.push_back(step.relationship);
    }
    histories_.push_back(std::move(history));
    return false;
  }

  Step Choose(const Open& open, std::mt19937_64& random) {
    Step step;
    const bool reads = open.reader || random() % 2 == 0;
    const auto kinds = reads               ? std::pair(Kind{}, Kind::kReads)
                       : open.serializable ? std::pair(Kind::kReads, Kind::kKinds)
                                           : std::pair(Kind::kReads, Kind::kPlainWrites);
    const auto first = static_cast<uint64_t>(kinds.first);
    step.kind = static_cast<Kind>(first + random() % (static_cast<uint64_t>(kinds.second) - first));
    step.label = labels_[random() % labels_.size()];
    step.key = std::string(1, static_cast<char>('a' + random() % 6));
    const std::lock_guard<std::mutex> lock(mutex_);
    step.number = next_number_++;
    const auto node = [&] {
      // The first ones, and the newest: few enough to meet.
      const size_t at = random() % (kNodes + 3);
      return at < kNodes ? nodes_[at] : nodes_[nodes_.size() - 1 - (at - kNodes)];
    };
    step.node = node();
    step.other = node();
    if (!relationships_.empty()) {
      step.relationship = relationships_[relationships_.size() - 1 -
                                         random() % std::min<size_t>(relationships_.size(), 4)];
    }
    return step;
  }

  bool Explained(const History& history) {
    auto owner = *toy_.Begin(TransactionMode::kWrite);
    auto* toy = static_cast<ToyTransaction*>(owner.get());
    bool explained = true;
    for (const Step& step : history.steps) {
      // Under snapshot isolation a transaction may read, and miss, what its place does not explain.
      if (!history.serializable && (step.kind < Kind::kReads || step.outcome != "OK")) continue;
      Step again = step;
      const std::string outcome = Run(&again, *toy, toy);
      if (outcome == step.outcome) continue;
      explained = false;
      if (first_difference.empty()) {
        first_difference = "at " + std::to_string(static_cast<uint64_t>(history.at)) +
                           (history.serializable ? ", kind " : ", snapshot isolation, kind ") +
                           std::to_string(static_cast<int>(step.kind)) + " of node " +
                           std::to_string(step.node.AsInteger()) + ", key " + step.key + ": '" +
                           step.outcome + "', alone '" + outcome + "'";
      }
    }
    if (history.wrote && !toy->Commit().ok()) explained = false;
    return explained;
  }

  // Runs a step and says what came of it. `toy` repeats what was created before.
  std::string Run(Step* step, Transaction& tx, ToyTransaction* toy) {
    return step->kind < Kind::kReads ? Read(*step, tx) : Write(step, tx, toy);
  }
  std::string Read(const Step& step, Transaction& tx);
  std::string Write(Step* step, Transaction& tx, ToyTransaction* toy);

  Fixture fixture_;
  ToyGraph toy_;
  std::vector<LabelId> labels_;
  RelTypeId type_{};
  PropertyId property_{};

  std::mutex mutex_;  // Over what follows.
  std::vector<NodeId> nodes_;
  std::vector<RelId> relationships_;
  std::vector<History> histories_;
  int64_t next_number_ = 1;
};

std::string Text(const std::vector<uint8_t>& flags) {
  return flags.empty() ? "?" : std::to_string(flags[0]);
}

std::string MembersText(ReadView& view, LabelId label) {
  std::string text;
  const auto groups = view.LabelGroups(label);
  if (!groups.ok()) return groups.status().ToString();
  for (const GroupId group : *groups) {
    SlotBitmap members;
    if (const Status status = view.LabelNodes(group, label, &members); !status.ok()) {
      return status.ToString();
    }
    for (size_t word = 0; word < members.words.size(); ++word) {
      if (members.words[word] == 0) continue;
      text += std::to_string(static_cast<uint32_t>(group)) + "/" + std::to_string(word) + ": " +
              std::to_string(members.words[word]) + " ";
    }
  }
  return text;
}

std::string Workload::Read(const Step& step, Transaction& tx) {
  ReadView& view = tx.view();
  const std::array node{step.node};
  std::vector<uint8_t> flags;
  std::string text;
  switch (step.kind) {
    case Kind::kProperty: {
      Column column;
      const Status status = view.Gather(node, property_, &column);
      return status.ok() ? column.At(0).ToString() : status.ToString();
    }
    case Kind::kHasLabel:
      return view.HaveLabel(node, step.label, &flags).ok() ? Text(flags) : "failed";
    case Kind::kScan: return MembersText(view, step.label);
    case Kind::kExist: return view.Exist(node, &flags).ok() ? Text(flags) : "failed";
    case Kind::kLinks: {
      Adjacency adjacency;
      ExpandOptions options;
      options.direction = step.number % 2 == 0 ? Direction::kOutgoing : Direction::kIncoming;
      if (!view.Expand(node, options, &adjacency).ok()) return "failed";
      for (const RelId id : adjacency.relationships) text += std::to_string(id.bits()) + " ";
      return text;
    }
    case Kind::kKey: {
      const auto value = tx.keys().Get(KeySpace::kText, step.key);
      return !value.ok() ? "failed" : value->value_or("none");
    }
    case Kind::kKeys: {
      size_t left = 1 + static_cast<size_t>(step.number % 3);
      const auto visit = [&](std::string_view key, std::string_view value) {
        text.append(key).append("=").append(value).append(" ");
        return --left > 0;
      };
      const Status status = step.number % 2 == 0
                                ? tx.keys().Scan(KeySpace::kText, step.key, "", visit)
                                : tx.keys().ScanBackwards(KeySpace::kText, "", step.key, visit);
      return status.ok() ? text : "failed";
    }
    default: {
      const auto counter = tx.keys().Counter(step.key);
      return counter.ok() ? std::to_string(*counter) : "failed";
    }
  }
}

std::string Workload::Write(Step* step, Transaction& tx, ToyTransaction* toy) {
  const std::array labels{step->label};
  const auto code = [](const Status& status) { return std::string(StatusCodeName(status.code())); };
  switch (step->kind) {
    case Kind::kSetProperty:
      return code(
          tx.SetProperties(step->node, std::array{PropertyWrite{property_, Value(step->number)}}));
    case Kind::kPut:
      return code(step->number % 4 == 0
                      ? tx.keys().Delete(KeySpace::kText, step->key)
                      : tx.keys().Put(KeySpace::kText, step->key, std::to_string(step->number)));
    case Kind::kAdd: return code(tx.keys().Add(step->key, step->number));
    case Kind::kCreate: {
      if (toy != nullptr) return code(toy->CreateNodeAs(step->node, labels, {}));
      const Result<NodeId> node = tx.CreateNode(labels, {});
      if (node.ok()) step->node = *node;
      return code(node.status());
    }
    case Kind::kAttach: {
      if (toy != nullptr) {
        // One that was refused has no id.
        return code(
            toy->CreateRelationshipAs(step->relationship, step->node, type_, step->other, {}));
      }
      const Result<RelId> made = tx.CreateRelationship(step->node, type_, step->other, {});
      if (made.ok()) step->relationship = *made;
      return code(made.status());
    }
    case Kind::kDetach: return code(tx.DeleteRelationship(step->relationship));
    case Kind::kAddLabel: return code(tx.AddLabels(step->node, labels));
    case Kind::kRemoveLabel: return code(tx.RemoveLabels(step->node, labels));
    default: {
      const uint64_t savepoint = tx.Savepoint();
      Status status = tx.DeleteNode(step->node);
      if (status.ok()) status = tx.CheckDangling();
      if (!status.ok() && !tx.RollbackTo(savepoint).ok()) return "not rolled back";
      tx.ReleaseSavepoint(savepoint);
      return code(status);
    }
  }
}

// One thread, so that a seed says what happens.
size_t Interleave(Workload* workload, TransactionMode mode, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Workload::Open> open;
  for (int i = 0; i < 12'000; ++i) {
    if (open.size() < 5) open.push_back(workload->Begin(mode, random));
    const size_t at = random() % open.size();
    if (!workload->Advance(&open[at], random)) {
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  open.clear();
  return workload->CountUnexplained();
}

}  // namespace

TEST_CASE("the order of commits explains what serializable transactions read", "[storage]") {
  const uint64_t seed = GENERATE(1, 2, 3, 4);
  Workload workload;
  const size_t unexplained = Interleave(&workload, TransactionMode::kSerializable, seed);
  INFO("seed " << seed << ", " << workload.first_difference);
  CHECK(unexplained == 0);
  CHECK(workload.commits > 500);
  CHECK(workload.conflicts > 100);
}

TEST_CASE("the same check finds what snapshot isolation allows", "[storage]") {
  Workload workload;
  CHECK(Interleave(&workload, TransactionMode::kWrite, 1) > 10);
}

TEST_CASE("the order of commits explains what serializable transactions of four threads read",
          "[storage]") {
  const auto seed = std::random_device()();
  Workload workload;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&workload, seed, t] {
      std::mt19937_64 random(seed + t);
      for (int i = 0; i < 1500; ++i) {
        Workload::Open open = workload.Begin(TransactionMode::kSerializable, random);
        while (workload.Advance(&open, random)) std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const size_t unexplained = workload.CountUnexplained();
  INFO("seed " << seed << ", " << workload.first_difference);
  CHECK(unexplained == 0);
  CHECK(workload.commits > 0);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// One thread of the oracle: random transactions on a store, each in step with one of the toy's,
// with savepoints, rollbacks and snapshots that are kept; now and then everything that one sees is
// compared with the toy's.
//
// Thread safety: each thread has a worker of its own; store and history are shared.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/storage/commit_history.h"
#include "tests/storage/view_comparison.h"

namespace kith::storage {

/// What a worker did.
struct OracleCounts {
  uint64_t operations = 0;
  uint64_t conflicts = 0;
  uint64_t comparisons = 0;
};

class OracleWorker {
 public:
  /// All are borrowed.
  OracleWorker(GraphStore* store, CommitHistory* history, const GraphNames* names, uint64_t seed)
      : store_(store), history_(history), names_(names), random_(seed) {}

  /// Does so many operations and ends every transaction. What went wrong, or nothing.
  std::string Run(uint64_t operations);
  /// Compares what a transaction that begins now sees.
  std::string CompareNewest();
  const OracleCounts& counts() const { return counts_; }

 private:
  struct Open {
    std::unique_ptr<Transaction> real;
    std::unique_ptr<ToyTransaction> toy;
    std::vector<std::pair<uint64_t, uint64_t>> savepoints;
    std::vector<NodeId> nodes;  ///< That were there when it began, and its own.
    std::vector<RelId> relationships;
  };

  void Step();
  /// False when it failed.
  bool Begin(TransactionMode mode, Open* open);
  void End(Open open);
  void Savepoints(Open* open);
  void Compare(Open* open);
  void CompareCounts(const Open& open);
  ViewQuestions Questions(const Open& open);

  void Mutate(Open* open);
  void CreateNode(Open* open);
  void CreateRelationship(Open* open);
  void DetachDelete(Open* open, NodeId node);
  void WriteKeys(Open* open);
  template <typename Real, typename Toy>
  void Both(Open* open, std::string_view what, const Real& real, const Toy& toy);
  template <typename Change>
  void Both(Open* open, std::string_view what, const Change& change);

  uint64_t Below(uint64_t limit) { return random_() % limit; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  template <typename Id>
  Id PickId(const std::vector<Id>& live, const std::vector<Id>& known);
  Value RandomValue();
  std::vector<PropertyWrite> RandomWrites();
  std::vector<LabelId> RandomLabels();
  std::string RandomKey();
  void Fail(std::string what);

  GraphStore* store_;
  CommitHistory* history_;
  const GraphNames* names_;
  std::mt19937_64 random_;
  std::vector<Open> writers_;
  std::vector<Open> readers_;
  // Ids that this worker has made, also in transactions that came to nothing.
  std::vector<NodeId> known_nodes_;
  std::vector<RelId> known_relationships_;
  OracleCounts counts_;
  std::string failure_;
};

}  // namespace kith::storage

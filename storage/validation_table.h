// SPDX-License-Identifier: Apache-2.0
// Who wrote what since when: for each thing that a transaction can conflict on, the last commit
// that touched it. What serializable transactions have read is validated apart
// (storage/write_history.h).
//
//   a transaction with snapshot s that           conflicts when, after s,
//   writes or deletes a row                      the row was written or deleted
//   attaches a relationship to a node            the node was deleted
//   deletes a node                               a relationship was attached to it
//   locks bytes                                  they were locked
//
// A commit's marks wait in a list and enter the map only when a transaction with an older snapshot
// asks, so a single writer never pays for the map.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"
#include "storage/validation_key.h"

namespace kith::storage {

class ValidationTable {
 public:
  /// Notes a commit; commits come in order.
  void Record(CommitNumber commit, std::vector<ValidationKey> marks);
  /// Takes back the commits after `last`, whose write failed.
  void DropAfter(CommitNumber last);
  /// True when one of `checks` was marked by a commit after `snapshot`.
  bool Conflicts(std::span<const ValidationKey> checks, CommitNumber snapshot);
  /// Forgets the commits that every active transaction sees: those up to `oldest`.
  void Prune(CommitNumber oldest);

 private:
  struct Commit {
    CommitNumber number;
    std::vector<ValidationKey> marks;
  };

  std::mutex mutex_;
  std::deque<Commit> commits_;
  size_t mapped_ = 0;  // The first `mapped_` of commits_ are in the map.
  std::unordered_map<ValidationKey, CommitNumber> last_;
};

}  // namespace kith::storage

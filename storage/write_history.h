// SPDX-License-Identifier: Apache-2.0
// What the commits changed that an open serializable transaction may have missed, and its
// validation: optimistic, backwards, over all that it read (Kung and Robinson, "On Optimistic
// Methods for Concurrency Control", 1981, section 3).
//
// Why this makes transactions serializable. A serializable transaction that writes commits only
// when no commit after its snapshot changed anything that it had read: it read what it would have
// read had it run whole at the moment of its commit. So the order of the commits is a serial order
// that explains what each of them read, and since no commit is numbered before the write that it
// follows, a transaction also sees all that had committed when it began.
//
// Transactions that only read, whether begun for reading or not, are not validated. One reads the
// snapshot of commit s, which is the state between commits s and s + 1 of that order: its place is
// there. The anomaly of Fekete, O'Neil and O'Neil ("A Read-Only Transaction Anomaly Under Snapshot
// Isolation", 2004) is none here: it needs a writer to commit after another one although it read
// what was before it, so that the order of commits does not explain the writers' reads and only the
// reader's snapshot shows it. Such a writer does not pass.
//
// Transactions under snapshot isolation take part as writers: theirs is a place in the order, too,
// and a serializable transaction sees just what came before its own place, whoever wrote it. What
// they read is their own affair.
//
// Memory is bounded: past a limit the oldest commits forget what they changed and count as having
// changed everything. Inside storage only. Thread safety: all functions may be called from any
// thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/ids.h"
#include "storage/write_set.h"

namespace kith::storage {

class WriteHistory {
 public:
  /// Notes a commit; commits come in order. Null: it is not known what it changed.
  void Record(CommitNumber commit, std::shared_ptr<const WriteSet> writes);
  /// Takes back the commits after `last`, whose write failed.
  void DropAfter(CommitNumber last);
  /// Forgets the commits up to `oldest`, which every open serializable transaction sees.
  void Prune(CommitNumber oldest);

  /// True when none of the commits after `after`, up to and with `last`, changed what was read.
  bool Unchanged(ReadSet* reads, CommitNumber after, CommitNumber last);

 private:
  struct Commit {
    CommitNumber number;
    std::shared_ptr<const WriteSet> writes;
  };

  std::vector<std::shared_ptr<const WriteSet>> Between(CommitNumber after, CommitNumber last);

  std::mutex mutex_;
  std::deque<Commit> commits_;
  size_t forgotten_ = 0;  // So many at the front have lost their writes.
  size_t bytes_ = 0;
};

}  // namespace kith::storage

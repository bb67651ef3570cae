// SPDX-License-Identifier: Apache-2.0
// How transactions commit: one leader at a time takes the waiting requests, validates each, numbers
// those that pass, writes all of them with one synced write, and publishes the new snapshot.
// Threads that commit together share one sync. Inside storage only.
//
// Invariants: commit numbers have no gaps; a snapshot is published after its commits are written,
// and synced unless all of them left that for later; a transaction that is refused leaves no trace.
//
// Where memory is so short that an allocation throws, the transactions concerned are refused, or a
// commit that is written already is shown with the next one that begins; nobody waits for ever.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/result.h"
#include "storage/commit_ops.h"
#include "storage/format/meta_codec.h"
#include "storage/snapshot.h"
#include "storage/transaction.h"
#include "storage/validation_table.h"
#include "storage/write_history.h"

namespace kith::storage {

struct CommitRequest {
  CommitNumber snapshot{};
  std::vector<ValidationKey> checks;  ///< Must not be marked by a commit after the snapshot.
  std::vector<ValidationKey> marks;   ///< What this commit marks.
  /// Of a serializable transaction, borrowed; must not be changed by a commit after the snapshot.
  ReadSet* reads = nullptr;
  CommitNumber reads_hold_at{};  ///< The pipeline's: the newest commit known not to change them.
  /// What this commit changes for those who read. Null: not known, and taken to be everything.
  std::shared_ptr<const WriteSet> writes;
  CommitOps ops;
  CommitRecord record;
  /// Of a fold, which changes nothing that anyone sees and is never validated: the group as of the
  /// snapshot, folded. Null otherwise.
  std::shared_ptr<const GroupVersion> folded;
  Durability durability = Durability::kOnReturn;
  Status status;          ///< The outcome, when done.
  CommitNumber number{};  ///< Its number, when the outcome is OK.
  bool done = false;      ///< Owned by the pipeline's mutex.
};

class CommitPipeline {
 public:
  explicit CommitPipeline(Store* store);

  /// The newest published snapshot. An error only when the store can no longer be read.
  Result<std::shared_ptr<Snapshot>> Current();
  /// The same, for a transaction that will validate its writes, and its reads when it is
  /// serializable: EndWrite must follow.
  Result<std::shared_ptr<Snapshot>> BeginWrite(TransactionMode mode);
  void EndWrite(CommitNumber snapshot, TransactionMode mode);
  /// True from the first serializable transaction on: then commits should say what they change.
  /// Those that were being encoded at that moment conflict with it, whatever it reads.
  bool wants_write_sets() const { return wants_write_sets_.load(std::memory_order_relaxed); }

  /// Returns when the request is published (and durable, if it asks for that), or refused.
  Status Commit(CommitRequest* request);
  /// True when a write of `check` by a transaction with this snapshot can no longer commit.
  bool ConflictsEarly(ValidationKey check, CommitNumber snapshot);

  /// Publishes what the store has by now, which ends with this commit: for a store that follows
  /// another process, where nobody commits here. Where memory is too short for a snapshot, the last
  /// one stays.
  void Show(CommitNumber commit);

  /// After a failed write, or when there is no current snapshot: brings back what can be, when the
  /// cause is gone. Whoever begins meanwhile waits. Does nothing while LockCommits holds: what is
  /// done there takes long, and may begin transactions of its own.
  void TryResume();

  /// Keeps everyone else from committing between the two calls.
  void LockCommits();
  void UnlockCommits();
  /// Commits while LockCommits holds. Transactions with an older snapshot can no longer commit;
  /// `published` runs together with the publication: nobody begins a transaction in between.
  Status CommitSchema(CommitRequest* request, const std::function<void()>& published);

 private:
  using Clock = std::chrono::steady_clock;

  bool LeadToResume();
  void Resume();
  bool AwaitSnapshots(bool may_wait);
  void ShowNewest();
  std::shared_ptr<Snapshot> NewSnapshot(CommitNumber commit) const;
  void ServeGroup(std::unique_lock<std::mutex>* lock);
  std::vector<CommitRequest*> TakeGroup();
  void RefuseQueue();
  void Process(const std::vector<CommitRequest*>& group, const std::function<void()>& published);
  void WriteGroup(const std::vector<CommitRequest*>& group, const std::function<void()>& published);
  Status Validate(CommitRequest* request);
  void ValidateEarly(CommitRequest* request);
  Status ValidateReads(CommitRequest* request, CommitNumber last);
  Status Append(const CommitRequest& request, CommitNumber commit, rocksdb::WriteBatch* batch);
  void Publish(CommitNumber commit, const std::function<void()>& published);
  Result<std::shared_ptr<Snapshot>> AwaitCurrent(std::unique_lock<std::mutex>* lock);

  Store* store_;
  ValidationTable table_;
  WriteHistory history_;
  std::atomic<bool> wants_write_sets_{false};

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<CommitRequest*> queue_;
  bool leading_ = false;
  bool commits_locked_ = false;  // The leader came by LockCommits.

  CommitNumber last_commit_;       // The leader's.
  CommitNumber schema_commit_{};   // The leader's: the last change of the schema.
  Clock::time_point next_wait_{};  // The leader's: when resuming may wait for snapshots again.

  std::mutex snapshot_mutex_;
  std::condition_variable resumed_;
  bool resuming_ = false;
  Status unreadable_;                  // Why there is no current snapshot.
  std::shared_ptr<Snapshot> current_;  // Null while resuming, and while the store is unreadable.
  std::map<CommitNumber, size_t> active_;        // Snapshots of open write transactions.
  std::map<CommitNumber, size_t> serializable_;  // Those of the serializable ones.
};

}  // namespace kith::storage

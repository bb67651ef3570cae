// SPDX-License-Identifier: Apache-2.0
// Group commit.
#include "storage/commit_pipeline.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

// A group ends where its bytes pass this: more would only add to the latency of the first.
constexpr size_t kGroupBytes = size_t{4} << 20;
// A commit of more bytes than this is not handed to the cache, whose readers then read its groups
// from RocksDB: it would be in memory once more.
constexpr size_t kKeptBytes = size_t{1} << 20;
// Commit records older than this many commits are of no use to anyone who follows.
constexpr uint64_t kKeptCommitRecords = 1 << 16;
constexpr uint64_t kRecordPruneInterval = 1 << 12;

// Whoever begins a transaction waits as well while the open ones end for resuming, so that wait is
// short and, when it was in vain, not repeated at once.
constexpr std::chrono::milliseconds kResumeWait(100);
constexpr std::chrono::milliseconds kResumeStep(1);
constexpr std::chrono::seconds kResumeInterval(1);

CommitNumber Next(CommitNumber commit) {
  return static_cast<CommitNumber>(static_cast<uint64_t>(commit) + 1);
}

Status Conflict() {
  return Status(StatusCode::kConflict,
                "another transaction changed the same data first; run this transaction again");
}

Status ReadConflict() {
  return Status(StatusCode::kConflict,
                "another transaction changed what this serializable one had read; run this "
                "transaction again");
}

void Forget(CommitNumber snapshot, std::map<CommitNumber, size_t>* open) {
  const auto found = open->find(snapshot);
  if (--found->second == 0) open->erase(found);
}

// RocksDB asserts that no batch throws while it grows, so it has its size from the beginning.
size_t BatchBytes(const std::vector<CommitRequest*>& group) {
  // The batch's header; a commit's record without its groups, and pruning.
  constexpr size_t kHeaderBytes = 12;
  constexpr size_t kRecordBytes = 128;
  constexpr size_t kRecordGroupBytes = 5;
  size_t bytes = kHeaderBytes;
  for (const CommitRequest* request : group) {
    bytes += request->ops.batch_bytes() + kRecordBytes +
             request->record.groups.size() * kRecordGroupBytes;
  }
  return bytes;
}

// Keeps the list of commit records short, but for those that the next open walks.
rocksdb::Status PruneRecords(const Store& store, CommitNumber commit, rocksdb::WriteBatch* batch) {
  const uint64_t number = static_cast<uint64_t>(commit);
  if (number % kRecordPruneInterval != 0 || number <= kKeptCommitRecords) {
    return rocksdb::Status::OK();
  }
  const std::string begin = CommitKey(CommitNumber{0});
  const std::string end =
      CommitKey(std::min(static_cast<CommitNumber>(number - kKeptCommitRecords),
                         store.in_memory() ? commit : store.superblock_commit()));
  return batch->DeleteRange(store.family(Family::kDefault), begin, end);
}

}  // namespace

CommitPipeline::CommitPipeline(Store* store)
    : store_(store),
      last_commit_(store->opened_at()),
      current_(std::make_shared<Snapshot>(store, store->opened_at())) {}

Result<std::shared_ptr<Snapshot>> CommitPipeline::AwaitCurrent(std::unique_lock<std::mutex>* lock) {
  resumed_.wait(*lock, [this] { return !resuming_; });
  if (current_ == nullptr) return unreadable_;
  return current_;
}

Result<std::shared_ptr<Snapshot>> CommitPipeline::Current() {
  std::unique_lock<std::mutex> lock(snapshot_mutex_);
  return AwaitCurrent(&lock);
}

Result<std::shared_ptr<Snapshot>> CommitPipeline::BeginWrite(TransactionMode mode) {
  std::unique_lock<std::mutex> lock(snapshot_mutex_);
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<Snapshot> snapshot, AwaitCurrent(&lock));
  ++active_[snapshot->commit()];
  if (mode == TransactionMode::kSerializable) {
    try {
      ++serializable_[snapshot->commit()];
    } catch (const std::bad_alloc&) {
      Forget(snapshot->commit(), &active_);
      throw;
    }
    wants_write_sets_.store(true, std::memory_order_relaxed);
  }
  return snapshot;
}

void CommitPipeline::EndWrite(CommitNumber snapshot, TransactionMode mode) {
  const std::lock_guard<std::mutex> lock(snapshot_mutex_);
  Forget(snapshot, &active_);
  if (mode == TransactionMode::kSerializable) Forget(snapshot, &serializable_);
}

bool CommitPipeline::ConflictsEarly(ValidationKey check, CommitNumber snapshot) {
  return table_.Conflicts({&check, 1}, snapshot);
}

Status CommitPipeline::Commit(CommitRequest* request) {
  ValidateEarly(request);
  if (!request->status.ok()) return request->status;
  std::unique_lock<std::mutex> lock(queue_mutex_);
  queue_.push_back(request);
  while (!request->done) {
    if (leading_) {
      queue_changed_.wait(lock);
      continue;
    }
    leading_ = true;
    ServeGroup(&lock);
    leading_ = false;
  }
  return request->status;
}

// The leader's; `lock` is on the queue.
void CommitPipeline::ServeGroup(std::unique_lock<std::mutex>* lock) {
  std::vector<CommitRequest*> group;
  try {
    group = TakeGroup();
  } catch (const std::bad_alloc&) {
    RefuseQueue();
    return;
  }
  lock->unlock();
  Process(group, nullptr);
  lock->lock();
  for (CommitRequest* member : group) member->done = true;
  queue_changed_.notify_all();
}

// The caller holds the queue's lock. Everyone in the queue would wait for ever otherwise.
void CommitPipeline::RefuseQueue() {
  for (CommitRequest* request : queue_) {
    request->status = store_->out_of_memory();
    request->done = true;
  }
  queue_.clear();
  queue_changed_.notify_all();
}

void CommitPipeline::TryResume() {
  if (!LeadToResume()) return;
  try {
    // Someone else may have done it while we waited.
    if (!store_->writing()) Resume();
  } catch (const std::bad_alloc&) {
    // What is left is a store that says what can be done with it.
  }
  ShowNewest();
  UnlockCommits();
}

void CommitPipeline::Show(CommitNumber commit) {
  // Declared first, so that the last snapshot goes when the lock has been given back.
  std::shared_ptr<Snapshot> next = NewSnapshot(commit);
  if (next == nullptr) return;
  const std::lock_guard<std::mutex> lock(snapshot_mutex_);
  current_.swap(next);
}

// Waits for commits and for others who resume.
bool CommitPipeline::LeadToResume() {
  std::unique_lock<std::mutex> lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return !leading_ || commits_locked_; });
  if (commits_locked_) return false;
  leading_ = true;
  return true;
}

void CommitPipeline::Resume() {
  const bool may_wait = Clock::now() >= next_wait_;
  if (!may_wait && store_->snapshots() > 1) return;
  if (!store_->MayReopen()) return;
  std::shared_ptr<Snapshot> previous;
  {
    const std::lock_guard<std::mutex> lock(snapshot_mutex_);
    previous = std::exchange(current_, nullptr);
    resuming_ = true;
  }
  previous.reset();
  if (AwaitSnapshots(may_wait)) {
    store_->Reopen();
  } else {
    next_wait_ = Clock::now() + kResumeInterval;
  }
}

// Ends resuming, whatever came of it, and makes a current snapshot where there is none.
void CommitPipeline::ShowNewest() {
  const std::lock_guard<std::mutex> lock(snapshot_mutex_);
  if (current_ == nullptr) {
    unreadable_ = store_->unreadable();
    if (unreadable_.ok()) {
      current_ = NewSnapshot(last_commit_);
      if (current_ == nullptr) unreadable_ = store_->out_of_memory();
    }
  }
  resuming_ = false;
  resumed_.notify_all();
}

// Null when memory is short: the next transaction that begins tries again.
std::shared_ptr<Snapshot> CommitPipeline::NewSnapshot(CommitNumber commit) const {
  try {
    return std::make_shared<Snapshot>(store_, commit);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

// True when there are no snapshots. Those who hold one and wait for their commits are served: the
// commits fail, or succeed where only a flush or compaction has failed.
bool CommitPipeline::AwaitSnapshots(bool may_wait) {
  const Clock::time_point end = Clock::now() + (may_wait ? kResumeWait : Clock::duration::zero());
  while (store_->snapshots() != 0) {
    if (Clock::now() >= end) return false;
    {
      std::unique_lock<std::mutex> lock(queue_mutex_);
      ServeGroup(&lock);
    }
    std::this_thread::sleep_for(kResumeStep);
  }
  return true;
}

void CommitPipeline::LockCommits() {
  std::unique_lock<std::mutex> lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return !leading_; });
  leading_ = true;
  commits_locked_ = true;
  // Whoever would resume waits no longer.
  queue_changed_.notify_all();
}

void CommitPipeline::UnlockCommits() {
  const std::lock_guard<std::mutex> lock(queue_mutex_);
  leading_ = false;
  commits_locked_ = false;
  queue_changed_.notify_all();
}

Status CommitPipeline::CommitSchema(CommitRequest* request,
                                    const std::function<void()>& published) {
  request->record.schema_changed = true;
  Process({request}, published);
  return request->status;
}

// Takes nothing when it throws.
std::vector<CommitRequest*> CommitPipeline::TakeGroup() {
  std::vector<CommitRequest*> group;
  group.reserve(queue_.size());
  size_t bytes = 0;
  while (!queue_.empty() && (group.empty() || bytes < kGroupBytes)) {
    bytes += queue_.front()->ops.bytes();
    group.push_back(queue_.front());
    queue_.pop_front();
  }
  return group;
}

// What is published already need not keep the leader, and those who wait for it.
void CommitPipeline::ValidateEarly(CommitRequest* request) {
  request->reads_hold_at = request->snapshot;
  if (request->reads == nullptr) return;
  CommitNumber published = request->snapshot;
  {
    const std::lock_guard<std::mutex> lock(snapshot_mutex_);
    if (current_ != nullptr) published = current_->commit();
  }
  request->status = ValidateReads(request, published);
}

Status CommitPipeline::ValidateReads(CommitRequest* request, CommitNumber last) {
  if (request->reads == nullptr) return Status::Ok();
  if (!history_.Unchanged(request->reads, request->reads_hold_at, last)) return ReadConflict();
  request->reads_hold_at = last;
  return Status::Ok();
}

Status CommitPipeline::Validate(CommitRequest* request) {
  if (request->folded != nullptr) return Status::Ok();
  if (request->snapshot < schema_commit_) {
    return Status(StatusCode::kConflict,
                  "the schema changed while the transaction ran; run this transaction again");
  }
  if (table_.Conflicts(request->checks, request->snapshot)) return Conflict();
  // Up to those of the same group that come before it.
  return ValidateReads(request, static_cast<CommitNumber>(UINT64_MAX));
}

Status CommitPipeline::Append(const CommitRequest& request, CommitNumber commit,
                              rocksdb::WriteBatch* batch) {
  batch->SetSavePoint();
  Status status = request.ops.AppendTo(*store_, commit, batch);
  rocksdb::Status record;
  if (status.ok()) {
    record = batch->Put(store_->family(Family::kDefault), CommitKey(commit),
                        EncodeCommitRecord(request.record));
    if (record.ok()) record = PruneRecords(*store_, commit, batch);
    status = FromRocksDb(record, "collecting a commit");
  }
  if (!status.ok()) batch->RollbackToSavePoint().PermitUncheckedError();
  return status;
}

void CommitPipeline::Process(const std::vector<CommitRequest*>& group,
                             const std::function<void()>& published) {
  const CommitNumber before = last_commit_;
  try {
    WriteGroup(group, published);
  } catch (const std::bad_alloc&) {
    // What is written and published stands.
    if (last_commit_ != before) return;
    table_.DropAfter(before);
    history_.DropAfter(before);
    for (CommitRequest* request : group) request->status = store_->out_of_memory();
  }
}

void CommitPipeline::WriteGroup(const std::vector<CommitRequest*>& group,
                                const std::function<void()>& published) {
  rocksdb::WriteBatch batch(BatchBytes(group));
  std::vector<CommitRequest*> accepted;
  std::vector<std::vector<GroupChange>> changes;
  CommitNumber commit = last_commit_;
  bool durable = false;
  for (CommitRequest* request : group) {
    request->status = Validate(request);
    if (request->status.ok()) request->status = Append(*request, Next(commit), &batch);
    if (request->status.ok()) {
      const bool keep = request->folded == nullptr && request->ops.bytes() <= kKeptBytes;
      changes.push_back(request->ops.Changes(Next(commit), keep));
      store_->cache().groups().Prepare(changes.back());
    }
    // The batch holds it now, and soon a memtable does: not a third copy beside them.
    request->ops = CommitOps();
    if (!request->status.ok()) continue;
    commit = Next(commit);
    request->number = commit;
    table_.Record(commit, std::move(request->marks));
    history_.Record(commit, std::move(request->writes));
    durable = durable || request->durability == Durability::kOnReturn;
    accepted.push_back(request);
  }
  if (accepted.empty()) return;
  if (Status status = store_->Write(&batch, durable); !status.ok()) {
    table_.DropAfter(last_commit_);
    history_.DropAfter(last_commit_);
    for (CommitRequest* request : accepted) request->status = status;
    return;
  }
  for (size_t i = 0; i < accepted.size(); ++i) {
    last_commit_ = Next(last_commit_);
    GroupTable& groups = store_->cache().groups();
    if (accepted[i]->folded != nullptr) {
      groups.ApplyFold(last_commit_, changes[i].front(), accepted[i]->snapshot,
                       std::move(accepted[i]->folded));
    } else {
      groups.Apply(last_commit_, std::move(changes[i]));
    }
  }
  if (published) schema_commit_ = commit;
  Publish(commit, published);
  store_->NoteCommitted(commit);
}

void CommitPipeline::Publish(CommitNumber commit, const std::function<void()>& published) {
  // Resuming waits for the snapshots to go, and ends with a new one. It is the leader who resumes.
  std::shared_ptr<Snapshot> next = resuming_ ? nullptr : NewSnapshot(commit);
  std::shared_ptr<Snapshot> previous;
  CommitNumber oldest = commit;
  CommitNumber oldest_serializable = commit;
  {
    const std::lock_guard<std::mutex> lock(snapshot_mutex_);
    if (next == nullptr) unreadable_ = store_->out_of_memory();
    previous = std::exchange(current_, std::move(next));
    if (!active_.empty()) oldest = active_.begin()->first;
    if (!serializable_.empty()) oldest_serializable = serializable_.begin()->first;
    if (published) published();
  }
  table_.Prune(oldest);
  history_.Prune(oldest_serializable);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// See fold_scheduler.h.
#include "storage/fold/fold_scheduler.h"

#include <algorithm>
#include <new>
#include <utility>

#include "storage/fold/group_fold.h"
#include "storage/snapshot.h"
#include "storage/write_set.h"

namespace kith::storage {

FoldScheduler::FoldScheduler(Store* store, CommitPipeline* pipeline, size_t bytes_per_entry)
    : store_(store), pipeline_(pipeline), bytes_per_entry_(bytes_per_entry) {
  thread_ = std::thread([this] { Run(); });
}

FoldScheduler::~FoldScheduler() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FoldScheduler::Add(GroupId group) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  try {
    if (queued_.insert(group).second) queue_.push_back(group);
  } catch (const std::bad_alloc&) {
    // It will be noticed again when it has grown.
    return;
  }
  changed_.notify_one();
}

void FoldScheduler::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const GroupId group = queue_.front();
    queue_.pop_front();
    queued_.erase(group);
    lock.unlock();
    // A fold that fails leaves everything as it was; readers and writers meet the cause themselves.
    static_cast<void>(FoldGroup(group, false));
    lock.lock();
  }
}

Status FoldScheduler::FoldNow(const std::vector<GroupId>& groups) {
  for (const GroupId group : groups) KITH_RETURN_IF_ERROR(FoldGroup(group, true));
  return Status::Ok();
}

Status FoldScheduler::FoldGroup(GroupId group, bool always) {
  const std::lock_guard<std::mutex> alone(folding_);
  if (!always && !store_->writing()) return Status::Ok();
  try {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot, pipeline_->Current());
    const BorrowedReader reader(snapshot.get());
    GroupFold fold(group, reader.get());
    KITH_RETURN_IF_ERROR(fold.Read());
    if (fold.entries() == 0) return Status::Ok();
    // Large values are worth as much again as they took.
    const uint64_t worth = std::max(fold.entries() * bytes_per_entry_, fold.entry_bytes());
    if (!always && fold.touched_bytes() > worth) return Status::Ok();
    CommitRequest request;
    request.durability = Durability::kLater;
    request.snapshot = snapshot->commit();
    request.record.groups = {group};
    // Null would be taken for a change of everything.
    request.writes = std::make_shared<const WriteSet>();
    KITH_RETURN_IF_ERROR(fold.Write(&request.ops));
    request.folded = fold.folded();
    return pipeline_->Commit(&request);
  } catch (const std::bad_alloc&) {
    return store_->out_of_memory();
  }
}

}  // namespace kith::storage

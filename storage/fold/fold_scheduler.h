// SPDX-License-Identifier: Apache-2.0
// Folds groups in the background, one at a time. A group is folded when it has so many delta
// entries that the chunks to be written again have at most `bytes_per_entry` bytes for each, or as
// many as the entries: so the bytes that are written again for one inserted relationship, two
// entries, are bounded on average.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "storage/commit_pipeline.h"

namespace kith::storage {

class FoldScheduler {
 public:
  /// Both are borrowed. Starts the thread.
  FoldScheduler(Store* store, CommitPipeline* pipeline, size_t bytes_per_entry);
  /// Lets a fold that runs come to its end, and forgets what waits.
  ~FoldScheduler();
  FoldScheduler(const FoldScheduler&) = delete;
  FoldScheduler& operator=(const FoldScheduler&) = delete;

  /// Has a group looked at. Returns at once.
  void Add(GroupId group) noexcept;
  /// Folds the groups now, whatever the policy says.
  Status FoldNow(const std::vector<GroupId>& groups);

 private:
  void Run();
  Status FoldGroup(GroupId group, bool always);

  Store* store_;
  CommitPipeline* pipeline_;
  const size_t bytes_per_entry_;
  std::mutex folding_;  ///< Held by whoever folds: never two folds of a group at once.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<GroupId> queue_;
  std::unordered_set<GroupId> queued_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kith::storage

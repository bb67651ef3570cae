// SPDX-License-Identifier: Apache-2.0
// Fills the hot-subgraph cache ahead of the queries: with what was hot when the database was closed
// last, in the background, and with what a caller names. Inside storage only.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "storage/cache/cache_stats.h"
#include "storage/commit_pipeline.h"

namespace kith::storage {

class Preloader {
 public:
  /// Both are borrowed. Starts loading what the folder's heat file names, if there is one.
  Preloader(Store* store, CommitPipeline* pipeline);
  /// Stops loading, and has the heat written for the next time.
  ~Preloader();
  Preloader(const Preloader&) = delete;
  Preloader& operator=(const Preloader&) = delete;

  /// Loads all chunks of the groups, in order, as far as the budget goes. Cancelled or Timeout when
  /// interrupted; Corruption when a chunk is damaged.
  Result<PreloadResult> Load(std::span<const GroupId> groups, const Interrupt& interrupt);
  void AddStats(CacheStats* stats) const;

 private:
  void Run(std::vector<MainKey> keys);
  Status LoadHot(const std::vector<MainKey>& keys);
  Status LoadGroup(GroupId group, SnapshotReader* reader, uint64_t pushed_out,
                   PreloadResult* result);

  Store* store_;
  CommitPipeline* pipeline_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> total_{0};
  std::atomic<uint64_t> done_{0};
  std::atomic<bool> finished_{true};  ///< With what was hot.
  std::thread thread_;
};

}  // namespace kith::storage

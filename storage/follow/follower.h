// SPDX-License-Identifier: Apache-2.0
// Keeps a store up to date with what another process commits, by a thread that looks for news every
// few milliseconds. When what it has taken from the log has become much, or does not fit what it
// has (FollowedStore), it opens another store beside the one that is read from, brings it up to
// date, and puts it in its place; transactions that run keep the old one until they end.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/result.h"
#include "storage/catalog.h"
#include "storage/follow/commit_notice.h"
#include "storage/follow/followed_store.h"
#include "storage/graph_store.h"

namespace kith::storage {

class Follower {
 public:
  /// Opens what is there, and begins to follow.
  static Result<std::unique_ptr<Follower>> Start(const GraphStoreOptions& options);
  /// Waits for the thread. A forked child, which has none, must not come here.
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// What is read from now. An error when no store that keeps up could be opened for seconds.
  Result<std::shared_ptr<FollowedStore>> Current() const;
  /// One for all stores: ids keep their names.
  Catalog& catalog() { return *catalog_; }

 private:
  using Clock = std::chrono::steady_clock;
  using Opened = Result<std::shared_ptr<FollowedStore>>;

  Follower(const GraphStoreOptions& options, std::shared_ptr<rocksdb::Cache> cache);
  void Run();
  bool Step();
  void NoteReadable(bool readable);
  bool CatchUp(const std::optional<CommitNotice>& notice);
  bool CatchUpNext(const CommitNotice& notice);
  void OpenNext();
  void TakeOpened();
  void NoteFailure(const Status& failure);
  void Adopt();

  const GraphStoreOptions options_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<Catalog> catalog_;

  // The thread's own.
  bool lost_ = false;                    ///< The store that is read from cannot be kept up to date.
  std::future<Opened> opening_;          ///< Valid while another store is being opened.
  std::shared_ptr<FollowedStore> next_;  ///< Is being brought up to date; may be null.
  Clock::time_point next_opening_{};     ///< Not before then.

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::shared_ptr<FollowedStore> current_;          ///< Only the thread replaces it.
  std::optional<Clock::time_point> failing_since_;  ///< Of openings, while lost_, or of the notice.
  bool unreadable_ = false;                         ///< The notice.
  Status failure_;
  std::thread thread_;  ///< Last, because it uses what is above.
};

}  // namespace kith::storage

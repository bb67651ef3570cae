// SPDX-License-Identifier: Apache-2.0
// The data of another process, and what that process commits, as it commits it: a store that was
// opened at one moment, and the log from there on. The log's writes are applied to the store as the
// process itself applied them, so snapshots, transactions and everything above them are as ever.
//
// Only commits that the process has announced are applied, in order and whole. Whatever does not
// fit (a write, a commit or a part of the log is missing) ends the following of this store with an
// error, and another one is opened; readers of this one are not concerned.
//
// Thread safety: CatchUp belongs to one thread; the store and the pipeline are safe from any.
#pragma once

#include <rocksdb/write_batch.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "storage/catalog.h"
#include "storage/commit_pipeline.h"
#include "storage/follow/log_tail.h"
#include "storage/store.h"

namespace kith::storage {

/// What the other process has committed, and which groups it touched.
struct FollowedCommit {
  CommitNumber number{};
  std::vector<GroupId> groups;
};

class FollowedStore {
 public:
  /// See Store::OpenToFollow.
  static Result<std::shared_ptr<FollowedStore>> Open(const GraphStoreOptions& options,
                                                     std::shared_ptr<rocksdb::Cache> cache);

  Store* store() { return store_.get(); }
  CommitPipeline* pipeline() { return &pipeline_; }
  /// The opening of the data for writing whose log this follows; 0 when nobody has announced one.
  uint64_t opening() const { return opening_; }
  /// The last commit that is here and published.
  CommitNumber newest() const { return newest_; }
  /// What has been taken from the log since, which is in memory now.
  uint64_t taken_bytes() const { return taken_bytes_; }
  /// What the log had when this was opened: about what another opening would have to read.
  uint64_t known_bytes() const { return tail_.bytes() - taken_bytes_; }

  /// Applies and publishes commits up to `announced`, some megabytes of them: true when it got on
  /// and there may be more. `catalog` learns the new names first. After an error nothing that was
  /// published has changed, and there must be no further call.
  Result<bool> CatchUp(CommitNumber announced, Catalog* catalog);

 private:
  using Clock = std::chrono::steady_clock;

  struct LoggedWrite {
    rocksdb::WriteBatch batch;
    CommitNumber first_commit{};  ///< 0: it commits nothing.
    CommitNumber last_commit{};
    bool names = false;  ///< It adds to the catalog.
    std::vector<FollowedCommit> commits;
  };

  FollowedStore(std::unique_ptr<Store> store, uint64_t opening);
  static Result<LoggedWrite> Decode(std::string record);
  Result<bool> ReadCommit();
  Status Queue(std::string record);
  void NoteChanges(const FollowedCommit& commit);
  Status ApplyQueued(Catalog* catalog);
  Status NoteMissing();

  std::unique_ptr<Store> store_;
  CommitPipeline pipeline_;
  LogTail tail_;
  const uint64_t opening_;
  CommitNumber newest_;
  rocksdb::SequenceNumber next_write_;  ///< The number that the next write must have.
  std::vector<LoggedWrite> queue_;      ///< Read, but not applied; only the last may commit.
  uint64_t taken_bytes_ = 0;
  std::optional<Clock::time_point> missing_since_;  ///< A commit was announced, and is not there.
};

}  // namespace kith::storage

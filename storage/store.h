// SPDX-License-Identifier: Apache-2.0
// The RocksDB database under a graph: opening and its checks, one write path, errors as Status.
// Only storage sees this header.
//
// A folder holds KITH (the superblock), kith.lock, kith.commit (the newest commit, for those that
// follow) and data/ (RocksDB's files). After a write has
// failed (a full disk, a broken one), every further write fails with the cause, and reads go on,
// until Reopen finds the cause gone; damage is never taken for such a cause. RocksDB's own Resume
// is not used: in 7.8 a flush that failed may leave it waiting for ever, and it goes on with the
// failed log when no memtable holds anything.
//
// Thread safety: all functions may be called from any thread, except that NoteCommitted belongs to
// the leader of the commit pipeline, and that whoever uses db() or family() needs a Snapshot, or to
// be the leader, lest Reopen replaces them meanwhile.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/wal_filter.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "storage/cache/subgraph_cache.h"
#include "storage/follow/commit_notice.h"
#include "storage/format/meta_codec.h"
#include "storage/graph_store.h"
#include "storage/lock_file.h"

namespace kith::storage {

/// Column families, in the order in which they are opened.
enum class Family : uint8_t {
  kDefault,
  kDelta,
  kMain,
  kSchema,
  kProperty,
  kText,
  kCounter,
  kVector
};
inline constexpr size_t kFamilyCount = 8;

/// The column family of a key space.
Family FamilyOf(KeySpace space);

/// What the memtables of all families may take before the largest is flushed. They and the blocks
/// share one cache, whose size is this and the block cache's.
size_t MemtableBytes(const GraphStoreOptions& options);
/// Of that size.
std::shared_ptr<rocksdb::Cache> NewBlockCache(const GraphStoreOptions& options);

class Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const GraphStoreOptions& options);
  /// Opens, read-only, what another process may be writing: a state that the data had as a whole,
  /// to which Apply adds what the other process commits afterwards. Flushes and compacts nothing,
  /// so its memory grows. `cache` is shared by the stores of one follower; tried again while files
  /// vanish in the midst of it.
  static Result<std::unique_ptr<Store>> OpenToFollow(const GraphStoreOptions& options,
                                                     std::shared_ptr<rocksdb::Cache> cache);
  /// Leaves a write that failed out of the log, where that is possible by now; makes the last
  /// commits durable when they are not yet (sync = false), writes the superblock, closes RocksDB
  /// and gives the lock back. Errors at this point lose nothing that a commit promised. In a forked
  /// child it leaves everything to the parent, memory included.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return families_[static_cast<size_t>(family)];
  }
  SubgraphCache& cache() { return *cache_; }
  const std::string& path() const { return options_.path; }
  bool read_only() const { return options_.read_only; }
  /// True in a child of the process that opened it: the parent goes on with everything.
  bool forked() const;
  bool in_memory() const { return options_.path == ":memory:"; }
  /// Where RocksDB's files are.
  std::string DataFolder() const;
  /// What the folder is read with.
  rocksdb::Env* env() const { return env_.get(); }
  /// Of a store that follows: the newest log of the other process when it was opened. All of it is
  /// here but what was written since; the write numbers say what that is. 0: there was none.
  uint64_t followed_log() const { return followed_log_; }
  /// False from a failed write, flush or compaction until Reopen has brought writing back.
  bool writing() const {
    return writing_.load(std::memory_order_acquire) &&
           !background_failed_.load(std::memory_order_acquire);
  }
  /// ResourceExhausted, and what to do, for where an allocation throws.
  const Status& out_of_memory() const { return out_of_memory_; }
  /// Why there is nothing to read from: Reopen has closed RocksDB and could not open it again. For
  /// the leader.
  const Status& unreadable() const { return unreadable_; }
  /// RocksDB takes no writes and no snapshots: the data cannot change.
  bool frozen() const { return frozen_; }
  CommitNumber newest_commit() const {
    return static_cast<CommitNumber>(newest_commit_.load(std::memory_order_acquire));
  }
  /// The commit in the superblock: the records after it are what the next open walks.
  CommitNumber superblock_commit() const {
    return static_cast<CommitNumber>(superblock_commit_.load(std::memory_order_acquire));
  }
  /// As it was last written.
  Superblock superblock() const {
    const std::lock_guard<std::mutex> lock(superblock_mutex_);
    return superblock_;
  }
  /// The newest commit when the store was opened.
  CommitNumber opened_at() const { return opened_at_; }

  /// Writes atomically. `durable` also syncs, when the store's options ask for syncing. A write
  /// that began a new log syncs the old one in any case.
  Status Write(rocksdb::WriteBatch* batch, bool durable);
  /// Writes what is not committed, and durable only after a Flush: for a folder that is being made,
  /// in which nobody looks.
  Status WriteUnlogged(rocksdb::WriteBatch* batch);
  /// Adds a write of the process that is followed. For the thread that follows.
  Status Apply(rocksdb::WriteBatch* batch);
  /// The newest value of a key; nullopt when absent.
  Result<std::optional<std::string>> Get(Family family, std::string_view key) const;
  /// A write has given this commit to RocksDB. Rewrites the superblock when memtables were flushed
  /// since it was last written, and every few thousand commits.
  void NoteCommitted(CommitNumber commit);

  /// Makes everything that was written durable, when the store's options ask for syncing.
  Status Sync();

  /// Snapshots that exist: each uses RocksDB as it is.
  int snapshots() const { return snapshots_.load(std::memory_order_acquire); }
  void NoteSnapshots(int change) { snapshots_.fetch_add(change, std::memory_order_acq_rel); }
  /// True when the cause of the failed write seems to be gone: there is room, and a file can be
  /// written. After several Reopens that were of no use it says so only now and then. For the
  /// leader of the commit pipeline.
  bool MayReopen();
  /// Replaces RocksDB by one that has every write that succeeded and nothing of the one that
  /// failed. For the leader, while there is no snapshot and nobody can take one. When writing is
  /// not possible yet, reading is; when neither is, unreadable() says so.
  void Reopen();

  /// What was hot when the folder was closed last; nothing where that is not known.
  std::vector<MainKey> ReadHeat() const;
  /// For the next open. It may fail: then there is no such file, or the one before.
  void WriteHeat(const std::vector<MainKey>& keys) const;

  Status Flush();
  /// Rewrites all files. The caller holds a Snapshot.
  Status Compact();
  Result<uint64_t> DiskBytes() const;

 private:
  using Clock = std::chrono::steady_clock;
  class Listener;
  enum class OpenMode : uint8_t { kCreate, kWrite, kRead, kFollow };

  explicit Store(const GraphStoreOptions& options);
  Status OpenFolder();
  Status MakePrivate();
  bool HasNewerLog() const;
  Result<bool> PrepareFolder();
  Status CheckAccess() const;
  Status ReadSuperblock(bool* is_new);
  /// Says in the superblock that every commit up to `flushed` is durable.
  Status WriteSuperblock(CommitNumber flushed);
  void KeepSuperblockUp();
  bool SyncLog();
  void SyncWritten();
  Status OpenDatabase(OpenMode mode, rocksdb::WalFilter* filter);
  void MakeCache();
  void LeaveInOrder();
  rocksdb::Status OpenFamilies(OpenMode mode, rocksdb::WalFilter* filter);
  void CloseDatabase();
  rocksdb::DBOptions DatabaseOptions(OpenMode mode);
  rocksdb::ColumnFamilyOptions FamilyOptions(Family family);
  void KeepInMemory(rocksdb::DBOptions* options) const;
  void KeepInMemory(rocksdb::ColumnFamilyOptions* options) const;
  Status CheckContents(bool created);
  Status CheckIdentity() const;
  Status CheckCommitRecords();
  Result<CommitNumber> NewestRecord() const;
  template <typename Call>
  bool Attempt(std::string_view doing, const Call& call);
  Status Stopped(const Status& cause) const;
  void Fail(const Status& stopped);
  Status BackgroundFailure() const;
  static bool IsPassing(const Status& cause);
  bool ForCompaction() const;
  bool MustWait() const;
  bool HasRoom() const;
  Status OpenAgain(OpenMode mode);
  rocksdb::WriteBatch IdentityBatch() const;
  std::string SuperblockPath() const;
  std::string SuperblockDraft() const;

  GraphStoreOptions options_;
  const int owner_;  ///< The process that opened it.
  std::unique_ptr<LockFile> lock_;
  std::unique_ptr<CommitNoticeWriter> notice_;  ///< Of a folder that is open for writing.
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::Env> private_env_;  ///< RocksDB's, where it follows.
  uint64_t followed_log_ = 0;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<rocksdb::Cache> block_cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> memtable_account_;
  std::unique_ptr<rocksdb::WalFilter> filter_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<SubgraphCache> cache_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  CommitNumber opened_at_{};
  std::atomic<bool> flushed_since_superblock_{false};

  mutable std::mutex superblock_mutex_;
  Superblock superblock_;
  std::atomic<uint64_t> newest_commit_{0};
  std::atomic<uint64_t> superblock_commit_{0};

  // Made beforehand: copies of them allocate nothing.
  const Status out_of_memory_;
  const Status write_out_of_memory_;

  std::mutex write_mutex_;
  Status failure_;  ///< Why the last write failed; OK when writing works.
  std::atomic<bool> writing_{true};
  rocksdb::SequenceNumber written_ = 0;  ///< RocksDB's number of the last write that succeeded.
  bool unsynced_ = false;                ///< The log ends in writes that were not synced.
  uint64_t logged_bytes_ = 0;            ///< In all, since the store was opened.
  Clock::time_point last_reopen_{};
  bool reopened_for_compaction_ = false;
  int fruitless_reopens_ = 0;  ///< For a failed write, since the last one that succeeded.

  // What the listener notes. It may take no lock that a thread holds which waits for RocksDB.
  /// RocksDB has stopped flushing and compacting, and sooner or later stops writing.
  std::atomic<bool> background_failed_{false};
  /// By an error that room does not mend.
  std::atomic<bool> compaction_failed_{false};
  /// Reopens for a compaction, since the last flush or compaction that succeeded.
  std::atomic<int> fruitless_compactions_{0};
  std::atomic<bool> log_switched_{false};  ///< Since the last sync of the log.
  mutable std::mutex background_mutex_;
  Status background_failure_;  ///< Why background_failed_.

  // The leader's, or written before anyone else could look.
  std::atomic<int> snapshots_{0};
  bool frozen_ = false;
  Status unreadable_;
};

}  // namespace kith::storage

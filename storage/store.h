// SPDX-License-Identifier: Apache-2.0
// The RocksDB database under a graph: opening and its checks, one write path, errors as Status.
// Only storage sees this header.
//
// A folder holds KITH (the superblock), kith.lock and data/ (RocksDB's files). After a write has
// failed (a full disk, a broken one), every further write fails with the cause until the database
// is closed and opened again; reads go on.
//
// Thread safety: all functions may be called from any thread, except that NoteCommitted belongs to
// the leader of the commit pipeline.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "storage/format/meta_codec.h"
#include "storage/graph_store.h"
#include "storage/lock_file.h"

namespace kith::storage {

/// Column families, in the order in which they are opened.
enum class Family : uint8_t { kDefault, kDelta, kSchema, kProperty, kText, kCounter };
inline constexpr size_t kFamilyCount = 6;

/// The column family of a key space.
Family FamilyOf(KeySpace space);

/// What the memtables of all families may take before the largest is flushed. They and the blocks
/// share one cache, whose size is this and the block cache's.
size_t MemtableBytes(const GraphStoreOptions& options);

class Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const GraphStoreOptions& options);
  /// Makes the last commits durable when they are not yet (sync = false), writes the superblock,
  /// closes RocksDB and gives the lock back. Errors at this point lose nothing that a commit
  /// promised.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return families_[static_cast<size_t>(family)];
  }
  const std::string& path() const { return options_.path; }
  bool read_only() const { return options_.read_only; }
  bool in_memory() const { return options_.path == ":memory:"; }
  CommitNumber newest_commit() const {
    return static_cast<CommitNumber>(newest_commit_.load(std::memory_order_acquire));
  }
  /// The commit in the superblock: the records after it are what the next open walks.
  CommitNumber superblock_commit() const {
    return static_cast<CommitNumber>(superblock_commit_.load(std::memory_order_acquire));
  }
  /// The newest commit when the store was opened.
  CommitNumber opened_at() const { return opened_at_; }

  /// Writes atomically. `durable` also syncs, when the store's options ask for syncing.
  Status Write(rocksdb::WriteBatch* batch, bool durable);
  /// The newest value of a key; nullopt when absent.
  Result<std::optional<std::string>> Get(Family family, std::string_view key) const;
  /// A write has given this commit to RocksDB. Rewrites the superblock when memtables were flushed
  /// since it was last written, and every few thousand commits.
  void NoteCommitted(CommitNumber commit);

  /// Makes everything that was written durable, when the store's options ask for syncing.
  Status Sync();
  Status Flush();
  Result<uint64_t> DiskBytes() const;

 private:
  class FlushListener;

  explicit Store(const GraphStoreOptions& options);
  Status OpenFolder();
  Result<bool> PrepareFolder();
  Status CheckAccess() const;
  Status ReadSuperblock(bool* is_new);
  /// Says in the superblock that every commit up to `flushed` is durable.
  Status WriteSuperblock(CommitNumber flushed);
  void KeepSuperblockUp();
  bool SyncLog();
  Status OpenDatabase(bool create);
  rocksdb::DBOptions DatabaseOptions(bool create);
  rocksdb::ColumnFamilyOptions FamilyOptions(Family family);
  Status CheckContents(bool created);
  Status CheckCommitRecords();
  rocksdb::WriteBatch IdentityBatch() const;
  std::string DataFolder() const;
  std::string SuperblockPath() const;

  GraphStoreOptions options_;
  std::unique_ptr<LockFile> lock_;
  std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<FlushListener> listener_;
  std::shared_ptr<rocksdb::Cache> block_cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> memtable_account_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  CommitNumber opened_at_{};
  std::atomic<bool> flushed_since_superblock_{false};

  std::mutex superblock_mutex_;
  Superblock superblock_;
  std::atomic<uint64_t> newest_commit_{0};
  std::atomic<uint64_t> superblock_commit_{0};

  std::mutex write_mutex_;
  Status failure_;         ///< Why the last write failed; OK when writing works.
  bool unsynced_ = false;  ///< The log ends in writes that were not synced.
};

}  // namespace kith::storage

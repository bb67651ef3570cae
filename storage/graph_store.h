// SPDX-License-Identifier: Apache-2.0
// A graph in one folder (or in memory): the entry to storage. Holds the RocksDB database, the
// catalog, the commit pipeline and the published snapshot.
//
// One process writes; the folder's lock file names its holder. Thread safety: all functions may be
// called from any thread; transactions must end before the store is destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "storage/backup.h"
#include "storage/cache/cache_stats.h"
#include "storage/catalog.h"
#include "storage/change_sink.h"
#include "storage/check_report.h"
#include "storage/read_view.h"
#include "storage/transaction.h"

namespace rocksdb {
class FileSystem;
}

namespace kith::storage {

struct GraphStoreOptions {
  std::string path;               ///< A folder; ":memory:" keeps everything in memory.
  bool create_if_missing = true;  ///< NotFound otherwise.
  bool read_only = false;         ///< Opens what is there at this moment; writes give ReadOnly.
  /// With read_only: transactions begin at the newest commit of the process that writes.
  bool follow = false;
  bool sync = true;  ///< fdatasync before a commit returns.
  size_t block_cache_bytes = size_t{256} << 20;
  size_t hot_cache_bytes = size_t{256} << 20;  ///< Of the hot-subgraph cache; 0 keeps nothing.
  size_t write_buffer_bytes = size_t{64} << 20;
  size_t fold_min_entries = 1024;  ///< A group with fewer delta entries is never folded.
  size_t fold_bytes_per_entry =
      80;  ///< Or the entry's own, if more: at most so much is written again.
  size_t transaction_bytes_limit = size_t{1} << 30;
  /// For tests: a file system that injects faults. Null means the real one.
  std::shared_ptr<rocksdb::FileSystem> file_system;
};

class GraphStore {
 public:
  /// Opens or creates. Errors: NotFound, IoError (permission, space), Busy with the holder's host,
  /// pid and start time, Corruption (damage, or a folder that is not Kith's), Unsupported (another
  /// format version), ResourceExhausted (memory). Busy, too, where an opening before that one left
  /// RocksDB half open for lack of memory. `budget` may be null; borrowed.
  static Result<std::unique_ptr<GraphStore>> Open(const GraphStoreOptions& options,
                                                  MemoryBudget* budget = nullptr);
  virtual ~GraphStore() = default;

  virtual Catalog& catalog() = 0;
  /// Begins on the newest published snapshot. Errors: ReadOnly, unless it is to read; where another
  /// process is followed, what has kept this one from it for seconds; IoError or Corruption when a
  /// failed write has left nothing that can be read, until the disk works again; ResourceExhausted
  /// when the machine has no memory for a snapshot.
  virtual Result<std::unique_ptr<Transaction>> Begin(TransactionMode mode) = 0;

  /// Sinks see every change from now on, in the order added. Borrowed; added before the first
  /// write.
  virtual void AddChangeSink(ChangeSink* sink) = 0;

  /// Runs `change` in a write transaction while no other transaction commits, and makes every
  /// transaction that began before it fail with Conflict at its commit. For building indexes and
  /// changing the schema: what commits later saw the new schema. `published` runs after the commit
  /// and before anyone else's, to switch the in-memory schema over; it must not throw.
  virtual Status ChangeSchema(const std::function<Status(Transaction&)>& change,
                              const std::function<void()>& published) = 0;

  /// Makes every commit that has returned durable (see Durability::kLater). IoError when the disk
  /// fails or is full, and Corruption or IoError, the cause, while writing has stopped; then
  /// nothing is known of the commits since the last sync.
  virtual Status Sync() = 0;
  /// Flushes memtables to files. Tests and bulk loads.
  virtual Status Flush() = 0;
  /// Folds every group's delta into its chunks now. Tests, and after large loads. Errors: ReadOnly,
  /// and those of a commit.
  virtual Status Fold() { return Status::Ok(); }
  /// Folds everything, and has RocksDB rewrite its files without what was deleted: gives back the
  /// space now that background work gives back in time. Others read and write meanwhile.
  virtual Status Compact() { return Status::Ok(); }
  /// What the hot-subgraph cache does.
  virtual CacheStats GetCacheStats() const { return {}; }
  /// Loads the groups in which nodes have one of the labels (none: all groups) into the cache, as
  /// far as its budget goes. Cancelled, Timeout, Corruption.
  virtual Result<PreloadResult> Preload(std::span<const LabelId> labels,
                                        const Interrupt& interrupt) {
    static_cast<void>(labels);
    KITH_RETURN_IF_ERROR(interrupt.Check());
    return PreloadResult();
  }
  /// Bytes of the folder's files (memory: of live data, estimated).
  virtual Result<uint64_t> DiskBytes() = 0;
  /// A backup of what is committed, while others read and write; see storage/backup.h. Of a store
  /// in memory, too.
  virtual Result<BackupInfo> Backup(const std::string& folder, const BackupOptions& options) = 0;
  /// Reads every file against its checksums, and the records of the commits; what is wrong goes to
  /// `report`. The part of a check that is not in a ReadView (see storage/check_graph.h).
  virtual Status CheckFiles(CheckReport* report) = 0;
};

}  // namespace kith::storage

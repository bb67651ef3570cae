// SPDX-License-Identifier: Apache-2.0
// Opening a store that follows: a state of another process's data that is whole, though that
// process goes on.
//
// What makes it whole: the logs are listed and opened, then RocksDB reads the manifest, opens the
// tables that it names and reads the logs. As long as no newer log has come by the end, all writes
// that the manifest and the tables know of are in the logs that were listed or in the tables: a log
// gets its write before a table or the manifest does, and is read after them. When a newer log has
// come, its writes may be missing, and the opening is done again.
#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>

#include "storage/follow/log_tail.h"
#include "storage/follow/private_file_system.h"
#include "storage/store.h"

namespace kith::storage {
namespace {

// A flush or compaction that ends in the midst of an opening fails it. They are seconds apart, but
// where the other process has small buffers and writes as fast as it can.
constexpr int kOpenings = 40;
constexpr std::chrono::milliseconds kFirstPause(5);
constexpr std::chrono::milliseconds kMaxPause(40);

// RocksDB's limit, and more than a follower takes before it opens anew: it never flushes.
constexpr size_t kUnboundedBuffer = size_t{64} << 30;

// Neither time nor another opening changes these.
bool IsFinal(StatusCode code) {
  return code == StatusCode::kNotFound || code == StatusCode::kInvalidArgument ||
         code == StatusCode::kUnsupported || code == StatusCode::kResourceExhausted;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::OpenToFollow(const GraphStoreOptions& options,
                                                   std::shared_ptr<rocksdb::Cache> cache) {
  Status status;
  for (int opening = 0; opening < kOpenings; ++opening) {
    if (opening != 0) {
      std::this_thread::sleep_for(std::min(kFirstPause * opening, kMaxPause));
    }
    std::unique_ptr<Store> store(new Store(options));
    store->block_cache_ = cache;
    status = store->OpenFolder();
    if (status.ok() && !store->HasNewerLog()) return store;
    if (IsFinal(status.code())) break;
  }
  if (!status.ok()) return status;
  return Status(StatusCode::kBusy,
                options.path + " is written so fast that no opening saw it whole; open it again");
}

Status Store::MakePrivate() {
  const std::shared_ptr<rocksdb::FileSystem>& files = env_->GetFileSystem();
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<PrivateFileSystem> own,
                        PrivateFileSystem::Make(files, DataFolder()));
  followed_log_ = own->newest_log();
  private_env_ = rocksdb::NewCompositeEnv(own);
  return Status::Ok();
}

// Also true when that cannot be told.
bool Store::HasNewerLog() const {
  const Result<std::vector<uint64_t>> logs = LogNumbers(env_.get(), DataFolder());
  return !logs.ok() || (!logs->empty() && logs->back() > followed_log_);
}

void Store::KeepInMemory(rocksdb::DBOptions* options) const {
  options->avoid_flush_during_recovery = true;
  options->avoid_flush_during_shutdown = true;
  options->max_total_wal_size = std::numeric_limits<uint64_t>::max();
  // All tables are opened at once, before the other process deletes them.
  options->max_open_files = -1;
}

void Store::KeepInMemory(rocksdb::ColumnFamilyOptions* options) const {
  // A share of the buffer, which is meant to be of the same size as ever.
  options->memtable_prefix_bloom_size_ratio *=
      static_cast<double>(options->write_buffer_size) / static_cast<double>(kUnboundedBuffer);
  options->write_buffer_size = kUnboundedBuffer;
  options->disable_auto_compactions = true;
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// The running store: writing, failing, flushing, measuring, closing.
#include "storage/store.h"

#include <fmt/core.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <new>

#include "storage/cache/heat.h"
#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

// Bounds the commit records that an open walks, and those that cannot be pruned yet.
constexpr uint64_t kSuperblockInterval = 1 << 13;
// What a store that is closed may have written and leave to the log.
constexpr size_t kReplayedBytes = size_t{4} << 20;

}  // namespace

Family FamilyOf(KeySpace space) {
  switch (space) {
    case KeySpace::kSchema: return Family::kSchema;
    case KeySpace::kProperty: return Family::kProperty;
    case KeySpace::kText: return Family::kText;
    case KeySpace::kCounter: return Family::kCounter;
    case KeySpace::kVector: return Family::kVector;
  }
  return Family::kCounter;
}

bool Store::forked() const {
  return getpid() != owner_;
}

Store::~Store() {
  if (forked()) {
    // RocksDB would wait for threads that a child has not, and the superblock is the parent's.
    static_cast<void>(db_.release());
    return;
  }
  try {
    LeaveInOrder();
  } catch (const std::bad_alloc&) {
    // The next opening has more to check.
  }
  CloseDatabase();
}

void Store::LeaveInOrder() {
  // The log may hold all of the write that failed, which the next opening would take for a commit.
  const bool complete = superblock_.state == Superblock::State::kReady;
  if (complete && !failure_.ok() && snapshots() == 0 && MayReopen()) Reopen();
  if (db_ == nullptr || options_.read_only || in_memory()) return;
  if (!SyncLog()) return;
  // The next open would read the log again.
  if (logged_bytes_ < kReplayedBytes || !writing() || !Flush().ok()) KeepSuperblockUp();
}

void Store::CloseDatabase() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle*& handle : families_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    handle = nullptr;
  }
  db_->Close().PermitUncheckedError();
  db_.reset();
}

// What a call says that `cause` has kept from writing, and those after it.
Status Store::Stopped(const Status& cause) const {
  return cause.WithContext(
      IsPassing(cause) && !in_memory()
          ? "this was not acknowledged, and writing has stopped, while reading goes on; once "
            "its cause is gone, writing resumes with the next transaction that begins while no "
            "older one is open"
          : "this was not acknowledged, and writing has stopped, while reading goes on");
}

// The caller holds write_mutex_.
void Store::Fail(const Status& stopped) {
  failure_ = stopped;
  writing_.store(false, std::memory_order_release);
}

// Makes a call of RocksDB that writes, and says in failure_ why it could not. Where memory runs out
// in there, RocksDB's queue of writers is left as it was, in which the next write would wait for
// ever: none is tried until Reopen has replaced RocksDB. The caller holds write_mutex_.
template <typename Call>
bool Store::Attempt(std::string_view doing, const Call& call) {
  try {
    const rocksdb::Status status = call();
    if (status.ok()) return true;
    Fail(Stopped(FromRocksDb(status, fmt::format("{} {}", doing, options_.path))));
  } catch (const std::bad_alloc&) {
    Fail(write_out_of_memory_);
  }
  return false;
}

Status Store::Write(rocksdb::WriteBatch* batch, bool durable) {
  if (options_.read_only) {
    return Status(StatusCode::kReadOnly,
                  fmt::format("{} is open read-only; open it for writing", options_.path));
  }
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (!failure_.ok()) return failure_;
  rocksdb::WriteOptions options;
  options.sync = durable && options_.sync && !in_memory();
  if (!Attempt("writing to", [&] { return db_->Write(options, batch); })) return failure_;
  written_ = db_->GetLatestSequenceNumber();
  logged_bytes_ += batch->GetDataSize();
  fruitless_reopens_ = 0;
  if (!reopened_for_compaction_) fruitless_compactions_.store(0, std::memory_order_release);
  // A synced write takes the logs before it along. RocksDB syncs a log that a new one has followed
  // only when it flushes: until then a crash of the machine could take the end of the old log and
  // leave the beginning of the new one. This write has succeeded, whatever comes of the sync.
  unsynced_ = !options.sync && !in_memory();
  if (!unsynced_) log_switched_.store(false, std::memory_order_release);
  if (log_switched_.load(std::memory_order_acquire)) SyncWritten();
  return Status::Ok();
}

Status Store::WriteUnlogged(rocksdb::WriteBatch* batch) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (!failure_.ok()) return failure_;
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  if (!Attempt("writing to", [&] { return db_->Write(options, batch); })) return failure_;
  written_ = db_->GetLatestSequenceNumber();
  return Status::Ok();
}

// The log of the process that is followed has it.
Status Store::Apply(rocksdb::WriteBatch* batch) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return FromRocksDb(db_->Write(options, batch), "following " + options_.path);
}

// The caller holds write_mutex_, and writing has not failed.
void Store::SyncWritten() {
  unsynced_ = false;
  log_switched_.store(false, std::memory_order_release);
  Attempt("syncing", [&] { return db_->FlushWAL(true); });
}

rocksdb::WriteBatch Store::IdentityBatch() const {
  rocksdb::WriteBatch batch;
  const std::string id(reinterpret_cast<const char*>(superblock_.id.data()), superblock_.id.size());
  batch.Put(family(Family::kDefault), std::string(1, kIdentityKey), id).PermitUncheckedError();
  return batch;
}

Result<std::optional<std::string>> Store::Get(Family family_id, std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), family(family_id),
                                          rocksdb::Slice(key.data(), key.size()), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  KITH_RETURN_IF_ERROR(FromRocksDb(status, "reading " + options_.path));
  return std::optional<std::string>(std::move(value));
}

void Store::NoteCommitted(CommitNumber commit) {
  newest_commit_.store(static_cast<uint64_t>(commit), std::memory_order_release);
  if (notice_ != nullptr) notice_->Announce(commit);
  const uint64_t behind =
      static_cast<uint64_t>(commit) - superblock_commit_.load(std::memory_order_acquire);
  const bool flushed = flushed_since_superblock_.load(std::memory_order_acquire);
  if (in_memory() || (!flushed && behind < kSuperblockInterval)) return;
  flushed_since_superblock_.store(false, std::memory_order_release);
  if (SyncLog()) KeepSuperblockUp();
}

// True when everything that was committed is durable. A log that has failed must not be synced:
// RocksDB asserts that nobody tries.
bool Store::SyncLog() {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (failure_.ok() && unsynced_) SyncWritten();
  return failure_.ok();
}

Status Store::Sync() {
  if (!options_.sync || SyncLog()) return Status::Ok();
  const std::lock_guard<std::mutex> lock(write_mutex_);
  return failure_;
}

// A superblock that stays behind only makes the next open check less; the next commit tries again.
void Store::KeepSuperblockUp() {
  if (!WriteSuperblock(newest_commit()).ok())
    flushed_since_superblock_.store(true, std::memory_order_release);
}

// Writes wait: one that failed must stay the last of its log, and RocksDB's flush begins a new log.
std::vector<MainKey> Store::ReadHeat() const {
  std::string bytes;
  if (in_memory()) return {};
  const std::string path = options_.path + "/" + kHeatName;
  return rocksdb::ReadFileToString(env_.get(), path, &bytes).ok() ? DecodeHeat(bytes)
                                                                  : std::vector<MainKey>();
}

void Store::WriteHeat(const std::vector<MainKey>& keys) const {
  if (in_memory() || options_.read_only) return;
  const std::string path = options_.path + "/" + kHeatName;
  const std::string draft = path + ".tmp";
  // Not synced: a file that is cut short has another checksum.
  rocksdb::Status status = rocksdb::WriteStringToFile(env_.get(), EncodeHeat(keys), draft);
  if (status.ok()) status = env_->RenameFile(draft, path);
  status.PermitUncheckedError();
}

Status Store::Flush() {
  if (options_.read_only) return Status::Ok();
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (!failure_.ok()) return failure_;
  // Taken before the flush, after a write: whatever was written up to here is flushed.
  const CommitNumber flushed = newest_commit();
  const auto flush = [&] {
    return db_->Flush(rocksdb::FlushOptions(), {families_.begin(), families_.end()});
  };
  if (!Attempt("flushing", flush)) return failure_;
  return in_memory() ? Status::Ok() : WriteSuperblock(flushed);
}

Status Store::Compact() {
  // The log has it all once more.
  KITH_RETURN_IF_ERROR(Flush());
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    KITH_RETURN_IF_ERROR(FromRocksDb(db_->CompactRange(options, handle, nullptr, nullptr),
                                     "compacting " + options_.path));
  }
  return Status::Ok();
}

Result<uint64_t> Store::DiskBytes() const {
  uint64_t total = 0;
  if (in_memory()) {
    for (rocksdb::ColumnFamilyHandle* handle : families_) {
      for (const char* property : {"rocksdb.size-all-mem-tables", "rocksdb.live-sst-files-size"}) {
        uint64_t bytes = 0;
        if (db_->GetIntProperty(handle, property, &bytes)) total += bytes;
      }
    }
    return total;
  }
  for (const std::string& folder : {options_.path, DataFolder()}) {
    std::vector<std::string> names;
    KITH_RETURN_IF_ERROR(FromRocksDb(env_->GetChildren(folder, &names), "listing " + folder));
    for (const std::string& name : names) {
      // A file may vanish between listing and asking, by a compaction; then it counts nothing.
      uint64_t bytes = 0;
      bool is_folder = false;
      if (env_->IsDirectory(folder + "/" + name, &is_folder).ok() && is_folder) continue;
      if (env_->GetFileSize(folder + "/" + name, &bytes).ok()) total += bytes;
    }
  }
  return total;
}

}  // namespace kith::storage

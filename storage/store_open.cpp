// SPDX-License-Identifier: Apache-2.0
// Opening a store: the folder, its superblock, RocksDB and its options, and the checks that what is
// there is what was written.
#include <fcntl.h>
#include <fmt/core.h>
#include <rocksdb/cache.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>

#include "storage/format/delta_key.h"
#include "storage/rocksdb_status.h"
#include "storage/store.h"

namespace kith::storage {
namespace {

constexpr const char* kFamilyNames[kFamilyCount] = {"default",  "delta", "main",    "schema",
                                                    "property", "text",  "counter", "vector"};
constexpr const char* kSuperblockName = "KITH";
constexpr const char* kSuperblockDraft = "KITH.tmp";

// A counter is the sum of what was added to it.
class AddOperator final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* merged, rocksdb::Logger*) const override {
    const auto added = DecodeCounter(value.ToStringView());
    const auto before = existing == nullptr ? 0 : DecodeCounter(existing->ToStringView());
    if (!added || !before) return false;
    // Unsigned, because a sum that overflows must wrap, not be undefined.
    *merged = EncodeCounter(
        static_cast<int64_t>(static_cast<uint64_t>(*before) + static_cast<uint64_t>(*added)));
    return true;
  }
  const char* Name() const override { return "kith.Add"; }
};

// RocksDB's own log file has no reader, and on a full disk it ends the process: the second line
// that cannot be written meets an assertion.
class NoLog final : public rocksdb::Logger {
 public:
  NoLog() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

DatabaseId RandomId() {
  std::random_device device;
  DatabaseId id;
  for (uint8_t& byte : id) byte = static_cast<uint8_t>(device());
  return id;
}

Status Foreign(const std::string& path, const std::string& example) {
  return Status(StatusCode::kCorruption,
                fmt::format("{} is not a Kith database: it has no file {} but holds other files, "
                            "for example {}; choose an empty or a new folder",
                            path, kSuperblockName, example));
}

Status Absent(const std::string& path) {
  return Status(
      StatusCode::kNotFound,
      fmt::format("there is no database in {}; check the path, or allow creating one", path));
}

// Where an allocation of RocksDB's own throws while it opens, what it has begun is never ended:
// that keeps its lock, and rightly, because it may have work in the background. Nothing else in
// this process can have the lock, for it comes after ours.
bool IsAbandoned(const rocksdb::Status& status) {
  return status.IsIOError() &&
         status.ToString().find("lock hold by current process") != std::string::npos;
}

}  // namespace

// Tells the store that the superblock can say more, that a new log begins, or that a flush or
// compaction has failed; and keeps RocksDB from recovering from errors on its own, by a thread that
// polls for space.
class Store::Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(Store* store) : store_(store) {}
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    store_->flushed_since_superblock_.store(true, std::memory_order_release);
    store_->fruitless_compactions_.store(0, std::memory_order_release);
  }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& job) override {
    if (job.status.ok()) store_->fruitless_compactions_.store(0, std::memory_order_release);
  }
  void OnMemTableSealed(const rocksdb::MemTableInfo&) override {
    store_->log_switched_.store(true, std::memory_order_release);
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    const Status failure = FromRocksDb(*error, "a write, flush or compaction of " + store_->path());
    {
      const std::lock_guard<std::mutex> lock(store_->background_mutex_);
      // Damage outlasts a full disk, so it is what counts.
      Status& known = store_->background_failure_;
      if (known.ok() || failure.code() != StatusCode::kIoError) known = failure;
    }
    if (reason == rocksdb::BackgroundErrorReason::kCompaction && !error->IsNoSpace()) {
      store_->compaction_failed_.store(true, std::memory_order_release);
    }
    store_->background_failed_.store(true, std::memory_order_release);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  Store* store_;  // RocksDB is closed before the store ends.
};

size_t MemtableBytes(const GraphStoreOptions& options) {
  return 2 * options.write_buffer_bytes;
}

std::shared_ptr<rocksdb::Cache> NewBlockCache(const GraphStoreOptions& options) {
  return rocksdb::NewLRUCache(options.block_cache_bytes + MemtableBytes(options));
}

Store::Store(const GraphStoreOptions& options)
    : options_(options),
      owner_(getpid()),
      cache_(std::make_unique<SubgraphCache>(options.hot_cache_bytes, options.fold_min_entries)),
      out_of_memory_(
          Status(StatusCode::kResourceExhausted,
                 "the machine's memory is used up; free some and run this transaction again")
              .WithDetail(kOutOfMemory)),
      write_out_of_memory_(Stopped(out_of_memory_)) {}

Result<std::unique_ptr<Store>> Store::Open(const GraphStoreOptions& options) {
  if (options.path.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "the path of the database is empty; give a folder or \":memory:\"");
  }
  std::unique_ptr<Store> store(new Store(options));
  KITH_RETURN_IF_ERROR(store->OpenFolder());
  return store;
}

std::string Store::DataFolder() const {
  return in_memory() ? "/kith" : options_.path + "/data";
}

std::string Store::SuperblockPath() const {
  return options_.path + "/" + kSuperblockName;
}

std::string Store::SuperblockDraft() const {
  return options_.path + "/" + kSuperblockDraft;
}

Status Store::OpenFolder() {
  if (in_memory()) {
    env_.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    superblock_.id = RandomId();
    if (options_.read_only) return Absent(options_.path);
    KITH_RETURN_IF_ERROR(OpenDatabase(OpenMode::kCreate, nullptr));
    return CheckContents(true);
  }
  env_ = rocksdb::NewCompositeEnv(options_.file_system != nullptr ? options_.file_system
                                                                  : rocksdb::FileSystem::Default());
  KITH_ASSIGN_OR_RETURN(const bool create, PrepareFolder());
  const OpenMode mode = create               ? OpenMode::kCreate
                        : options_.follow    ? OpenMode::kFollow
                        : options_.read_only ? OpenMode::kRead
                                             : OpenMode::kWrite;
  if (options_.follow) KITH_RETURN_IF_ERROR(MakePrivate());
  KITH_RETURN_IF_ERROR(OpenDatabase(mode, nullptr));
  KITH_RETURN_IF_ERROR(CheckContents(create));
  if (options_.read_only) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(notice_, CommitNoticeWriter::Open(options_.path));
  KITH_RETURN_IF_ERROR(notice_->Begin(newest_commit()));
  superblock_.state = Superblock::State::kReady;
  return WriteSuperblock(newest_commit());
}

// Makes the folder, takes its lock and reads its superblock. True when the database is to be
// created.
Result<bool> Store::PrepareFolder() {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(options_.path, error);
  if (!std::filesystem::exists(status)) {
    if (!options_.create_if_missing || options_.read_only) return Absent(options_.path);
    // Only the last folder: a misspelt parent is an error, not a new tree.
    std::filesystem::create_directory(options_.path, error);
    if (error) {
      return Status(StatusCode::kIoError,
                    fmt::format("creating the folder {} failed: {}; check that its parent exists "
                                "and may be written",
                                options_.path, error.message()));
    }
  } else if (!std::filesystem::is_directory(status)) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("{} is a file, and a database is a folder; give another path", options_.path));
  }
  KITH_RETURN_IF_ERROR(CheckAccess());
  bool is_new = false;
  KITH_RETURN_IF_ERROR(ReadSuperblock(&is_new));
  if (is_new && (!options_.create_if_missing || options_.read_only)) return Absent(options_.path);
  if (!options_.read_only) {
    KITH_ASSIGN_OR_RETURN(lock_, LockFile::Acquire(options_.path));
    // Read again: another process may have created the database while we waited for the lock.
    KITH_RETURN_IF_ERROR(ReadSuperblock(&is_new));
  }
  const bool unfinished = superblock_.state == Superblock::State::kCreating;
  if (unfinished && options_.read_only) return Absent(options_.path);
  if (!is_new) return unfinished;
  superblock_.id = RandomId();
  KITH_RETURN_IF_ERROR(WriteSuperblock(CommitNumber{}));
  return true;
}

// Asked first, because RocksDB reports a folder that may not be read as one that is not there.
Status Store::CheckAccess() const {
  const int wanted = options_.read_only ? R_OK | X_OK : R_OK | W_OK | X_OK;
  if (faccessat(AT_FDCWD, options_.path.c_str(), wanted, AT_EACCESS) == 0) return Status::Ok();
  return Status(
      StatusCode::kIoError,
      fmt::format("the folder {} cannot be opened for {}: {}; check its owner and its "
                  "permissions",
                  options_.path, options_.read_only ? "reading" : "writing", std::strerror(errno)));
}

// `*is_new`: the folder holds nothing, or what an interrupted creation left before its superblock.
Status Store::ReadSuperblock(bool* is_new) {
  *is_new = false;
  const std::string path = SuperblockPath();
  const rocksdb::Status exists = env_->FileExists(path);
  if (exists.ok()) {
    std::string bytes;
    KITH_RETURN_IF_ERROR(
        FromRocksDb(rocksdb::ReadFileToString(env_.get(), path, &bytes), "reading " + path));
    KITH_ASSIGN_OR_RETURN(superblock_, DecodeSuperblock(bytes, path));
    return Status::Ok();
  }
  if (!exists.IsNotFound()) return FromRocksDb(exists, "looking for " + path);
  std::vector<std::string> names;
  KITH_RETURN_IF_ERROR(
      FromRocksDb(env_->GetChildren(options_.path, &names), "listing " + options_.path));
  for (const std::string& name : names) {
    if (name != "." && name != ".." && name != LockFile::kName && name != kSuperblockDraft) {
      return Foreign(options_.path, name);
    }
  }
  *is_new = true;
  return Status::Ok();
}

// Atomic: a crash leaves the old file or the new one.
Status Store::WriteSuperblock(CommitNumber flushed) {
  const std::lock_guard<std::mutex> lock(superblock_mutex_);
  Superblock block = superblock_;
  block.flushed = std::max(block.flushed, flushed);
  const std::string draft = SuperblockDraft();
  rocksdb::Status status =
      rocksdb::WriteStringToFile(env_.get(), EncodeSuperblock(block), draft, true);
  if (status.ok()) status = env_->RenameFile(draft, SuperblockPath());
  std::unique_ptr<rocksdb::Directory> folder;
  if (status.ok()) status = env_->NewDirectory(options_.path, &folder);
  if (status.ok()) status = folder->Fsync();
  if (status.ok()) {
    superblock_.flushed = block.flushed;
    superblock_commit_.store(static_cast<uint64_t>(block.flushed), std::memory_order_release);
  }
  return FromRocksDb(status, "writing " + SuperblockPath());
}

rocksdb::DBOptions Store::DatabaseOptions(OpenMode mode) {
  rocksdb::DBOptions options;
  options.env = options_.follow ? private_env_.get() : env_.get();
  options.create_if_missing = mode == OpenMode::kCreate;
  options.create_missing_column_families = mode == OpenMode::kCreate;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // One leader writes at a time, so parallel inserts into a memtable only cost.
  options.allow_concurrent_memtable_write = false;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.write_buffer_manager = memtable_account_;
  options.max_total_wal_size = 4 * options_.write_buffer_bytes;
  options.avoid_unnecessary_blocking_io = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<NoLog>();
  options.max_bgerror_resume_count = 0;
  if (mode == OpenMode::kFollow) KeepInMemory(&options);
  listener_ = std::make_shared<Listener>(this);
  options.listeners.push_back(listener_);
  return options;
}

// Index keys begin with the id of their index.
constexpr size_t kIndexPrefixBytes = 4;

rocksdb::ColumnFamilyOptions Store::FamilyOptions(Family family) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.block_size = size_t{8} << 10;
  table.block_cache = block_cache_;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.write_buffer_size = options_.write_buffer_bytes;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  if (family == Family::kDelta) {
    // Readers take all entries of a group: filters say which files have some.
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kDeltaPrefixBytes));
    options.memtable_prefix_bloom_size_ratio = 0.02;
    table.whole_key_filtering = false;
  }
  // Floats do not compress.
  if (family == Family::kVector) options.compression = rocksdb::kNoCompression;
  if (family == Family::kProperty || family == Family::kText || family == Family::kVector) {
    // A commit's keys of one index come sorted: each is looked for from where the last one went.
    options.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(kIndexPrefixBytes));
  }
  if (family == Family::kCounter) {
    options.merge_operator = std::make_shared<AddOperator>();
    // Bounds what a read of a busy counter has to add up.
    options.max_successive_merges = 64;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (options_.follow) KeepInMemory(&options);
  return options;
}

Status Store::OpenDatabase(OpenMode mode, rocksdb::WalFilter* filter) {
  if (mode == OpenMode::kCreate && !in_memory()) {
    // What an interrupted creation left has never been promised to anyone.
    std::error_code error;
    std::filesystem::remove_all(DataFolder(), error);
    KITH_RETURN_IF_ERROR(
        FromRocksDb(env_->CreateDirIfMissing(DataFolder()), "creating " + DataFolder()));
  }
  if (memtable_account_ == nullptr) MakeCache();
  const rocksdb::Status status = OpenFamilies(mode, filter);
  if (status.IsInvalidArgument() || status.IsPathNotFound() || status.IsNotFound()) {
    return Status(StatusCode::kCorruption,
                  fmt::format("{} has a superblock, but its data in {} is missing or incomplete "
                              "({}); restore the folder from a backup",
                              options_.path, DataFolder(), status.ToString()));
  }
  if (IsAbandoned(status)) {
    return Status(StatusCode::kBusy,
                  fmt::format("{} was being opened in this process when memory ran out, and what "
                              "had been begun still holds it; start the process again",
                              options_.path));
  }
  KITH_RETURN_IF_ERROR(FromRocksDb(status, "opening " + options_.path));
  frozen_ = mode == OpenMode::kRead;
  written_ = db_->GetLatestSequenceNumber();
  return Status::Ok();
}

// Eight families have memtables; the account flushes one when their sum passes its size. Until that
// is done, and for a commit that alone is larger, they take more: then the cache, in which their
// bytes count, has fewer blocks. Where nothing is flushed, the account only counts.
void Store::MakeCache() {
  const size_t memtable_bytes = MemtableBytes(options_);
  if (block_cache_ == nullptr) block_cache_ = NewBlockCache(options_);
  memtable_account_ = std::make_shared<rocksdb::WriteBufferManager>(
      options_.follow ? 0 : memtable_bytes, block_cache_);
}

rocksdb::Status Store::OpenFamilies(OpenMode mode, rocksdb::WalFilter* filter) {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (size_t i = 0; i < kFamilyCount; ++i) {
    descriptors.emplace_back(kFamilyNames[i], FamilyOptions(static_cast<Family>(i)));
  }
  rocksdb::DBOptions options = DatabaseOptions(mode);
  options.wal_filter = filter;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status =
      mode == OpenMode::kRead
          ? rocksdb::DB::OpenForReadOnly(options, DataFolder(), descriptors, &handles, &db)
          : rocksdb::DB::Open(options, DataFolder(), descriptors, &handles, &db);
  if (!status.ok()) return status;
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), families_.begin());
  return status;
}

// The superblock and the data must belong together, and no commit that was flushed may be missing.
Status Store::CheckContents(bool created) {
  if (created) {
    rocksdb::WriteBatch batch = IdentityBatch();
    return Write(&batch, true);
  }
  KITH_RETURN_IF_ERROR(CheckIdentity());
  return CheckCommitRecords();
}

Status Store::CheckIdentity() const {
  const std::string key(1, kIdentityKey);
  const std::string id(reinterpret_cast<const char*>(superblock_.id.data()), superblock_.id.size());
  KITH_ASSIGN_OR_RETURN(const std::optional<std::string> stored, Get(Family::kDefault, key));
  if (stored != id) {
    return Status(StatusCode::kCorruption,
                  fmt::format("{} does not belong to the data beside it (database id {}): files of "
                              "two databases were mixed; restore the whole folder from one backup",
                              SuperblockPath(), DatabaseIdText(superblock_.id)));
  }
  return Status::Ok();
}

// The newest commit that the data has; 0 for none.
Result<CommitNumber> Store::NewestRecord() const {
  const std::unique_ptr<rocksdb::Iterator> records(
      db_->NewIterator(rocksdb::ReadOptions(), family(Family::kDefault)));
  CommitNumber newest{};
  records->SeekForPrev(CommitKey(static_cast<CommitNumber>(UINT64_MAX)));
  if (records->Valid()) {
    newest = CommitOfRecordKey(records->key().ToStringView()).value_or(newest);
  }
  KITH_RETURN_IF_ERROR(FromRocksDb(records->status(), "reading the commits of " + options_.path));
  return newest;
}

Status Store::CheckCommitRecords() {
  KITH_ASSIGN_OR_RETURN(const CommitNumber last, NewestRecord());
  const uint64_t newest = static_cast<uint64_t>(last);
  const std::unique_ptr<rocksdb::Iterator> records(
      db_->NewIterator(rocksdb::ReadOptions(), family(Family::kDefault)));
  const uint64_t flushed = static_cast<uint64_t>(superblock_.flushed);
  if (newest < flushed) {
    return Status(StatusCode::kCorruption,
                  fmt::format("{} ends at commit {}, but commit {} was on disk already: files were "
                              "lost or replaced by older ones; restore the whole folder from a "
                              "backup",
                              options_.path, newest, flushed));
  }
  uint64_t expected = flushed + 1;
  for (records->Seek(CommitKey(static_cast<CommitNumber>(expected))); expected <= newest;
       records->Next(), ++expected) {
    const bool there = records->Valid() && CommitOfRecordKey(records->key().ToStringView()) ==
                                               static_cast<CommitNumber>(expected);
    if (!there) {
      return Status(StatusCode::kCorruption,
                    fmt::format("{} has commit {} but not commit {}: part of its log is lost; "
                                "restore the folder from a backup",
                                options_.path, newest, expected));
    }
  }
  KITH_RETURN_IF_ERROR(FromRocksDb(records->status(), "reading the commits of " + options_.path));
  opened_at_ = static_cast<CommitNumber>(newest);
  superblock_commit_.store(flushed, std::memory_order_release);
  newest_commit_.store(newest, std::memory_order_release);
  return Status::Ok();
}

}  // namespace kith::storage

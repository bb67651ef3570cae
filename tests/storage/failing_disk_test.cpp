// SPDX-License-Identifier: Apache-2.0
// Failures that do not simply pass: what is closed before writing resumed, a disk that cannot even
// be read, one that never lets writing resume, damage, a failure while the schema changes, and a
// power failure between two logs.
#include <fmt/core.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <new>
#include <set>
#include <thread>

#include "tests/storage/fault_file_system.h"
#include "tests/storage/numbered_workload.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

using FaultMode = FaultFileSystem::Mode;

// A store with small memtables on a disk that can fail, and transactions in it that can be checked.
class FailingStore {
 public:
  FailingStore() { Open(); }

  GraphStore& store() { return *store_; }
  FaultFileSystem& disk() { return *disk_; }
  std::string data() const { return folder_.database() + "/data"; }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string database() const { return folder_.database(); }

  void Open() {
    GraphStoreOptions options;
    options.path = folder_.database();
    options.block_cache_bytes = size_t{1} << 20;
    options.write_buffer_bytes = size_t{64} << 10;
    options.file_system = disk_;
    auto store = GraphStore::Open(options);
    INFO(store.status().ToString());
    REQUIRE(store.ok());
    store_ = *std::move(store);
    auto workload = NumberedWorkload::Make(store_.get());
    REQUIRE(workload.ok());
    workload_ = std::make_unique<NumberedWorkload>(*std::move(workload));
  }
  void Close() { store_.reset(); }

  /// Runs the next numbered transaction.
  Status Run() {
    Status status = workload_->Run(last_ + 1);
    if (status.ok()) ++last_;
    return status;
  }
  /// What was acknowledged is there, and nothing else.
  void RequireLast() {
    const Result<int64_t> found = workload_->Check();
    INFO(found.status().ToString());
    REQUIRE(found.ok());
    REQUIRE(*found == last_);
  }
  /// Fails one commit at its sync; the disk works afterwards.
  void FailOnce() {
    disk_->Arm(FaultMode::kNoSpaceAtSync, 1);
    REQUIRE(Run().code() == StatusCode::kIoError);
    disk_->Heal();
  }

 private:
  TemporaryFolder folder_;
  std::shared_ptr<FaultFileSystem> disk_ = std::make_shared<FaultFileSystem>();
  std::unique_ptr<GraphStore> store_;
  std::unique_ptr<NumberedWorkload> workload_;
  int64_t last_ = 0;
};

std::set<std::string> FilesWith(const std::string& extension, const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) names.insert(entry.path().filename().string());
  }
  return names;
}

// Changes a byte of the first block.
void Damage(const std::string& path) {
  constexpr std::streamoff kInFirstBlock = 10;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(kInFirstBlock);
  const int byte = file.get();
  file.seekp(kInFirstBlock);
  file.put(static_cast<char>(byte ^ 0x5A));
  REQUIRE(file.good());
}

Status PutPair(GraphStore& store, const std::string& value, Durability durability) {
  auto transaction = store.Begin(TransactionMode::kWrite);
  if (!transaction.ok()) return transaction.status();
  for (const char* key : {"a", "z"}) {
    const Status status = (*transaction)->keys().Put(KeySpace::kProperty, key, value);
    if (!status.ok()) return status;
  }
  return (*transaction)->Commit(durability);
}

// Keeps RocksDB from flushing: every thread that does it waits for the end of this.
class FlushBlock {
 public:
  FlushBlock() {
    rocksdb::Env* env = rocksdb::Env::Default();
    const int threads = env->GetBackgroundThreads(rocksdb::Env::HIGH);
    std::unique_lock<std::mutex> lock(mutex_);
    for (int i = 0; i < threads; ++i) env->Schedule(&Wait, this, rocksdb::Env::HIGH);
    changed_.wait(lock, [&] { return waiting_ == threads; });
  }
  ~FlushBlock() {
    std::unique_lock<std::mutex> lock(mutex_);
    over_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return waiting_ == 0; });
  }
  FlushBlock(const FlushBlock&) = delete;
  FlushBlock& operator=(const FlushBlock&) = delete;

 private:
  static void Wait(void* self) {
    FlushBlock& block = *static_cast<FlushBlock*>(self);
    std::unique_lock<std::mutex> lock(block.mutex_);
    ++block.waiting_;
    block.changed_.notify_all();
    block.changed_.wait(lock, [&] { return block.over_; });
    --block.waiting_;
    block.changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool over_ = false;
};

}  // namespace

TEST_CASE("a commit that failed does not come back after closing, when the disk works by then",
          "[storage]") {
  const FaultMode mode =
      GENERATE(FaultMode::kNoSpace, FaultMode::kNoSpaceTorn, FaultMode::kNoSpaceAtSync);
  const bool flush = GENERATE(false, true);
  INFO("mode " << static_cast<int>(mode) << ", flush " << flush);
  FailingStore failing;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i <= round; ++i) REQUIRE(failing.Run().ok());
    failing.disk().Arm(mode, 1);
    if (flush) CHECK_FALSE(failing.store().Flush().ok());
    const Status status = failing.Run();
    INFO(status.ToString());
    REQUIRE(status.code() == StatusCode::kIoError);
    CHECK(status.message().find("not acknowledged") != std::string::npos);
    failing.disk().Heal();
    failing.Close();
    failing.Open();
    failing.RequireLast();
  }
}

TEST_CASE("a commit that failed is there whole or not at all after closing on a full disk",
          "[storage]") {
  const FaultMode mode =
      GENERATE(FaultMode::kNoSpace, FaultMode::kNoSpaceTorn, FaultMode::kNoSpaceAtSync);
  INFO("mode " << static_cast<int>(mode));
  const TemporaryFolder folder;
  auto disk = std::make_shared<FaultFileSystem>();
  GraphStoreOptions options;
  options.path = folder.database();
  options.file_system = disk;
  {
    auto store = GraphStore::Open(options);
    REQUIRE(store.ok());
    auto workload = NumberedWorkload::Make(store->get());
    REQUIRE(workload.ok());
    REQUIRE(workload->Run(1).ok());
    REQUIRE(workload->Run(2).ok());
    disk->Arm(mode, 1);
    REQUIRE(workload->Run(3).code() == StatusCode::kIoError);
  }
  disk->Heal();
  auto store = GraphStore::Open(options);
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  auto workload = NumberedWorkload::Make(store->get());
  REQUIRE(workload.ok());
  const Result<int64_t> last = workload->Check();
  INFO(last.status().ToString());
  REQUIRE(last.ok());
  CHECK((*last == 2 || *last == 3));
}

TEST_CASE("a disk that could not be read either is read again once it can be", "[storage]") {
  FailingStore failing;
  for (int i = 0; i < 3; ++i) REQUIRE(failing.Run().ok());
  failing.FailOnce();
  failing.disk().FailReads(true);
  CHECK(failing.Run().code() == StatusCode::kIoError);
  for (int i = 0; i < 3; ++i) {
    CHECK(failing.store().Begin(TransactionMode::kRead).status().code() == StatusCode::kIoError);
  }
  failing.disk().FailReads(false);
  // By a reader; no transaction to write begins.
  failing.RequireLast();
  REQUIRE(failing.Run().ok());
  failing.RequireLast();
  failing.Close();
  failing.Open();
  failing.RequireLast();
}

TEST_CASE("a disk that never lets writing resume is not tried by every transaction", "[storage]") {
  FailingStore failing;
  for (int i = 0; i < 3; ++i) REQUIRE(failing.Run().ok());
  failing.FailOnce();
  failing.disk().FailOpenings(true);
  constexpr int kTransactions = 200;
  const int before = failing.disk().openings();
  for (int i = 0; i < kTransactions; ++i) REQUIRE(failing.Run().code() == StatusCode::kIoError);
  const int tried = failing.disk().openings() - before;
  CHECK(tried > 0);
  CHECK(tried < kTransactions / 2);
  failing.RequireLast();
  failing.disk().FailOpenings(false);
  while (!failing.Run().ok()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  failing.RequireLast();
}

TEST_CASE("a compaction that meets damage stops writing, and nothing is opened anew", "[storage]") {
  FailingStore failing;
  const std::string value(200, 'v');
  // The files overlap, so that compacting them is more than moving them.
  for (int i = 0; i < 3; ++i) {
    REQUIRE(PutPair(failing.store(), value, Durability::kOnReturn).ok());
    REQUIRE(failing.store().Flush().ok());
  }
  for (const std::string& name : FilesWith(".sst", failing.data())) {
    Damage(failing.data() + "/" + name);
  }
  const int before = failing.disk().openings();
  REQUIRE(PutPair(failing.store(), value, Durability::kOnReturn).ok());
  // The fourth file calls for a compaction, which may fail before the flush has returned.
  Status status = failing.store().Flush();
  while (status.ok()) {
    status = PutPair(failing.store(), value, Durability::kOnReturn);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  INFO(status.ToString());
  CHECK(status.code() == StatusCode::kCorruption);
  CHECK(status.message().find("resumes") == std::string::npos);
  for (int i = 0; i < 3; ++i) {
    CHECK(PutPair(failing.store(), value, Durability::kOnReturn).code() == StatusCode::kCorruption);
  }
  CHECK(failing.disk().openings() == before);
  CHECK(failing.store().Begin(TransactionMode::kRead).ok());
}

TEST_CASE("while only compactions lack room, commits succeed, and with room they are run again",
          "[storage]") {
  FailingStore failing;
  GraphStore& store = failing.store();
  const auto commit_of = [&] {
    return static_cast<int>((*store.Begin(TransactionMode::kRead))->view().commit_number());
  };
  const std::string value(200, 'v');
  auto open = store.Begin(TransactionMode::kWrite);
  REQUIRE(open.ok());
  REQUIRE((*open)->keys().Put(KeySpace::kProperty, "open", value).ok());
  const int before = failing.disk().openings();
  failing.disk().FailCompactions(true);
  // The files overlap, and four call for a compaction.
  int commits = 0;
  std::set<std::string> files;
  while (failing.disk().failed_compactions() == 0) {
    REQUIRE(PutPair(store, value, Durability::kOnReturn).ok());
    ++commits;
    if (commits <= 4) REQUIRE(store.Flush().ok());
    if (commits == 3) files = FilesWith(".sst", failing.data());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  failing.disk().FailCompactions(false);
  // The transaction that is open keeps RocksDB from being opened anew, and nobody from committing.
  for (int i = 0; i < 3; ++i, ++commits) {
    REQUIRE(PutPair(store, value, Durability::kOnReturn).ok());
    CHECK(commit_of() == commits + 1);
  }
  CHECK(failing.disk().openings() == before);
  // It commits while others wait for its end, or before or after: then all find it there.
  Status put;  // Catch's macros belong to one thread.
  std::thread other([&] { put = PutPair(store, value, Durability::kOnReturn); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK((*open)->Commit().ok());
  open->reset();
  other.join();
  CHECK(put.ok());
  commits += 2;
  CHECK(commit_of() == commits);
  while (failing.disk().openings() == before) {
    REQUIRE(PutPair(store, value, Durability::kOnReturn).ok());
    CHECK(commit_of() == ++commits);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(failing.disk().openings() == before + 1);
  const auto compacted = [&] {
    const std::set<std::string> now = FilesWith(".sst", failing.data());
    return !std::includes(now.begin(), now.end(), files.begin(), files.end());
  };
  while (!compacted()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  failing.Close();
  failing.Open();
  CHECK(static_cast<int>(
            (*failing.store().Begin(TransactionMode::kRead))->view().commit_number()) == commits);
}

TEST_CASE("a failure while the schema changes keeps nobody waiting", "[storage]") {
  FailingStore failing;
  for (int i = 0; i < 3; ++i) REQUIRE(failing.Run().ok());
  const Status status = failing.store().ChangeSchema(
      [&](Transaction& transaction) -> Status {
        KITH_RETURN_IF_ERROR(transaction.keys().Put(KeySpace::kSchema, "test", "1"));
        failing.disk().Arm(FaultMode::kNoSpace, 1);
        CHECK(failing.store().Flush().code() == StatusCode::kIoError);
        failing.disk().Heal();
        // Nothing can resume in here, and who begins must not wait for it.
        CHECK(failing.store().Begin(TransactionMode::kWrite).ok());
        CHECK(failing.store().Begin(TransactionMode::kRead).ok());
        return Status::Ok();
      },
      [] { FAIL("a change that failed is published"); });
  CHECK(status.code() == StatusCode::kIoError);
  failing.RequireLast();
  REQUIRE(failing.Run().ok());
  failing.RequireLast();
}

TEST_CASE("a change of the schema that throws keeps nobody waiting", "[storage]") {
  FailingStore failing;
  const auto change = [](Transaction&) -> Status { throw std::bad_alloc(); };
  CHECK_THROWS_AS(failing.store().ChangeSchema(change, [] {}), std::bad_alloc);
  REQUIRE(failing.Run().ok());
  failing.RequireLast();
}

TEST_CASE("a power failure just after a new log began leaves no gap between commits", "[storage]") {
  FailingStore failing;
  const std::string value(4'000, 'v');
  const std::string copy = failing.path("copy");
  const std::set<std::string> old_logs = FilesWith(".log", failing.data());
  int commits = 0;
  {
    // A flush would sync the old log before it deletes it.
    const FlushBlock block;
    while (FilesWith(".log", failing.data()) == old_logs) {
      REQUIRE(commits < 100);
      REQUIRE(PutPair(failing.store(), value, Durability::kLater).ok());
      ++commits;
    }
    // The kernel had written the new log, by chance, and of the old one only what it had to.
    std::filesystem::copy(failing.database(), copy, std::filesystem::copy_options::recursive);
    std::filesystem::remove(copy + "/kith.lock");
    for (const std::string& name : old_logs) {
      std::filesystem::resize_file(copy + "/data/" + name,
                                   failing.disk().SyncedBytes(failing.data() + "/" + name));
    }
  }
  GraphStoreOptions options;
  options.path = copy;
  const auto store = GraphStore::Open(options);
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  auto reader = (*store)->Begin(TransactionMode::kRead);
  REQUIRE(reader.ok());
  CHECK(static_cast<int>((*reader)->view().commit_number()) == commits);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// A disk that fails for good or once, hangs, tears a write, forgets what was not synced, or is
// full, at every operation of a small workload: afterwards every acknowledged transaction is there
// whole, a check finds nothing, and nobody crashes.
#include <rocksdb/env.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/clean_database.h"
#include "tests/storage/fault_file_system.h"
#include "tests/storage/numbered_workload.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

constexpr int64_t kTransactions = 6;

GraphStoreOptions OptionsFor(const std::string& path, std::shared_ptr<FaultFileSystem> system) {
  GraphStoreOptions options;
  options.path = path;
  options.block_cache_bytes = size_t{1} << 20;
  options.write_buffer_bytes = size_t{64} << 10;
  options.file_system = std::move(system);
  // Only when the workload says so: every run is to do the same operations.
  options.fold_min_entries = SIZE_MAX;
  return options;
}

// Opens, runs transactions with a flush and folds between them, closes. Returns the last
// acknowledged one.
int64_t RunWorkload(const GraphStoreOptions& options, Status* status) {
  int64_t acknowledged = 0;
  auto store = GraphStore::Open(options);
  *status = store.status();
  if (!store.ok()) return 0;
  auto workload = NumberedWorkload::Make(store->get());
  *status = workload.status();
  if (!workload.ok()) return 0;
  for (int64_t i = 1; i <= kTransactions; ++i) {
    *status = workload->Run(i);
    if (!status->ok()) return acknowledged;
    acknowledged = i;
    if (i == kTransactions / 2) *status = (*store)->Flush();
    if (i % 2 == 0 && status->ok()) *status = (*store)->Fold();
    if (!status->ok()) return acknowledged;
  }
  return acknowledged;
}

Result<int64_t> Reopened(const std::string& path) {
  KITH_ASSIGN_OR_RETURN(const auto store, GraphStore::Open(OptionsFor(path, nullptr)));
  KITH_ASSIGN_OR_RETURN(NumberedWorkload workload, NumberedWorkload::Make(store.get()));
  if (std::string wrong = WrongIn(store.get()); !wrong.empty()) {
    return Status(StatusCode::kInternal, std::move(wrong));
  }
  return workload.Check();
}

// A fault in a flush costs a second, which RocksDB's flushing thread waits before it would try
// again: so many faults are tried side by side.
constexpr int kSideBySide = 16;

struct FaultOutcome {
  Status status;
  int64_t acknowledged = 0;
  Result<int64_t> last = int64_t{0};
};

// Called from several threads, so without assertions of the test.
FaultOutcome RunWithFault(const std::string& path, FaultFileSystem::Mode mode, uint64_t at,
                          bool drop) {
  auto system = std::make_shared<FaultFileSystem>();
  system->Arm(mode, at);
  FaultOutcome outcome;
  outcome.acknowledged = RunWorkload(OptionsFor(path, system), &outcome.status);
  if (drop) system->DropUnsynced();
  outcome.last = Reopened(path);
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return outcome;
}

}  // namespace

TEST_CASE("a fault at any I/O operation loses no acknowledged transaction", "[storage]") {
  uint64_t total = 0;
  {
    const TemporaryFolder folder;
    auto system = std::make_shared<FaultFileSystem>();
    Status status;
    REQUIRE(RunWorkload(OptionsFor(folder.database(), system), &status) == kTransactions);
    total = system->operations();
  }
  INFO("operations " << total);
  REQUIRE(total > 50);
  using Mode = FaultFileSystem::Mode;
  const auto mode = GENERATE(Mode::kError, Mode::kOnce, Mode::kDelay, Mode::kTear);
  const bool drop = GENERATE(false, true);
  rocksdb::Env::Default()->SetBackgroundThreads(kSideBySide, rocksdb::Env::Priority::HIGH);
  const TemporaryFolder folder;
  std::vector<FaultOutcome> outcomes(total);
  std::atomic<uint64_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kSideBySide; ++i) {
    threads.emplace_back([&] {
      for (uint64_t at = ++next; at <= total; at = ++next) {
        outcomes[at - 1] = RunWithFault(folder.path() + "/" + std::to_string(at), mode, at, drop);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int failed = 0;
  for (uint64_t at = 1; at <= total; ++at) {
    const auto& [status, acknowledged, last] = outcomes[at - 1];
    INFO("fault at operation " << at << ", dropping unsynced " << drop << ", acknowledged "
                               << acknowledged << ", " << status.ToString());
    if (!status.ok()) ++failed;
    if (!status.ok()) CHECK(status.code() == StatusCode::kIoError);
    INFO(last.status().ToString());
    REQUIRE(last.ok());
    CHECK(*last >= acknowledged);
    CHECK(*last <= acknowledged + 1);
  }
  if (mode == Mode::kDelay) {
    CHECK(failed == 0);
  } else {
    CHECK(failed > (mode == Mode::kOnce ? 5 : 20));
  }
}

TEST_CASE("of commits that are to be durable later, a crash of the machine takes only the newest",
          "[storage]") {
  const TemporaryFolder folder;
  auto system = std::make_shared<FaultFileSystem>();
  {
    const auto store = GraphStore::Open(OptionsFor(folder.database(), system)).value();
    const auto create = [&](Durability durability) {
      const auto writer = store->Begin(TransactionMode::kWrite).value();
      REQUIRE(writer->CreateNode({}, {}).ok());
      return writer->Commit(durability);
    };
    for (int i = 0; i < 3; ++i) REQUIRE(create(Durability::kLater).ok());
    REQUIRE(store->Sync().ok());
    REQUIRE(create(Durability::kLater).ok());
    REQUIRE(create(Durability::kOnReturn).ok());
    for (int i = 0; i < 3; ++i) REQUIRE(create(Durability::kLater).ok());
    // The sync fails, so that closing does not do its work either.
    system->Arm(FaultFileSystem::Mode::kError, 1);
    CHECK(store->Sync().code() == StatusCode::kIoError);
    CHECK(create(Durability::kLater).code() == StatusCode::kIoError);
  }
  system->DropUnsynced();
  const auto store = GraphStore::Open(OptionsFor(folder.database(), nullptr)).value();
  const auto reader = store->Begin(TransactionMode::kRead).value();
  CHECK(reader->view().GetStatistics().value()->NodeCount() == 5);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Memory that runs out while transactions commit: each is refused or succeeds, nobody waits for
// ever, later ones work, commit numbers have no gap, and what was acknowledged is there when the
// store is opened again, and nothing else.
//
// Only writing is tried. Where an allocation of RocksDB's own throws while it reads, it never gives
// back what it held, and asserts when it is closed that it did; and where it lets go of an iterator
// it allocates in destructors, which end the process.
#include "tests/storage/short_memory/allocations.h"

#include <fmt/core.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <new>
#include <thread>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

// Memtables are small: every hundred transactions or so fill one, and a commit begins another.
std::unique_ptr<GraphStore> OpenSmall(const std::string& path) {
  GraphStoreOptions options;
  options.path = path;
  options.block_cache_bytes = size_t{1} << 20;
  options.write_buffer_bytes = size_t{64} << 10;
  auto store = GraphStore::Open(options);
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  return *std::move(store);
}

// Transaction `number` of those that leave a key each and count themselves. Its commit reads
// nothing.
std::unique_ptr<Transaction> Prepare(GraphStore& store, int64_t number) {
  auto transaction = store.Begin(TransactionMode::kWrite);
  INFO(transaction.status().ToString());
  REQUIRE(transaction.ok());
  KeySpaceWriter& keys = (*transaction)->keys();
  const std::string key = fmt::format("{:08}", number);
  REQUIRE(keys.Put(KeySpace::kProperty, key, std::string(300, 'v')).ok());
  REQUIRE(keys.Lock(key).ok());
  REQUIRE(keys.Add("count", 1).ok());
  return *std::move(transaction);
}

// So many transactions are there, each whole.
void RequireCount(GraphStore& store, int64_t count) {
  const auto reader = store.Begin(TransactionMode::kRead);
  INFO(reader.status().ToString());
  REQUIRE(reader.ok());
  ReadView& view = (*reader)->view();
  REQUIRE(view.commit_number() == static_cast<CommitNumber>(count));
  REQUIRE(*view.keys().Counter("count") == count);
  int64_t keys = 0;
  const auto visit = [&](std::string_view, std::string_view) { return ++keys > 0; };
  REQUIRE(view.keys().Scan(KeySpace::kProperty, "", "", visit).ok());
  REQUIRE(keys == count);
}

// Commits, says so again, which must not seem to succeed where the first time failed, and ends.
Status CommitShort(std::unique_ptr<Transaction> transaction) {
  const ShortMemory::Participant participant;
  const Status status = transaction->Commit();
  if (!status.ok() && transaction->Commit().ok()) return Status::Ok();
  transaction.reset();
  return status;
}

Status BeginShort(GraphStore& store, TransactionMode mode) {
  const ShortMemory::Participant participant;
  return store.Begin(mode).status();
}

bool IsAllowed(const Status& status) {
  return status.ok() || status.code() == StatusCode::kResourceExhausted;
}

// Keeps the newest snapshot, and the iterators that hang on it, beyond what is tried.
std::unique_ptr<Transaction> Keep(GraphStore& store) {
  auto reader = store.Begin(TransactionMode::kRead);
  REQUIRE(reader.ok());
  return *std::move(reader);
}

}  // namespace

TEST_CASE("an allocation fails where it is to fail, and nowhere else", "[storage]") {
  const ShortMemory memory(2);
  const auto allocate = [] { ::operator delete(::operator new(1)); };
  allocate();
  CHECK(!memory.struck());
  bool first = true;
  bool second = true;
  {
    const ShortMemory::Participant participant;
    try {
      allocate();
      first = false;
      allocate();
      second = false;
    } catch (const std::bad_alloc&) {
    }
  }
  CHECK(!first);
  CHECK(second);
  CHECK(memory.struck());
}

TEST_CASE("memory that runs out at any allocation of a commit costs no more than the commit",
          "[storage]") {
  const TemporaryFolder folder;
  auto store = OpenSmall(folder.database());
  int64_t number = 0;
  int64_t count = 0;
  // Some commits allocate more than others, by beginning a memtable.
  for (int untouched = 0, at = 1; untouched < 20; ++at) {
    auto keeper = Keep(*store);
    auto transaction = Prepare(*store, ++number);
    const ShortMemory memory(at);
    const Status status = CommitShort(std::move(transaction));
    untouched = memory.struck() ? 0 : untouched + 1;
    INFO("allocation " << at << ": " << status.ToString());
    REQUIRE(IsAllowed(status));
    REQUIRE((status.ok() || memory.struck()));
    if (status.ok()) ++count;
    RequireCount(*store, count);
    keeper.reset();
    // Closing, too, may come next.
    if (at % 8 == 0) {
      store.reset();
      store = OpenSmall(folder.database());
    } else {
      REQUIRE(Prepare(*store, ++number)->Commit().ok());
      ++count;
    }
    RequireCount(*store, count);
  }
}

TEST_CASE("nobody waits for ever for a leader whose memory runs out", "[storage]") {
  const TemporaryFolder folder;
  auto store = OpenSmall(folder.database());
  int64_t number = 0;
  int64_t count = 0;
  for (int untouched = 0, at = 1; untouched < 10; ++at) {
    auto keeper = Keep(*store);
    std::array transactions{Prepare(*store, ++number), Prepare(*store, ++number)};
    std::array<Status, 2> statuses;
    std::array<std::thread, 2> threads;
    const ShortMemory memory(at);
    const auto commit = [&](size_t i) { statuses[i] = CommitShort(std::move(transactions[i])); };
    // Nobody else commits in here, so that both wait, most often, and one leads both.
    const auto start = [&](Transaction&) {
      for (size_t i = 0; i < threads.size(); ++i) threads[i] = std::thread(commit, i);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return Status(StatusCode::kCancelled, "nothing is changed");
    };
    REQUIRE(store->ChangeSchema(start, [] {}).code() == StatusCode::kCancelled);
    for (std::thread& thread : threads) thread.join();
    untouched = memory.struck() ? 0 : untouched + 1;
    for (const Status& status : statuses) {
      INFO("allocation " << at << ": " << status.ToString());
      REQUIRE(IsAllowed(status));
      REQUIRE((status.ok() || memory.struck()));
      if (status.ok()) ++count;
    }
    RequireCount(*store, count);
    keeper.reset();
    REQUIRE(Prepare(*store, ++number)->Commit().ok());
    RequireCount(*store, ++count);
  }
  store.reset();
  store = OpenSmall(folder.database());
  RequireCount(*store, count);
}

TEST_CASE("memory that runs out in a store in memory may end writing, not reading", "[storage]") {
  for (int untouched = 0, at = 1; untouched < 5; ++at) {
    auto store = OpenSmall(":memory:");
    REQUIRE(Prepare(*store, 1)->Commit().ok());
    auto keeper = Keep(*store);
    auto transaction = Prepare(*store, 2);
    const ShortMemory memory(at);
    const Status status = CommitShort(std::move(transaction));
    untouched = memory.struck() ? 0 : untouched + 1;
    int64_t count = status.ok() ? 2 : 1;
    INFO("allocation " << at << ": " << status.ToString());
    REQUIRE(IsAllowed(status));
    RequireCount(*store, count);
    const Status next = Prepare(*store, 3)->Commit();
    INFO(next.ToString());
    REQUIRE(IsAllowed(next));
    RequireCount(*store, next.ok() ? count + 1 : count);
  }
}

TEST_CASE("opening throws nothing when memory runs out, and can be tried again", "[storage]") {
  const TemporaryFolder folder;
  OpenSmall(folder.database()).reset();
  GraphStoreOptions options;
  options.path = folder.database();
  options.block_cache_bytes = size_t{1} << 20;
  options.write_buffer_bytes = size_t{64} << 10;
  // Later ones are RocksDB's own, which then keeps what it had begun, or ends the process.
  for (int at = 1; at < 1000; at += 1 + at / 8) {
    Status status;
    {
      const ShortMemory memory(at);
      const ShortMemory::Participant participant;
      status = GraphStore::Open(options).status();
    }
    INFO("allocation " << at << ": " << status.ToString());
    REQUIRE(IsAllowed(status));
    OpenSmall(folder.database()).reset();
  }
}

TEST_CASE("beginning a transaction throws nothing when memory runs out", "[storage]") {
  const TemporaryFolder folder;
  auto store = OpenSmall(folder.database());
  for (const TransactionMode mode : {TransactionMode::kRead, TransactionMode::kWrite}) {
    for (int untouched = 0, at = 1; untouched < 2; ++at) {
      const auto keeper = Keep(*store);
      const ShortMemory memory(at);
      const Status status = BeginShort(*store, mode);
      untouched = memory.struck() ? 0 : untouched + 1;
      INFO("allocation " << at << ": " << status.ToString());
      REQUIRE(IsAllowed(status));
      REQUIRE((status.ok() || memory.struck()));
    }
  }
  REQUIRE(Prepare(*store, 1)->Commit().ok());
  RequireCount(*store, 1);
}

}  // namespace kith::storage

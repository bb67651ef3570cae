// SPDX-License-Identifier: Apache-2.0
// Reading a log that another process writes: cut off anywhere, it gives the whole records before
// the cut, and the others once the rest is there.
#include "storage/follow/log_tail.h"

#include <rocksdb/env.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Append(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::vector<std::string> ReadOn(LogTail* tail) {
  std::vector<std::string> records;
  for (;;) {
    auto record = tail->Next();
    INFO(record.status().ToString());
    REQUIRE(record.ok());
    if (!record->has_value()) return records;
    records.push_back(*std::move(*record));
  }
}

/// Writes of many sizes, some of them larger than a block of the log.
void MakeLogs(const std::string& folder, std::mt19937_64* random) {
  GraphStoreOptions options;
  options.path = folder;
  options.sync = false;
  auto store = GraphStore::Open(options);
  REQUIRE(store.ok());
  for (int i = 0; i < 60; ++i) {
    auto transaction = (*store)->Begin(TransactionMode::kWrite);
    REQUIRE(transaction.ok());
    const size_t bytes = (*random)() % (i % 3 == 0 ? 150'000 : 300);
    REQUIRE((*transaction)
                ->keys()
                .Put(KeySpace::kText, std::to_string(i), std::string(bytes, 'x'))
                .ok());
    REQUIRE((*transaction)->Commit().ok());
  }
}

}  // namespace

TEST_CASE("a log that is cut off anywhere gives the whole records before the cut",
          "[storage][follow]") {
  const TemporaryFolder folder;
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  MakeLogs(folder.database(), &random);
  const std::string data = folder.database() + "/data";
  rocksdb::Env* const env = rocksdb::Env::Default();
  const auto logs = LogNumbers(env, data);
  REQUIRE(logs.ok());
  REQUIRE_FALSE(logs->empty());
  LogTail whole(env, data, logs->back());
  const std::vector<std::string> all = ReadOn(&whole);
  REQUIRE(all.size() >= 60);

  const std::string bytes = ReadWhole(LogPath(data, logs->back()));
  const std::string copies = folder.path() + "/copies";
  for (int round = 0; round < 40; ++round) {
    std::filesystem::remove_all(copies);
    std::filesystem::create_directory(copies);
    const std::string copy = LogPath(copies, 7);
    LogTail tail(env, copies, 0);
    CHECK(ReadOn(&tail).empty());
    std::vector<std::string> read;
    for (size_t at = 0; at < bytes.size();) {
      const size_t more = std::min(bytes.size() - at, 1 + random() % (bytes.size() / 4));
      Append(copy, std::string_view(bytes).substr(at, more));
      at += more;
      for (std::string& record : ReadOn(&tail)) read.push_back(std::move(record));
      REQUIRE(read.size() <= all.size());
      REQUIRE(std::equal(read.begin(), read.end(), all.begin()));
    }
    REQUIRE(read == all);
  }
  // The next log is gone on with.
  Append(LogPath(copies, 9), bytes);
  LogTail tail(env, copies, 7);
  CHECK(ReadOn(&tail).size() == 2 * all.size());
}

TEST_CASE("a log with a damaged record gives nothing of it, nor what follows",
          "[storage][follow]") {
  const TemporaryFolder folder;
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  MakeLogs(folder.database(), &random);
  const std::string data = folder.database() + "/data";
  rocksdb::Env* const env = rocksdb::Env::Default();
  const auto logs = LogNumbers(env, data);
  REQUIRE(logs.ok());
  LogTail whole(env, data, logs->back());
  const std::vector<std::string> all = ReadOn(&whole);
  const std::string bytes = ReadWhole(LogPath(data, logs->back()));
  for (int round = 0; round < 40; ++round) {
    const std::string copies = folder.path() + "/" + std::to_string(round);
    std::filesystem::create_directory(copies);
    std::string damaged = bytes;
    char& byte = damaged[random() % damaged.size()];
    byte = static_cast<char>(byte ^ (1 << (random() % 8)));
    Append(LogPath(copies, 7), damaged);
    LogTail tail(env, copies, 7);
    for (size_t count = 0;; ++count) {
      auto record = tail.Next();
      if (!record.ok() || !record->has_value()) break;
      REQUIRE(count < all.size());
      REQUIRE(**record == all[count]);
    }
  }
}

}  // namespace kith::storage

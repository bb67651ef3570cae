// SPDX-License-Identifier: Apache-2.0
// The cache of chunks: what stays, what goes, and how much there is.
#include "storage/cache/chunk_cache.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "storage/cache/frequency_sketch.h"
#include "storage/format/checksum.h"
#include "storage/format/value_codec.h"
#include "storage/segment/column_encoder.h"

namespace kith::storage {
namespace {

MainKey KeyOf(uint32_t number) {
  return {GroupId{number / 100}, MainKind::kNodeColumn, 1, number};
}

std::shared_ptr<const Chunk> ColumnOf(size_t bytes) {
  std::string value;
  AppendValue(Value(std::string(bytes, 'x')), &value);
  std::string encoded = EncodeColumnChunk(std::vector<std::string_view>{value});
  AppendChecksum(&encoded);
  return Chunk::Parse(MainKind::kNodeColumn, std::move(encoded));
}

/// True when it was there; else it is put there.
bool Use(ChunkCache* cache, uint32_t number) {
  if (cache->Find(KeyOf(number)) != nullptr) return true;
  cache->Insert(KeyOf(number), ColumnOf(4'000));
  return false;
}

TEST_CASE("a scan of cold chunks leaves the hot ones in the cache", "[storage]") {
  constexpr size_t kBudget = size_t{4} << 20;
  ChunkCache cache(kBudget);
  for (int round = 0; round < 5; ++round) {
    for (uint32_t hot = 0; hot < 300; ++hot) Use(&cache, hot);
  }
  for (uint32_t cold = 1'000; cold < 20'000; ++cold) {
    Use(&cache, cold);
    Use(&cache, cold % 300);
  }
  int stayed = 0;
  for (uint32_t hot = 0; hot < 300; ++hot) stayed += cache.Find(KeyOf(hot)) != nullptr ? 1 : 0;
  CHECK(stayed == 300);
  const ChunkCacheStats stats = cache.stats();
  CHECK(stats.bytes <= kBudget);
  CHECK(stats.bytes > kBudget / 2);
  CHECK(stats.rejections > 10'000);
  const std::vector<MainKey> hottest = cache.Hottest(100);
  REQUIRE(hottest.size() == 100);
  for (const MainKey& key : hottest) CHECK(key.number < 300);
}

TEST_CASE("what becomes hot takes the place of what was", "[storage]") {
  ChunkCache cache(size_t{2} << 20);
  for (int round = 0; round < 10; ++round) {
    for (uint32_t number = 0; number < 150; ++number) Use(&cache, number);
  }
  for (int round = 0; round < 60; ++round) {
    for (uint32_t number = 1'000; number < 1'150; ++number) Use(&cache, number);
  }
  int there = 0;
  for (uint32_t number = 1'000; number < 1'150; ++number) there += Use(&cache, number) ? 1 : 0;
  CHECK(there > 130);
}

TEST_CASE("a pinned chunk outlives its place; no budget keeps nothing", "[storage]") {
  ChunkCache none(0);
  none.Insert(KeyOf(1), ColumnOf(10));
  CHECK(none.Find(KeyOf(1)) == nullptr);
  ChunkCache cache(size_t{256} << 10);
  Use(&cache, 1);
  const auto pinned = cache.Find(KeyOf(1));
  REQUIRE(pinned != nullptr);
  for (int round = 0; round < 20; ++round) {
    for (uint32_t number = 2; number < 500; ++number) Use(&cache, number);
  }
  CHECK(pinned->column().presence().values() == 1);
}

TEST_CASE("damaged chunks are not parsed", "[storage]") {
  std::string value;
  AppendValue(Value(7), &value);
  std::string bytes = EncodeColumnChunk(std::vector<std::string_view>{value});
  AppendChecksum(&bytes);
  REQUIRE(Chunk::Parse(MainKind::kNodeColumn, bytes) != nullptr);
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      REQUIRE(Chunk::Parse(MainKind::kNodeColumn, damaged) == nullptr);
    }
    REQUIRE(Chunk::Parse(MainKind::kNodeColumn, bytes.substr(0, at)) == nullptr);
  }
}

TEST_CASE("the sketch counts about right, and forgets", "[storage]") {
  std::mt19937_64 random(3);
  std::vector<uint64_t> keys(1'000);
  for (uint64_t& key : keys) key = random();
  FrequencySketch sketch(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    for (size_t count = 0; count < i % 8; ++count) sketch.Count(keys[i]);
  }
  size_t exact = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    // It may count too much, where keys share counters, never too little.
    REQUIRE(sketch.Frequency(keys[i]) >= i % 8);
    exact += sketch.Frequency(keys[i]) == i % 8 ? 1 : 0;
  }
  CHECK(exact > 900);
  for (int i = 0; i < 60'000; ++i) sketch.Count(random());
  size_t forgotten = 0;
  for (size_t i = 7; i < keys.size(); i += 8) forgotten += sketch.Frequency(keys[i]) < 7 ? 1 : 0;
  CHECK(forgotten > 60);
}

}  // namespace
}  // namespace kith::storage

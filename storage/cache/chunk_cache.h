// SPDX-License-Identifier: Apache-2.0
// Chunks in memory under a byte budget. A key names the same bytes for ever (format/main_key.h), so
// the cache knows no versions: what a fold has replaced is not asked for any more and goes in time.
//
// Policy: W-TinyLFU (Einziger, Eytan, Friedman, Manes, "Adaptive Software Cache Management",
// Middleware 2018), without the adaptation. What comes in joins a window of 1 % of the bytes, from
// which the least recently used goes on to the main part; there it stays only when its sketched
// frequency is higher than that of each chunk it would push out. Of the main part 80 % are
// protected: for chunks that were found there again. So a scan of everything leaves the hot chunks
// where they are.
//
// Who holds a chunk's pointer keeps it in memory beyond the budget (it is pinned).
//
// Thread safety: all functions may be called from any thread; the cache has shards with a lock
// each.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/cache/chunk.h"
#include "storage/format/main_key.h"

namespace kith::storage {

struct ChunkCacheStats {
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t read_bytes = 0;  ///< Of the chunks that were put in.
  uint64_t chunks = 0;
  uint64_t bytes = 0;
  uint64_t budget_bytes = 0;
  uint64_t evictions = 0;
  uint64_t rejections = 0;  ///< Chunks that were not worth another's place.
};

class ChunkCache {
 public:
  /// 0 bytes: nothing is kept.
  explicit ChunkCache(size_t budget_bytes);
  ~ChunkCache();
  ChunkCache(const ChunkCache&) = delete;
  ChunkCache& operator=(const ChunkCache&) = delete;

  /// Null when it is not there. Counts as a use.
  std::shared_ptr<const Chunk> Find(const MainKey& key);
  void Insert(const MainKey& key, std::shared_ptr<const Chunk> chunk);
  ChunkCacheStats stats() const;
  /// Keys and their frequencies, hottest first, at most `limit`: what to load at the next open.
  std::vector<MainKey> Hottest(size_t limit) const;

 private:
  class Shard;
  Shard& ShardOf(const MainKey& key) const;

  std::vector<std::unique_ptr<Shard>> shards_;
  size_t budget_bytes_;
};

}  // namespace kith::storage

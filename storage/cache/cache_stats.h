// SPDX-License-Identifier: Apache-2.0
// What the hot-subgraph cache has done and holds, for CALL db.cache.stats().
#pragma once

#include <cstdint>

namespace kith::storage {

/// Since the database was opened.
struct CacheStats {
  uint64_t budget_bytes = 0;
  uint64_t chunk_hits = 0;
  uint64_t chunk_misses = 0;
  uint64_t chunks_read_bytes = 0;  ///< Of the chunks that misses brought in.
  uint64_t chunks = 0;             ///< Now.
  uint64_t chunk_bytes = 0;        ///< Now.
  uint64_t evictions = 0;
  uint64_t rejections = 0;     ///< Chunks that were not worth the place of others.
  uint64_t group_hits = 0;     ///< Groups that were opened without RocksDB.
  uint64_t group_loads = 0;    ///< Groups that were read from RocksDB.
  uint64_t groups = 0;         ///< Now.
  uint64_t group_bytes = 0;    ///< Now.
  uint64_t preload_total = 0;  ///< Chunks that were hot when the database was closed last.
  uint64_t preloaded = 0;      ///< Of these, those that have been loaded, or are no more.
};

/// What a call of Preload has brought in, or found there.
struct PreloadResult {
  uint64_t groups = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;
  bool complete = true;  ///< False: the budget was full before everything was there.
};

}  // namespace kith::storage

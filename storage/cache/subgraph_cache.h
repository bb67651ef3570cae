// SPDX-License-Identifier: Apache-2.0
// The hot-subgraph cache: chunks of folded groups, and the groups' newest versions, under one byte
// budget. A reader of a group that is wholly here makes no call to RocksDB.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <cstddef>

#include "storage/cache/cache_stats.h"
#include "storage/cache/chunk_cache.h"
#include "storage/cache/group_table.h"

namespace kith::storage {

class SubgraphCache {
 public:
  /// `fold_entries`: GroupTable's `check_entries`.
  SubgraphCache(size_t budget_bytes, size_t fold_entries)
      : chunks_(budget_bytes - budget_bytes / kVersionShare),
        groups_(budget_bytes / kVersionShare, fold_entries) {}

  ChunkCache& chunks() { return chunks_; }
  GroupTable& groups() { return groups_; }
  void AddStats(CacheStats* stats) const;

 private:
  /// Versions get a quarter: a fold takes their larger part into chunks.
  static constexpr size_t kVersionShare = 4;

  ChunkCache chunks_;
  GroupTable groups_;
};

}  // namespace kith::storage

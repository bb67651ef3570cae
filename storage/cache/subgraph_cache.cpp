// SPDX-License-Identifier: Apache-2.0
// See subgraph_cache.h.
#include "storage/cache/subgraph_cache.h"

namespace kith::storage {

void SubgraphCache::AddStats(CacheStats* stats) const {
  const ChunkCacheStats chunks = chunks_.stats();
  const GroupTableStats groups = groups_.stats();
  stats->budget_bytes = chunks.budget_bytes + groups.budget_bytes;
  stats->chunk_hits = chunks.hits;
  stats->chunk_misses = chunks.misses;
  stats->chunks_read_bytes = chunks.read_bytes;
  stats->chunks = chunks.chunks;
  stats->chunk_bytes = chunks.bytes;
  stats->evictions = chunks.evictions;
  stats->rejections = chunks.rejections;
  stats->group_hits = groups.hits;
  stats->group_loads = groups.loads;
  stats->groups = groups.versions;
  stats->group_bytes = groups.bytes;
}

}  // namespace kith::storage

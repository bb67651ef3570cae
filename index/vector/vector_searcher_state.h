// SPDX-License-Identifier: Apache-2.0
// What a searcher shares with the merger.
//
// Thread safety: as the cache.
#pragma once

#include "index/vector/vector_cache.h"
#include "index/vector/vector_index.h"

namespace kith::index {

struct VectorSearcher::State {
  explicit State(MemoryBudget* memory) : cache(memory) {}

  VectorCache cache;
};

}  // namespace kith::index

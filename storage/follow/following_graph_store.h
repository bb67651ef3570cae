// SPDX-License-Identifier: Apache-2.0
// A graph that another process writes, followed live: transactions only read, and each begins at
// the newest commit that has arrived.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <memory>

#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "storage/graph_store.h"

namespace kith::storage {

/// For options.read_only and options.follow. Errors as GraphStore::Open's; Busy, too, when the
/// other process writes so fast that nothing whole could be opened. `budget` may be null; borrowed.
Result<std::unique_ptr<GraphStore>> OpenFollowingGraphStore(const GraphStoreOptions& options,
                                                            MemoryBudget* budget);

}  // namespace kith::storage

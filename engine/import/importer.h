// SPDX-License-Identifier: Apache-2.0
// Imports CSV files into a new database: types are found, then all nodes are loaded, then all
// relationships, each step by several threads over blocks of the files.
//
// Thread safety: one call is one import; several may run at once.
#pragma once

#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "kith/import.h"
#include "storage/graph_store.h"

namespace kith::import {

/// `store.path` is where the database will be. Errors as Database::Import's; then nothing is made.
/// `budget` is borrowed.
Result<ImportReport> Import(const storage::GraphStoreOptions& store, MemoryBudget* budget,
                            const ImportInput& input, const ImportOptions& options);

}  // namespace kith::import

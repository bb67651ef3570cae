// SPDX-License-Identifier: Apache-2.0
// Checks that indexes agree with the graph, in both directions: each entity that an index covers
// has its entries, and each entry belongs to such an entity; constraints hold; counters are right.
//
// Reads everything, in steps. In memory are a thousand entries at once, and for a vector index 16
// bytes for each vector and one of its segments.
//
// Thread safety: functions belong to the thread of the view.
#pragma once

#include "engine/base/check.h"
#include "index/index_definition.h"
#include "storage/check_report.h"
#include "storage/graph_store.h"

namespace kith::index {

/// Every online index of the view. Errors as storage/check_report.h says.
Status CheckIndexes(storage::ReadView* view, storage::CheckReport* report);

// One index of a kind.
Status CheckPropertyIndex(storage::ReadView* view, const IndexDefinition& index,
                          storage::CheckReport* report);
Status CheckTextIndex(storage::ReadView* view, const IndexDefinition& index,
                      storage::CheckReport* report);
Status CheckVectorIndex(storage::ReadView* view, const IndexDefinition& index,
                        storage::CheckReport* report);

/// The whole database, as of a snapshot that is taken now: files, graph, indexes. What is wrong, or
/// nothing. Cancelled or Timeout from the interrupt (may be null) or the options' progress; IoError
/// or Corruption when nothing can be read at all.
Result<std::vector<CheckFinding>> CheckDatabase(storage::GraphStore* store,
                                                const CheckOptions& options,
                                                const Interrupt* interrupt);

}  // namespace kith::index

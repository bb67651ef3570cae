// SPDX-License-Identifier: Apache-2.0
// CALL db.cache.stats() and CALL db.cache.preload([labels]).
//
// Thread safety: a function without state.
#pragma once

#include "query/procedure.h"
#include "storage/graph_store.h"

namespace kith::query {

/// `store` is borrowed and must outlive the registry. AlreadyExists when a name is taken.
Status RegisterCacheProcedures(storage::GraphStore* store, ProcedureRegistry* registry);

}  // namespace kith::query

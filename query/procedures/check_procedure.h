// SPDX-License-Identifier: Apache-2.0
// Checking a database from Cypher:
//
//   CALL db.check([{limit}]) YIELD what, place, expected, found
//
// One row for each thing that is wrong, at most `limit` (100), none when all is well. It looks at
// what is committed, as of the moment of the call.
//
// Thread safety: the procedure may be called from several threads at once.
#pragma once

#include "engine/base/status.h"
#include "query/procedure.h"

namespace kith::storage {
class GraphStore;
}

namespace kith::query {

/// Registers the procedure. `store` is borrowed and must outlive the registry. AlreadyExists when
/// the name is taken.
Status RegisterCheckProcedure(ProcedureRegistry* registry, storage::GraphStore* store);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Vector search from Cypher, under Neo4j's names (all begin with db.index.vector):
//
//   queryNodes(name, k, vector [, {filter, ef}]) YIELD node, score
//   queryRelationships(name, k, vector [, {filter, ef}]) YIELD relationship, score
//
// `filter` is a list of nodes (or relationships): only these are found, and k of them whenever
// there are so many. `ef` is how many candidates a search keeps: more find more of the true
// neighbours.
//
// Thread safety: the procedures may be called from several threads at once.
#pragma once

#include "engine/base/status.h"
#include "query/procedure.h"

namespace kith::index {
class IndexManager;
}

namespace kith::query {

/// Registers the procedures above. `indexes` is borrowed and must outlive the registry.
/// AlreadyExists when a name is taken.
Status RegisterVectorProcedures(ProcedureRegistry* registry, index::IndexManager* indexes);

}  // namespace kith::query

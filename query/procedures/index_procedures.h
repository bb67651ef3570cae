// SPDX-License-Identifier: Apache-2.0
// Full-text search from Cypher, under Neo4j's names (all begin with db.index.fulltext):
//
//   queryNodes(name, query [, {skip, limit}]) YIELD node, score
//   queryRelationships(name, query [, {skip, limit}]) YIELD relationship, score
//   highlight(name, query, text) YIELD begin, end, matched
//   listAvailableAnalyzers() YIELD analyzer, description
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
Status RegisterIndexProcedures(ProcedureRegistry* registry, index::IndexManager* indexes);

}  // namespace kith::query

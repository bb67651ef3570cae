// SPDX-License-Identifier: Apache-2.0
// Text, vectors and graph in one search, from Cypher:
//
//   search.hybrid(textIndex, words, vectorIndex, vector, k [, options])
//     YIELD node, score, textScore, vectorScore, graphScore
//
// The nodes that a full-text index finds for the words and those that a vector index finds for the
// vector become one ranking; with the option expand, also those that lie near the best of both, or
// near given nodes, in the graph. See hybrid_options.h for the options and docs/cypher.md for what
// users see.
//
// Thread safety: the procedure may be called from several threads at once.
#pragma once

#include "engine/base/status.h"
#include "query/procedure.h"

namespace kith::index {
class IndexManager;
}

namespace kith::query {

/// `indexes` is borrowed and must outlive the registry. AlreadyExists when the name is taken.
Status RegisterHybridProcedure(ProcedureRegistry* registry, index::IndexManager* indexes);

}  // namespace kith::query

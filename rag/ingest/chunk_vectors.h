// SPDX-License-Identifier: Apache-2.0
// Keeps the index over the chunks' vectors that of the database's model: before an ingest writes
// vectors, and before all of them are made anew by another model.
//
// Thread safety: functions may be called from any thread, one at a time.
#pragma once

#include "engine/base/result.h"
#include "rag/ingest/graph_names.h"
#include "rag/model/database_model.h"
#include "storage/graph_store.h"

namespace kith::rag {

/// What the functions work on; all borrowed. `names` has the property of vectors.
struct ChunkVectors {
  storage::GraphStore* store;
  index::IndexManager* indexes;
  const GraphNames* names;
  const DatabaseModel* model;
};

/// Makes the index when there is none. True when it did: then transactions that were open before
/// cannot commit any more. The error of CheckSameModel when the vectors that are there are of
/// another model; those of EnsureVectorIndex.
Result<bool> EnsureVectorsOfModel(const ChunkVectors& vectors);

/// The same for a model that replaces the one before. When its vectors have other dimensions, those
/// that are there go, with their index, in a transaction of their own: no index holds both. An
/// index of the user's in the way is an error before that.
Result<bool> EnsureVectorsOfNewModel(const ChunkVectors& vectors);

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Keeps the index over the chunks' vectors that of the database's model: before an ingest writes
// vectors, and before all of them are made anew by another model; makes the vectors that are not
// there.
//
// Thread safety: functions may be called from any thread, one at a time.
#pragma once

#include <cstdint>
#include <mutex>

#include "engine/base/result.h"
#include "rag/ingest/chunk_embedder.h"
#include "rag/ingest/graph_names.h"
#include "rag/model/database_model.h"
#include "rag/types.h"
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

/// What becomes of another model's vectors before this one's are made.
enum class OldVectors : uint8_t {
  /// They stay until each is replaced, where they have as many dimensions; no index holds others.
  kKeepUntilReplaced,
  kRemove,
};

/// The same for a model that replaces the one before. Vectors that go, go in a transaction of their
/// own, those of other dimensions with their index. An index of the user's in the way is an error
/// before that.
Result<bool> EnsureVectorsOfNewModel(const ChunkVectors& vectors, OldVectors old);

/// Gives the chunks that have none vectors of the model, after EnsureVectorsOfNewModel removed
/// those of another one: some hundred in a transaction, each under `write_lock`. Cancelled when it
/// was stopped; what was committed stays.
Result<ReembedReport> EmbedMissing(const ChunkVectors& vectors, std::mutex* write_lock,
                                   const EmbedAllOptions& options);

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Keeps a vector index up to date, in the transaction that changes the graph.
//
// Thread safety: functions belong to the thread of the writer.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/base/result.h"
#include "index/covered_change.h"
#include "index/index_definition.h"
#include "index/vector/vector_keys.h"
#include "storage/key_space.h"

namespace kith::index {

/// Takes back what the index has of `before` and writes `after`. Adds the bytes written to *bytes;
/// *removed gets the version that was taken back, nullopt when there was none.
/// InvalidArgument, naming the index, the entity and both dimensions, for a vector that the index
/// cannot hold (vector_value.h).
Status UpdateVectorIndex(const IndexDefinition& index, const CoveredChange& change,
                         storage::KeySpaceWriter* keys, size_t* bytes,
                         std::optional<VectorVersion>* removed);

}  // namespace kith::index

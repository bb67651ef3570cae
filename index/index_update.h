// SPDX-License-Identifier: Apache-2.0
// One change of an entity, brought to an index of any kind.
//
// Thread safety: belongs to the thread of the writer.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/base/status.h"
#include "index/covered_change.h"
#include "index/index_definition.h"
#include "index/vector/vector_keys.h"
#include "storage/key_space.h"

namespace kith::index {

/// Adds the bytes written to *bytes; *removed gets the version that a vector index has no more.
/// ConstraintViolation from unique indexes.
Status UpdateIndex(const IndexDefinition& index, const CoveredChange& change,
                   storage::KeySpaceWriter* keys, size_t* bytes,
                   std::optional<VectorVersion>* removed);

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// One change of an entity, brought to an index of any kind.
//
// Thread safety: belongs to the thread of the writer.
#pragma once

#include <cstddef>

#include "engine/base/status.h"
#include "index/covered_change.h"
#include "index/index_definition.h"
#include "storage/key_space.h"

namespace kith::index {

/// Adds the bytes written to *bytes. ConstraintViolation from unique indexes.
Status UpdateIndex(const IndexDefinition& index, const CoveredChange& change,
                   storage::KeySpaceWriter* keys, size_t* bytes);

}  // namespace kith::index

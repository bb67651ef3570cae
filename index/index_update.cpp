// SPDX-License-Identifier: Apache-2.0
// Dispatch by the kind of index.
#include "index/index_update.h"

#include "index/property/property_entry.h"
#include "index/text/text_writer.h"
#include "index/vector/vector_writer.h"

namespace kith::index {

Status UpdateIndex(const IndexDefinition& index, const CoveredChange& change,
                   storage::KeySpaceWriter* keys, size_t* bytes,
                   std::optional<VectorVersion>* removed) {
  switch (index.kind) {
    case IndexKind::kRange:
    case IndexKind::kUnique: return UpdatePropertyIndex(index, change, keys, bytes);
    case IndexKind::kText: return UpdateTextIndex(index, change, keys, bytes);
    case IndexKind::kVector: return UpdateVectorIndex(index, change, keys, bytes, removed);
  }
  return Status(StatusCode::kInternal, "an index of an unknown kind");
}

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Dispatch by the kind of index.
#include "index/index_update.h"

#include "index/property/property_entry.h"
#include "index/text/text_writer.h"

namespace kith::index {

Status UpdateIndex(const IndexDefinition& index, const CoveredChange& change,
                   storage::KeySpaceWriter* keys, size_t* bytes) {
  if (index.IsProperty()) return UpdatePropertyIndex(index, change, keys, bytes);
  return UpdateTextIndex(index, change, keys, bytes);
}

}  // namespace kith::index

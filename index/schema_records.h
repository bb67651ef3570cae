// SPDX-License-Identifier: Apache-2.0
// The records of the schema key space:
//
//   "v"                       version of the schema, 8 bytes big-endian
//   "n"                       the next index id, 4 bytes big-endian
//   "d" | index id (4, BE)    a definition (index_definition.h)
//   "x" | index id (4, BE)    a dropped index whose entries are not all deleted yet; value: its
//   kind
//
// Thread safety: functions belong to the thread of the reader or writer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "index/index_catalog.h"
#include "storage/key_space.h"

namespace kith::storage {
class Catalog;
}

namespace kith::index {

Result<uint64_t> ReadSchemaVersion(storage::KeySpaceReader* keys);
Status WriteSchemaVersion(storage::KeySpaceWriter* keys, uint64_t version);
/// Takes a fresh id; ids are never reused.
Result<IndexId> AllocateIndexId(storage::KeySpaceWriter* keys);

/// All definitions of this moment, names found in `names`.
Result<std::shared_ptr<const IndexCatalog>> ReadIndexCatalog(storage::KeySpaceReader* keys,
                                                             const storage::Catalog& names);
/// True while the index has a definition, populating or online.
Result<bool> HasDefinition(storage::KeySpaceReader* keys, IndexId id);
Status WriteDefinition(storage::KeySpaceWriter* keys, const IndexDefinition& definition);
/// Removes the definition and notes that its entries have to go.
Status MarkDropped(storage::KeySpaceWriter* keys, const IndexDefinition& definition);

struct DroppedIndex {
  IndexId id{};
  IndexKind kind = IndexKind::kRange;
};
Result<std::vector<DroppedIndex>> ReadDropped(storage::KeySpaceReader* keys);
/// Deletes at most `limit` entries of a dropped index; *done when that was all, and then the note
/// is gone too. *from (empty at first) is where the next call goes on: what was deleted leaves
/// tombstones behind that must not be walked again.
Status DeleteDroppedEntries(storage::KeySpaceWriter* keys, const DroppedIndex& dropped,
                            size_t limit, std::string* from, bool* done);

}  // namespace kith::index

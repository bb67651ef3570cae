// SPDX-License-Identifier: Apache-2.0
// Folds changed entries into the adjacency chunks of one type and direction: only chunks that a
// changed entry belongs to are written again; of a list that is longer than a chunk, only the
// pieces. Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "storage/fold/chunk_writer.h"
#include "storage/group_reader.h"

namespace kith::storage {

class AdjacencyFold {
 public:
  /// `reader` and `writer` are borrowed; `reader` reads the group as folded so far; null when
  /// nothing is.
  AdjacencyFold(bool outgoing, RelTypeId type, GroupReader* reader, ChunkWriter* writer)
      : outgoing_(outgoing), type_(type), reader_(reader), writer_(writer) {}

  /// The chunks after the changes, which are all of the type, in order, each once. `old` may be
  /// null.
  Result<std::vector<ChunkRef>> Fold(const ChunkList* old, std::span<const DeltaEdge> changes);

 private:
  MainKind kind() const { return outgoing_ ? MainKind::kOutgoing : MainKind::kIncoming; }
  Result<std::vector<DeltaEdge>> ReadEdges(const ChunkRef& ref);
  Result<DeltaEdge> FirstEdge(const ChunkRef& ref);
  Status FoldChunk(const ChunkRef& ref, std::span<const DeltaEdge> changes);
  void Emit(std::span<const DeltaEdge> edges);

  bool outgoing_;
  RelTypeId type_;
  GroupReader* reader_;
  ChunkWriter* writer_;
  std::vector<ChunkRef> refs_;
};

}  // namespace kith::storage

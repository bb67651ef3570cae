// SPDX-License-Identifier: Apache-2.0
// See chunk.h.
#include "storage/cache/chunk.h"

#include <utility>

#include "storage/format/checksum.h"

namespace kith::storage {

bool Chunk::ParseContent(MainKind kind, std::string_view bytes) {
  switch (kind) {
    case MainKind::kNodeColumn:
    case MainKind::kRelationshipColumn: {
      auto column = ColumnChunk::Parse(bytes);
      if (column == nullptr) return false;
      content_ = std::move(column);
      return true;
    }
    case MainKind::kOutgoing:
    case MainKind::kIncoming: {
      auto adjacency = AdjacencyChunk::Parse(bytes);
      if (adjacency) content_ = *std::move(adjacency);
      return adjacency.has_value();
    }
    case MainKind::kRelationshipPage: {
      auto page = RelationshipPage::Parse(bytes);
      if (page) content_ = *std::move(page);
      return page.has_value();
    }
    case MainKind::kDirectory:
    case MainKind::kValue: return false;
  }
  return false;
}

std::shared_ptr<const Chunk> Chunk::Parse(MainKind kind, std::string bytes) {
  auto chunk = std::make_shared<Chunk>();
  chunk->bytes_ = std::move(bytes);
  std::string_view content = chunk->bytes_;
  if (!StripChecksum(&content) || !chunk->ParseContent(kind, content)) return nullptr;
  return chunk;
}

}  // namespace kith::storage

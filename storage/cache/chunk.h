// SPDX-License-Identifier: Apache-2.0
// A chunk of the folded part of a group as it lies in memory: the bytes as stored, and where things
// are in them. Nothing is unpacked: all encodings are read in place.
//
// Thread safety: immutable.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "storage/format/main_key.h"
#include "storage/segment/adjacency_chunk.h"
#include "storage/segment/column_chunk.h"
#include "storage/segment/relationship_page.h"

namespace kith::storage {

class Chunk {
 public:
  /// Takes the bytes of a key of this kind, checksum included. Null when they are damaged.
  static std::shared_ptr<const Chunk> Parse(MainKind kind, std::string bytes);

  // Of a chunk of the kind that has it.
  const ColumnChunk& column() const { return *std::get<std::unique_ptr<ColumnChunk>>(content_); }
  const AdjacencyChunk& adjacency() const { return std::get<AdjacencyChunk>(content_); }
  const RelationshipPage& page() const { return std::get<RelationshipPage>(content_); }

  size_t memory_bytes() const { return bytes_.capacity() + kOverheadBytes; }

 private:
  // The parsed content, a few vectors of ranks, and the cache's own entry.
  static constexpr size_t kOverheadBytes = 512;

  bool ParseContent(MainKind kind, std::string_view bytes);

  std::string bytes_;  ///< The content borrows it.
  std::variant<std::monostate, std::unique_ptr<ColumnChunk>, AdjacencyChunk, RelationshipPage>
      content_;
};

}  // namespace kith::storage

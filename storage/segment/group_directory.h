// SPDX-License-Identifier: Apache-2.0
// What the folded part of a group consists of: which chunks hold which rows of which column or
// adjacency, which slots have a node, and which of those have each label. Read once and kept
// decoded: every read of the group begins here.
//
//   next number (varint)  members of the group
//   labels (varint), for each, ascending: difference of ids (varint)  members
//   for each kind of chunk from node columns to relationship columns:
//     lists (varint), for each, ascending: difference of ids (varint)  chunks (varint)
//       for each chunk: number, first row, rows, bytes (varints)
//
//   members: a presence (presence.h) of the slots up to the last member
//
// Thread safety: a plain value; immutable once it is shared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "storage/format/main_key.h"
#include "storage/read_view.h"

namespace kith::storage {

/// One chunk of a list. Rows are slots of nodes or serials of relationships; a chunk of an
/// adjacency has the lists of its rows, or, with one row, a piece of that row's list.
struct ChunkRef {
  uint32_t number = 0;
  uint32_t first = 0;  ///< Row.
  uint32_t rows = 0;
  uint32_t bytes = 0;  ///< As stored.
  bool operator==(const ChunkRef&) const = default;
};

/// Chunks by first row; several pieces of one row's list in the order of their entries.
struct ChunkList {
  uint32_t id = 0;  ///< Property or type; 0 for relationship pages.
  std::vector<ChunkRef> chunks;

  /// The chunks that have the row: none, one, or the pieces of its list.
  std::span<const ChunkRef> Of(uint32_t row) const;
  bool operator==(const ChunkList&) const = default;
};

struct GroupDirectory {
  static constexpr MainKind kFirstKind = MainKind::kNodeColumn;
  static constexpr size_t kKinds = 5;

  uint32_t next_number = 0;  ///< For the next chunk.
  SlotBitmap nodes;
  std::vector<std::pair<LabelId, SlotBitmap>> labels;  ///< Ids ascending.
  std::array<std::vector<ChunkList>, kKinds> lists;    ///< By kind; ids ascending.

  static size_t IndexOf(MainKind kind) {
    return static_cast<size_t>(kind) - static_cast<size_t>(kFirstKind);
  }
  std::vector<ChunkList>& Lists(MainKind kind) { return lists[IndexOf(kind)]; }
  const std::vector<ChunkList>& Lists(MainKind kind) const { return lists[IndexOf(kind)]; }
  /// Null when the group has no such list.
  const ChunkList* Find(MainKind kind, uint32_t id) const;
  /// Null for a label that no node has.
  const SlotBitmap* Label(LabelId label) const;
  /// Of all its chunks.
  uint64_t bytes() const;
  /// What this takes in memory.
  size_t memory_bytes() const;

  std::string Encode() const;
  /// Nothing when the bytes are damaged.
  static std::optional<GroupDirectory> Decode(std::string_view bytes);

 private:
  bool NumbersAreDistinct() const;
};

}  // namespace kith::storage

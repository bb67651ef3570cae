// SPDX-License-Identifier: Apache-2.0
// A part of a group's adjacency of one type and direction, in compressed sparse row form: the lists
// of consecutive slots, or a piece of one list that is longer than a chunk. Any list is found, and
// any of its entries read, in constant time.
//
//   first slot (varint)  slots (varint)  entries (varint)
//   slots + 1 packed integers: where each list begins, and the end
//   entries blocked integers: neighbours (the bits of NodeId)
//   entries blocked integers: serials
//
// A list is sorted by (neighbour, serial). The relationship of an entry is the serial in the group
// of its source: of the list's node when outgoing, of the neighbour when incoming.
//
// Thread safety: immutable; borrows the bytes that it was parsed from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "storage/segment/blocked_integers.h"
#include "storage/segment/packed_integers.h"

namespace kith::storage {

struct AdjacencyEntry {
  NodeId neighbour;
  uint32_t serial = 0;
};

/// The entries of all lists, one behind the other; `degrees` has the length of each list from
/// `first_slot` on.
std::string EncodeAdjacencyChunk(uint32_t first_slot, std::span<const uint32_t> degrees,
                                 std::span<const AdjacencyEntry> entries);

class AdjacencyChunk {
 public:
  /// A half-open range of the chunk's entries.
  struct Range {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t size() const { return end - begin; }
  };

  /// Nothing when the bytes are damaged.
  static std::optional<AdjacencyChunk> Parse(std::string_view bytes);

  uint32_t first_slot() const { return first_slot_; }
  uint32_t slots() const { return slots_; }
  uint32_t entries() const { return static_cast<uint32_t>(neighbours_.size()); }
  /// Of a slot's list; empty for slots of other chunks.
  Range List(uint32_t slot) const {
    if (slot < first_slot_ || slot - first_slot_ >= slots_) return {};
    return {static_cast<uint32_t>(starts_[slot - first_slot_]),
            static_cast<uint32_t>(starts_[slot - first_slot_ + 1])};
  }
  /// Call `visit(neighbour)` and `visit(serial)` for each entry of the range, in order.
  template <typename Visit>
  void ForEachNeighbour(Range range, Visit&& visit) const {
    neighbours_.ForEach(range.begin, range.end, [&](uint64_t bits) { visit(NodeId(bits)); });
  }
  template <typename Visit>
  void ForEachSerial(Range range, Visit&& visit) const {
    serials_.ForEach(range.begin, range.end,
                     [&](uint64_t serial) { visit(static_cast<uint32_t>(serial)); });
  }
  NodeId Neighbour(uint32_t entry) const { return NodeId(neighbours_[entry]); }
  uint32_t Serial(uint32_t entry) const { return static_cast<uint32_t>(serials_[entry]); }

 private:
  bool InOrder() const;

  uint32_t first_slot_ = 0;
  uint32_t slots_ = 0;
  PackedIntegers starts_;
  BlockedIntegers neighbours_;
  BlockedIntegers serials_;
};

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// See adjacency_chunk.h.
#include "storage/segment/adjacency_chunk.h"

#include <vector>

namespace kith::storage {

std::string EncodeAdjacencyChunk(uint32_t first_slot, std::span<const uint32_t> degrees,
                                 std::span<const AdjacencyEntry> entries) {
  std::vector<uint64_t> starts{0};
  for (const uint32_t degree : degrees) starts.push_back(starts.back() + degree);
  std::vector<uint64_t> neighbours;
  std::vector<uint64_t> serials;
  neighbours.reserve(entries.size());
  serials.reserve(entries.size());
  for (const AdjacencyEntry& entry : entries) {
    neighbours.push_back(entry.neighbour.bits());
    serials.push_back(entry.serial);
  }
  std::string chunk;
  AppendVarint(first_slot, &chunk);
  AppendVarint(degrees.size(), &chunk);
  AppendVarint(entries.size(), &chunk);
  AppendPacked(starts, &chunk);
  AppendBlocked(neighbours, &chunk);
  AppendBlocked(serials, &chunk);
  return chunk;
}

/// Whether every list lies inside the entries: List is not to lead outside.
bool AdjacencyChunk::InOrder() const {
  uint64_t before = 0;
  for (size_t i = 0; i < starts_.size(); ++i) {
    if (starts_[i] < before) return false;
    before = starts_[i];
  }
  return before == neighbours_.size();
}

std::optional<AdjacencyChunk> AdjacencyChunk::Parse(std::string_view bytes) {
  ByteReader reader(bytes);
  AdjacencyChunk chunk;
  chunk.first_slot_ = reader.Varint32();
  chunk.slots_ = reader.Varint32();
  const uint32_t entries = reader.Varint32();
  const bool inside = chunk.first_slot_ < kGroupSlots && chunk.slots_ > 0 &&
                      chunk.slots_ <= kGroupSlots - chunk.first_slot_;
  if (!inside) reader.Fail();
  chunk.starts_ = PackedIntegers::Take(chunk.slots_ + size_t{1}, &reader);
  chunk.neighbours_ = BlockedIntegers::Take(entries, &reader);
  chunk.serials_ = BlockedIntegers::Take(entries, &reader);
  if (!reader.ok() || !reader.AtEnd() || !chunk.InOrder()) return std::nullopt;
  return chunk;
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// See adjacency_fold.h.
#include "storage/fold/adjacency_fold.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kith::storage {
namespace {

// What takes less than two bytes an entry is rare, so that more entries need not be tried.
constexpr size_t kMaxTriedEdges = kMaxChunkBytes / 2;

bool Before(const DeltaEdge& a, const DeltaEdge& b) {
  return a.Order() < b.Order();
}

bool Same(const DeltaEdge& a, const DeltaEdge& b) {
  return a.Order() == b.Order();
}

/// The changes that come before `end`, taken off the front.
std::span<const DeltaEdge> TakeBefore(const DeltaEdge& end, std::span<const DeltaEdge>* changes) {
  const auto at = std::lower_bound(changes->begin(), changes->end(), end, Before);
  const std::span<const DeltaEdge> taken(changes->begin(), at);
  *changes = changes->subspan(taken.size());
  return taken;
}

DeltaEdge SlotBegin(RelTypeId type, uint32_t slot) {
  return {slot, type, NodeId(), 0, false};
}

/// Entries that are there after the changes.
std::vector<DeltaEdge> Overlay(const std::vector<DeltaEdge>& old,
                               std::span<const DeltaEdge> changes) {
  std::vector<DeltaEdge> edges;
  edges.reserve(old.size() + changes.size());
  std::set_union(changes.begin(), changes.end(), old.begin(), old.end(), std::back_inserter(edges),
                 Before);
  std::erase_if(edges, [](const DeltaEdge& edge) { return edge.removed; });
  return edges;
}

std::string Encode(std::span<const DeltaEdge> edges) {
  const uint32_t first = edges.front().slot;
  std::vector<uint32_t> degrees(edges.back().slot - first + 1);
  std::vector<AdjacencyEntry> entries;
  entries.reserve(edges.size());
  for (const DeltaEdge& edge : edges) {
    ++degrees[edge.slot - first];
    entries.push_back({edge.neighbour, edge.serial});
  }
  return EncodeAdjacencyChunk(first, degrees, entries);
}

/// Where to cut: between two lists, as near to the middle as it goes, or else in the one list.
size_t CutOf(std::span<const DeltaEdge> edges) {
  const size_t middle = edges.size() / 2;
  const uint32_t slot = edges[middle].slot;
  size_t begin = middle;
  while (begin > 0 && edges[begin - 1].slot == slot) --begin;
  size_t end = middle;
  while (end < edges.size() && edges[end].slot == slot) ++end;
  if (begin == 0 && end == edges.size()) return middle;
  if (begin == 0) return end;
  if (end == edges.size()) return begin;
  return middle - begin <= end - middle ? begin : end;
}

}  // namespace

Result<std::vector<DeltaEdge>> AdjacencyFold::ReadEdges(const ChunkRef& ref) {
  KITH_ASSIGN_OR_RETURN(const Chunk* chunk,
                        reader_->Fetch(kind(), static_cast<uint32_t>(type_), ref));
  const AdjacencyChunk& adjacency = chunk->adjacency();
  std::vector<DeltaEdge> edges;
  edges.reserve(adjacency.entries());
  for (uint32_t slot = ref.first; slot < ref.first + ref.rows; ++slot) {
    const AdjacencyChunk::Range range = adjacency.List(slot);
    for (uint32_t i = range.begin; i < range.end; ++i) {
      edges.push_back({slot, type_, adjacency.Neighbour(i), adjacency.Serial(i), false});
    }
  }
  return edges;
}

Result<DeltaEdge> AdjacencyFold::FirstEdge(const ChunkRef& ref) {
  KITH_ASSIGN_OR_RETURN(const Chunk* chunk,
                        reader_->Fetch(kind(), static_cast<uint32_t>(type_), ref));
  const AdjacencyChunk& adjacency = chunk->adjacency();
  if (adjacency.entries() == 0) return SlotBegin(type_, ref.first);
  return DeltaEdge{ref.first, type_, adjacency.Neighbour(0), adjacency.Serial(0), false};
}

Status AdjacencyFold::FoldChunk(const ChunkRef& ref, std::span<const DeltaEdge> changes) {
  KITH_ASSIGN_OR_RETURN(const std::vector<DeltaEdge> old, ReadEdges(ref));
  const std::vector<DeltaEdge> edges = Overlay(old, changes);
  // A row that was written again is in the list already.
  if (std::equal(edges.begin(), edges.end(), old.begin(), old.end(), Same)) {
    refs_.push_back(ref);
    return Status::Ok();
  }
  writer_->Drop(kind(), static_cast<uint32_t>(type_), ref);
  Emit(edges);
  return Status::Ok();
}

void AdjacencyFold::Emit(std::span<const DeltaEdge> edges) {
  if (edges.empty()) return;
  std::string chunk;
  if (edges.size() <= kMaxTriedEdges) chunk = Encode(edges);
  if (edges.size() > kMaxTriedEdges || (chunk.size() > kMaxChunkBytes && edges.size() > 1)) {
    const size_t cut = CutOf(edges);
    Emit(edges.first(cut));
    Emit(edges.subspan(cut));
    return;
  }
  const uint32_t first = edges.front().slot;
  refs_.push_back(writer_->Write(kind(), static_cast<uint32_t>(type_), first,
                                 edges.back().slot - first + 1, std::move(chunk)));
}

Result<std::vector<ChunkRef>> AdjacencyFold::Fold(const ChunkList* old,
                                                  std::span<const DeltaEdge> changes) {
  const std::vector<ChunkRef> none;
  const std::vector<ChunkRef>& chunks = old != nullptr ? old->chunks : none;
  const uint32_t first_slot = chunks.empty() ? kGroupSlots : chunks.front().first;
  Emit(Overlay({}, TakeBefore(SlotBegin(type_, first_slot), &changes)));
  for (size_t i = 0; i < chunks.size(); ++i) {
    const ChunkRef& ref = chunks[i];
    DeltaEdge next = SlotBegin(type_, kGroupSlots);
    if (i + 1 < chunks.size()) {
      next = SlotBegin(type_, chunks[i + 1].first);
      // Another piece of the same list.
      if (chunks[i + 1].first == ref.first && !changes.empty() &&
          changes.front().slot <= ref.first) {
        KITH_ASSIGN_OR_RETURN(next, FirstEdge(chunks[i + 1]));
      }
    }
    std::span<const DeltaEdge> mine = TakeBefore(next, &changes);
    std::span<const DeltaEdge> loose = mine;
    mine = TakeBefore(SlotBegin(type_, ref.first + ref.rows), &loose);
    if (ref.bytes < kFullChunkBytes) {
      mine = {mine.begin(), loose.end()};
      loose = {};
    }
    if (mine.empty()) {
      refs_.push_back(ref);
    } else {
      KITH_RETURN_IF_ERROR(FoldChunk(ref, mine));
    }
    Emit(Overlay({}, loose));
  }
  return std::move(refs_);
}

}  // namespace kith::storage

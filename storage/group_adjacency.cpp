// SPDX-License-Identifier: Apache-2.0
// One group: relationships and adjacency lists.
#include <algorithm>
#include <utility>

#include "storage/group_reader.h"

namespace kith::storage {
namespace {

MainKind ListKind(bool outgoing) {
  return outgoing ? MainKind::kOutgoing : MainKind::kIncoming;
}

bool Wanted(std::span<const RelTypeId> types, RelTypeId type) {
  return types.empty() || std::binary_search(types.begin(), types.end(), type);
}

AdjacencyItem ItemOf(const DeltaEdge& edge, GroupId group, bool outgoing) {
  const GroupId source = outgoing ? group : edge.neighbour.group();
  return {edge.type, edge.neighbour, RelId(source, edge.serial), outgoing};
}

}  // namespace

Result<std::optional<Endpoints>> GroupReader::Ends(uint32_t serial) {
  for (size_t run = 0; run < version_->runs.size(); ++run) {
    for (const DeltaRow& delta : DeltaRows(run, RowKind::kRelationship, serial)) {
      const RowEntry& entry = delta.entry;
      if (entry.tombstone) return std::optional<Endpoints>();
      if (!entry.image) continue;
      return std::optional<Endpoints>(
          {true, NodeId(group_, entry.source_slot), entry.target, entry.type});
    }
  }
  const ChunkList* pages = directory().Find(MainKind::kRelationshipPage, 0);
  const auto refs = pages != nullptr ? pages->Of(serial) : std::span<const ChunkRef>();
  if (refs.empty()) return std::optional<Endpoints>();
  KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(MainKind::kRelationshipPage, 0, refs.front()));
  const auto row = chunk->page().At(serial - refs.front().first);
  if (!row) return std::optional<Endpoints>();
  return std::optional<Endpoints>({true, NodeId(group_, row->source_slot), row->target, row->type});
}

bool GroupReader::HasChangedList(uint32_t slot, bool outgoing) const {
  for (const auto& run : version_->runs) {
    if (run != nullptr && run->HasEdges(slot, outgoing)) return true;
  }
  return false;
}

Status GroupReader::AppendFoldedList(uint32_t slot, bool outgoing, const ChunkList& list,
                                     std::vector<AdjacencyItem>* items) {
  const RelTypeId type = static_cast<RelTypeId>(list.id);
  for (const ChunkRef& ref : list.Of(slot)) {
    KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(ListKind(outgoing), list.id, ref));
    const AdjacencyChunk& adjacency = chunk->adjacency();
    const AdjacencyChunk::Range range = adjacency.List(slot);
    for (uint32_t i = range.begin; i < range.end; ++i) {
      const NodeId neighbour = adjacency.Neighbour(i);
      const GroupId source = outgoing ? group_ : neighbour.group();
      items->push_back({type, neighbour, RelId(source, adjacency.Serial(i)), outgoing});
    }
  }
  return Status::Ok();
}

// Brings the list that begins at `begin` up to date.
void GroupReader::ApplyRun(const DeltaRun& run, uint32_t slot, bool outgoing,
                           std::span<const RelTypeId> types, size_t begin,
                           std::vector<AdjacencyItem>* items) {
  const std::span<const DeltaEdge> edges = run.Edges(slot, outgoing);
  if (edges.empty()) return;
  merged_.clear();
  auto old = items->begin() + static_cast<std::ptrdiff_t>(begin);
  for (const DeltaEdge& edge : edges) {
    if (!Wanted(types, edge.type)) continue;
    const AdjacencyItem item = ItemOf(edge, group_, outgoing);
    while (old != items->end() && *old < item) merged_.push_back(*old++);
    const bool there = old != items->end() && !(item < *old);
    if (there) ++old;
    if (!edge.removed) merged_.push_back(item);
  }
  merged_.insert(merged_.end(), old, items->end());
  items->resize(begin);
  items->insert(items->end(), merged_.begin(), merged_.end());
}

Status GroupReader::AppendList(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                               std::vector<AdjacencyItem>* items) {
  const size_t begin = items->size();
  if (types.empty()) {
    for (const ChunkList& list : directory().Lists(ListKind(outgoing))) {
      KITH_RETURN_IF_ERROR(AppendFoldedList(slot, outgoing, list, items));
    }
  }
  for (const RelTypeId type : types) {
    const ChunkList* list = directory().Find(ListKind(outgoing), static_cast<uint32_t>(type));
    if (list != nullptr) KITH_RETURN_IF_ERROR(AppendFoldedList(slot, outgoing, *list, items));
  }
  for (size_t run = version_->runs.size(); run-- > 0;) {
    if (version_->runs[run] == nullptr) continue;
    ApplyRun(*version_->runs[run], slot, outgoing, types, begin, items);
  }
  return Status::Ok();
}

Status GroupReader::Degree(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                           uint32_t* degree) {
  *degree = 0;
  if (HasChangedList(slot, outgoing)) {
    std::vector<AdjacencyItem> items;
    KITH_RETURN_IF_ERROR(AppendList(slot, outgoing, types, &items));
    *degree = static_cast<uint32_t>(items.size());
    return Status::Ok();
  }
  for (const ChunkList& list : directory().Lists(ListKind(outgoing))) {
    if (!Wanted(types, static_cast<RelTypeId>(list.id))) continue;
    for (const ChunkRef& ref : list.Of(slot)) {
      KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(ListKind(outgoing), list.id, ref));
      *degree += chunk->adjacency().List(slot).size();
    }
  }
  return Status::Ok();
}

}  // namespace kith::storage

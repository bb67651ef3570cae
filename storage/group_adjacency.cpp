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

// Calls `visit(type, chunk, range)` for each piece of the lists of these types (none: all), in
// order.
template <typename Visit>
Status GroupReader::VisitFolded(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                                const Visit& visit) {
  const MainKind kind = ListKind(outgoing);
  const auto visit_list = [&](const ChunkList& list) -> Status {
    for (const ChunkRef& ref : list.Of(slot)) {
      KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(kind, list.id, ref));
      const AdjacencyChunk& adjacency = chunk->adjacency();
      visit(static_cast<RelTypeId>(list.id), adjacency, adjacency.List(slot));
    }
    return Status::Ok();
  };
  if (types.empty()) {
    for (const ChunkList& list : directory().Lists(kind)) KITH_RETURN_IF_ERROR(visit_list(list));
  }
  for (const RelTypeId type : types) {
    const ChunkList* list = directory().Find(kind, static_cast<uint32_t>(type));
    if (list != nullptr) KITH_RETURN_IF_ERROR(visit_list(*list));
  }
  return Status::Ok();
}

Status GroupReader::AppendFolded(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                                 bool relationships, Adjacency* adjacency) {
  return VisitFolded(
      slot, outgoing, types,
      [&](RelTypeId type, const AdjacencyChunk& chunk, AdjacencyChunk::Range range) {
        size_t next = adjacency->neighbours.size();
        chunk.ForEachNeighbour(
            range, [&](NodeId neighbour) { adjacency->neighbours.push_back(neighbour); });
        if (!relationships) return;
        chunk.ForEachSerial(range, [&](uint32_t serial) {
          const GroupId source = outgoing ? group_ : adjacency->neighbours[next++].group();
          adjacency->relationships.push_back(RelId(source, serial));
        });
        adjacency->types.resize(adjacency->relationships.size(), type);
        adjacency->outgoing.resize(adjacency->relationships.size(), outgoing ? 1 : 0);
      });
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
  KITH_RETURN_IF_ERROR(
      VisitFolded(slot, outgoing, types,
                  [&](RelTypeId type, const AdjacencyChunk& chunk, AdjacencyChunk::Range range) {
                    for (uint32_t i = range.begin; i < range.end; ++i) {
                      const NodeId neighbour = chunk.Neighbour(i);
                      const GroupId source = outgoing ? group_ : neighbour.group();
                      items->push_back({type, neighbour, RelId(source, chunk.Serial(i)), outgoing});
                    }
                  }));
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
  return VisitFolded(slot, outgoing, types,
                     [&](RelTypeId, const AdjacencyChunk&, AdjacencyChunk::Range range) {
                       *degree += range.size();
                     });
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// ReadView: expanding nodes along their relationships.
#include <algorithm>
#include <iterator>

#include "storage/graph_view.h"
#include "storage/span_access.h"

namespace kith::storage {
namespace {

void AppendItem(const AdjacencyItem& item, bool relationships, Adjacency* adjacency) {
  adjacency->neighbours.push_back(item.neighbour);
  if (!relationships) return;
  adjacency->relationships.push_back(item.relationship);
  adjacency->types.push_back(item.type);
  adjacency->outgoing.push_back(item.outgoing ? 1 : 0);
}

// Types sorted and without repeats, as the merging of lists needs them.
std::vector<RelTypeId> Normalised(std::span<const RelTypeId> types) {
  std::vector<RelTypeId> sorted(types.begin(), types.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

}  // namespace

bool GraphView::Unchanged(NodeId node, bool outgoing) const {
  return overlay_ == nullptr || (!overlay_->AddsAdjacency(outgoing) &&
                                 !overlay_->removes_relationships() && !WasDeleted(node));
}

Status GraphView::AppendStored(NodeId node, bool outgoing, const RelTypeId* type, Access access,
                               std::vector<AdjacencyItem>* items) {
  const NodeEntry* own = Own(node);
  if (!IsNodeId(node) || (own != nullptr && own->base == nullptr)) return Status::Ok();
  const bool removals = overlay_ != nullptr && overlay_->removes_relationships();
  return reader_->VisitAdjacency(
      node, outgoing, type != nullptr ? std::optional(*type) : std::nullopt, access,
      [&](RelTypeId entry_type, NodeId neighbour, RelId relationship) {
        if (removals && overlay_->Removed(relationship)) return;
        items->push_back({entry_type, neighbour, relationship, outgoing});
      });
}

Status GraphView::OneDirection(NodeId node, bool outgoing, std::span<const RelTypeId> types,
                               Access access, std::vector<AdjacencyItem>* items) {
  const size_t count = types.empty() ? 1 : types.size();
  for (size_t i = 0; i < count; ++i) {
    const RelTypeId* type = types.empty() ? nullptr : &types[i];
    const auto begin = static_cast<std::ptrdiff_t>(items->size());
    KITH_RETURN_IF_ERROR(AppendStored(node, outgoing, type, access, items));
    const auto middle = static_cast<std::ptrdiff_t>(items->size());
    if (overlay_ == nullptr) continue;
    overlay_->AppendAdded(node, outgoing, type, items);
    std::inplace_merge(items->begin() + begin, items->begin() + middle, items->end());
  }
  return Status::Ok();
}

Status GraphView::List(NodeId node, const ExpandOptions& options, Access access,
                       std::vector<AdjacencyItem>* items) {
  items->clear();
  if (WasDeleted(node)) return Status::Ok();
  if (options.direction != Direction::kBoth) {
    return OneDirection(node, options.direction == Direction::kOutgoing, options.types, access,
                        items);
  }
  first_.clear();
  second_.clear();
  KITH_RETURN_IF_ERROR(OneDirection(node, true, options.types, access, &first_));
  KITH_RETURN_IF_ERROR(OneDirection(node, false, options.types, access, &second_));
  // Equal items are self-loops, which the union keeps once, from the outgoing list.
  std::set_union(first_.begin(), first_.end(), second_.begin(), second_.end(),
                 std::back_inserter(*items));
  return Status::Ok();
}

// One direction as the snapshot has it, straight into the result.
Status GraphView::ExpandStored(NodeId node, const ExpandOptions& options, Access access,
                               Adjacency* adjacency) {
  if (!IsNodeId(node)) return Status::Ok();
  const bool outgoing = options.direction == Direction::kOutgoing;
  const size_t count = options.types.empty() ? 1 : options.types.size();
  for (size_t i = 0; i < count; ++i) {
    KITH_RETURN_IF_ERROR(reader_->VisitAdjacency(
        node, outgoing, options.types.empty() ? std::nullopt : std::optional(options.types[i]),
        access, [&](RelTypeId type, NodeId neighbour, RelId relationship) {
          AppendItem({type, neighbour, relationship, outgoing}, options.relationships, adjacency);
        }));
  }
  return Status::Ok();
}

Status GraphView::Expand(std::span<const NodeId> nodes, const ExpandOptions& options,
                         Adjacency* adjacency) {
  const std::vector<RelTypeId> types = Normalised(options.types);
  ExpandOptions normal = options;
  normal.types = types;
  adjacency->offsets.assign(1, 0);
  adjacency->offsets.reserve(nodes.size() + 1);
  adjacency->neighbours.clear();
  adjacency->relationships.clear();
  adjacency->types.clear();
  adjacency->outgoing.clear();
  const Access access = AccessOf(nodes);
  const bool one_way = options.direction != Direction::kBoth;
  for (const NodeId node : nodes) {
    if (one_way && Unchanged(node, options.direction == Direction::kOutgoing)) {
      KITH_RETURN_IF_ERROR(ExpandStored(node, normal, access, adjacency));
    } else {
      KITH_RETURN_IF_ERROR(List(node, normal, access, &items_));
      for (const AdjacencyItem& item : items_) {
        AppendItem(item, options.relationships, adjacency);
      }
    }
    if (adjacency->neighbours.size() > UINT32_MAX) {
      return Status(StatusCode::kResourceExhausted,
                    "an expansion has more than 4,294,967,295 entries; expand fewer nodes at once");
    }
    adjacency->offsets.push_back(static_cast<uint32_t>(adjacency->neighbours.size()));
  }
  return Status::Ok();
}

Status GraphView::Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                         std::vector<uint32_t>* degrees) {
  const std::vector<RelTypeId> types = Normalised(options.types);
  ExpandOptions normal = options;
  normal.types = types;
  degrees->assign(nodes.size(), 0);
  const Access access = AccessOf(nodes);
  for (size_t i = 0; i < nodes.size(); ++i) {
    KITH_RETURN_IF_ERROR(List(nodes[i], normal, access, &items_));
    (*degrees)[i] = static_cast<uint32_t>(items_.size());
  }
  return Status::Ok();
}

Status GraphView::HasRelationships(NodeId node, bool* has) {
  items_.clear();
  KITH_RETURN_IF_ERROR(OneDirection(node, true, {}, Access::kPoint, &items_));
  if (items_.empty()) {
    KITH_RETURN_IF_ERROR(OneDirection(node, false, {}, Access::kPoint, &items_));
  }
  *has = !items_.empty();
  return Status::Ok();
}

}  // namespace kith::storage

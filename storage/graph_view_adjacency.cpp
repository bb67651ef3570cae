// SPDX-License-Identifier: Apache-2.0
// ReadView: expanding nodes along their relationships.
#include <algorithm>
#include <iterator>

#include "storage/graph_view.h"

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

Status GraphView::AppendStored(NodeId node, bool outgoing, std::span<const RelTypeId> types,
                               std::vector<AdjacencyItem>* items) {
  const NodeEntry* own = Own(node);
  if (!IsNodeId(node) || (own != nullptr && own->base == nullptr)) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(GroupReader * group, reader_->Group(node.group()));
  const auto begin = static_cast<std::ptrdiff_t>(items->size());
  KITH_RETURN_IF_ERROR(group->AppendList(node.slot(), outgoing, types, items));
  if (overlay_ == nullptr || !overlay_->removes_relationships()) return Status::Ok();
  const auto gone = [&](const AdjacencyItem& item) { return overlay_->Removed(item.relationship); };
  items->erase(std::remove_if(items->begin() + begin, items->end(), gone), items->end());
  return Status::Ok();
}

Status GraphView::OneDirection(NodeId node, bool outgoing, std::span<const RelTypeId> types,
                               std::vector<AdjacencyItem>* items) {
  const auto begin = static_cast<std::ptrdiff_t>(items->size());
  KITH_RETURN_IF_ERROR(AppendStored(node, outgoing, types, items));
  if (overlay_ == nullptr) return Status::Ok();
  const auto middle = static_cast<std::ptrdiff_t>(items->size());
  if (types.empty()) overlay_->AppendAdded(node, outgoing, nullptr, items);
  for (const RelTypeId& type : types) overlay_->AppendAdded(node, outgoing, &type, items);
  std::inplace_merge(items->begin() + begin, items->begin() + middle, items->end());
  return Status::Ok();
}

Status GraphView::List(NodeId node, const ExpandOptions& options,
                       std::vector<AdjacencyItem>* items) {
  items->clear();
  if (WasDeleted(node)) return Status::Ok();
  if (options.direction != Direction::kBoth) {
    return OneDirection(node, options.direction == Direction::kOutgoing, options.types, items);
  }
  first_.clear();
  second_.clear();
  KITH_RETURN_IF_ERROR(OneDirection(node, true, options.types, &first_));
  KITH_RETURN_IF_ERROR(OneDirection(node, false, options.types, &second_));
  // Equal items are self-loops, which the union keeps once, from the outgoing list.
  std::set_union(first_.begin(), first_.end(), second_.begin(), second_.end(),
                 std::back_inserter(*items));
  return Status::Ok();
}

Status GraphView::ExpandOne(NodeId node, const ExpandOptions& options, Adjacency* adjacency) {
  const bool outgoing = options.direction == Direction::kOutgoing;
  if (options.direction != Direction::kBoth && IsNodeId(node) && Unchanged(node, outgoing)) {
    KITH_ASSIGN_OR_RETURN(GroupReader * group, reader_->Group(node.group()));
    if (!group->HasChangedList(node.slot(), outgoing)) {
      return group->AppendFolded(node.slot(), outgoing, options.types, options.relationships,
                                 adjacency);
    }
  }
  KITH_RETURN_IF_ERROR(List(node, options, &items_));
  for (const AdjacencyItem& item : items_) AppendItem(item, options.relationships, adjacency);
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
  for (const NodeId node : nodes) {
    KITH_RETURN_IF_ERROR(ExpandOne(node, normal, adjacency));
    if (adjacency->neighbours.size() > UINT32_MAX) {
      return Status(StatusCode::kResourceExhausted,
                    "an expansion has more than 4,294,967,295 entries; expand fewer nodes at once");
    }
    adjacency->offsets.push_back(static_cast<uint32_t>(adjacency->neighbours.size()));
  }
  return Status::Ok();
}

Result<uint32_t> GraphView::DegreeOf(NodeId node, const ExpandOptions& options) {
  const bool outgoing = options.direction == Direction::kOutgoing;
  if (options.direction == Direction::kBoth || !Unchanged(node, outgoing) || !IsNodeId(node)) {
    KITH_RETURN_IF_ERROR(List(node, options, &items_));
    return static_cast<uint32_t>(items_.size());
  }
  KITH_ASSIGN_OR_RETURN(GroupReader * group, reader_->Group(node.group()));
  uint32_t degree = 0;
  KITH_RETURN_IF_ERROR(group->Degree(node.slot(), outgoing, options.types, &degree));
  return degree;
}

Status GraphView::Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                         std::vector<uint32_t>* degrees) {
  const std::vector<RelTypeId> types = Normalised(options.types);
  ExpandOptions normal = options;
  normal.types = types;
  degrees->assign(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    KITH_ASSIGN_OR_RETURN((*degrees)[i], DegreeOf(nodes[i], normal));
  }
  return Status::Ok();
}

Status GraphView::HasRelationships(NodeId node, bool* has) {
  items_.clear();
  KITH_RETURN_IF_ERROR(OneDirection(node, true, {}, &items_));
  if (items_.empty()) {
    KITH_RETURN_IF_ERROR(OneDirection(node, false, {}, &items_));
  }
  *has = !items_.empty();
  return Status::Ok();
}

}  // namespace kith::storage

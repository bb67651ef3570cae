// SPDX-License-Identifier: Apache-2.0
// A transaction's own changes to the graph.
#include "storage/overlay.h"

#include <algorithm>
#include <utility>

namespace kith::storage {
namespace {

// Ids mostly come in ascending order, for which the end is the right hint.
template <typename T>
void InsertLast(std::set<T>* set, T value) {
  set->insert(set->end(), std::move(value));
}

bool Has(const std::vector<LabelId>& labels, LabelId label) {
  return std::binary_search(labels.begin(), labels.end(), label);
}

// Calls `visit` for each label that is in `now` but not in `then`.
template <typename Visit>
void ForEachNew(const std::vector<LabelId>& now, const std::vector<LabelId>& then, Visit visit) {
  for (const LabelId label : now) {
    if (!Has(then, label)) visit(label);
  }
}

}  // namespace

const NodeEntry* GraphOverlay::Find(NodeId node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second;
}

const RelationshipEntry* GraphOverlay::Find(RelId relationship) const {
  const auto found = relationships_.find(relationship);
  return found == relationships_.end() ? nullptr : &found->second;
}

void GraphOverlay::Index(NodeId node, const NodeEntry& entry) {
  static const std::vector<LabelId> kNone;
  if (entry.base == nullptr && entry.exists) InsertLast(&created_nodes_, node);
  if (entry.base != nullptr && !entry.exists) InsertLast(&deleted_nodes_, node);
  const std::vector<LabelId>& then = entry.base != nullptr ? entry.base->state.labels : kNone;
  const std::vector<LabelId>& now = entry.exists ? entry.state.labels : kNone;
  ForEachNew(now, then, [&](LabelId label) { InsertLast(&added_labels_, {label, node}); });
  ForEachNew(then, now, [&](LabelId label) { InsertLast(&removed_labels_, {label, node}); });
}

void GraphOverlay::Unindex(NodeId node, const NodeEntry& entry) {
  static const std::vector<LabelId> kNone;
  if (entry.base == nullptr && entry.exists) created_nodes_.erase(node);
  if (entry.base != nullptr && !entry.exists) deleted_nodes_.erase(node);
  const std::vector<LabelId>& then = entry.base != nullptr ? entry.base->state.labels : kNone;
  const std::vector<LabelId>& now = entry.exists ? entry.state.labels : kNone;
  ForEachNew(now, then, [&](LabelId label) { added_labels_.erase({label, node}); });
  ForEachNew(then, now, [&](LabelId label) { removed_labels_.erase({label, node}); });
}

void GraphOverlay::Index(RelId relationship, const RelationshipEntry& entry) {
  const RelationshipState& state = entry.state;
  if (entry.base == nullptr && entry.exists) {
    InsertLast(&added_out_, {state.start, state.type, state.end, relationship});
    InsertLast(&added_in_, {state.end, state.type, state.start, relationship});
  }
  if (entry.base != nullptr && !entry.exists) ++removed_relationships_;
}

void GraphOverlay::Unindex(RelId relationship, const RelationshipEntry& entry) {
  const RelationshipState& state = entry.state;
  if (entry.base == nullptr && entry.exists) {
    added_out_.erase({state.start, state.type, state.end, relationship});
    added_in_.erase({state.end, state.type, state.start, relationship});
  }
  if (entry.base != nullptr && !entry.exists) --removed_relationships_;
}

std::unique_ptr<NodeEntry> GraphOverlay::Replace(NodeId node, NodeEntry entry) {
  const auto [at, inserted] = nodes_.try_emplace(node);
  std::unique_ptr<NodeEntry> previous;
  if (!inserted) {
    Unindex(node, at->second);
    previous = std::make_unique<NodeEntry>(std::move(at->second));
  }
  at->second = std::move(entry);
  Index(node, at->second);
  return previous;
}

std::unique_ptr<RelationshipEntry> GraphOverlay::Replace(RelId relationship,
                                                         RelationshipEntry entry) {
  const auto [at, inserted] = relationships_.try_emplace(relationship);
  std::unique_ptr<RelationshipEntry> previous;
  if (!inserted) {
    Unindex(relationship, at->second);
    previous = std::make_unique<RelationshipEntry>(std::move(at->second));
  }
  at->second = std::move(entry);
  Index(relationship, at->second);
  return previous;
}

void GraphOverlay::Restore(NodeId node, std::unique_ptr<NodeEntry> previous) {
  const auto at = nodes_.find(node);
  Unindex(node, at->second);
  if (previous == nullptr) {
    nodes_.erase(at);
    return;
  }
  at->second = std::move(*previous);
  Index(node, at->second);
}

void GraphOverlay::Restore(RelId relationship, std::unique_ptr<RelationshipEntry> previous) {
  const auto at = relationships_.find(relationship);
  Unindex(relationship, at->second);
  if (previous == nullptr) {
    relationships_.erase(at);
    return;
  }
  at->second = std::move(*previous);
  Index(relationship, at->second);
}

void GraphOverlay::PatchMembers(GroupId group, const LabelId* label, SlotBitmap* members) const {
  const NodeId first(group, 0);
  if (label == nullptr) {
    for (auto node = created_nodes_.lower_bound(first);
         node != created_nodes_.end() && node->group() == group; ++node) {
      members->Insert(node->slot());
    }
    for (auto node = deleted_nodes_.lower_bound(first);
         node != deleted_nodes_.end() && node->group() == group; ++node) {
      members->Remove(node->slot());
    }
    return;
  }
  const auto in_range = [&](const LabelMember& member) {
    return member.first == *label && member.second.group() == group;
  };
  for (auto member = added_labels_.lower_bound({*label, first});
       member != added_labels_.end() && in_range(*member); ++member) {
    members->Insert(member->second.slot());
  }
  for (auto member = removed_labels_.lower_bound({*label, first});
       member != removed_labels_.end() && in_range(*member); ++member) {
    members->Remove(member->second.slot());
  }
}

bool GraphOverlay::Removed(RelId relationship) const {
  if (removed_relationships_ == 0) return false;
  const RelationshipEntry* entry = Find(relationship);
  return entry != nullptr && !entry->exists;
}

void GraphOverlay::AppendAdded(NodeId node, bool outgoing, const RelTypeId* type,
                               std::vector<AdjacencyItem>* items) const {
  const std::set<AddedEntry>& added = outgoing ? added_out_ : added_in_;
  if (added.empty()) return;
  const RelTypeId first = type != nullptr ? *type : RelTypeId{};
  for (auto entry = added.lower_bound({node, first, NodeId(), RelId()}); entry != added.end();
       ++entry) {
    const auto& [from, entry_type, neighbour, relationship] = *entry;
    if (from != node || (type != nullptr && entry_type != *type)) return;
    items->push_back({entry_type, neighbour, relationship, outgoing});
  }
}

}  // namespace kith::storage

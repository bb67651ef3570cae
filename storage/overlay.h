// SPDX-License-Identifier: Apache-2.0
// A transaction's own changes to the graph, laid over its snapshot: the state of every node and
// relationship that it touched, and what follows from them kept in order for the readers (created
// and deleted nodes, label membership, adjacency). Inside storage only.
//
// Invariants: a derived set is a function of the entries; an entry that existed in the snapshot has
// a base. Thread safety: belongs to one thread.
#pragma once

#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "storage/change_sink.h"

namespace kith::storage {

/// A node that the transaction touched.
struct NodeEntry {
  /// What the snapshot has.
  struct Base {
    NodeState state;
    size_t patches = 0;  ///< In the delta, above the row's image or what is folded of it.
  };
  bool exists = false;               ///< Now.
  NodeState state;                   ///< Now; empty when deleted.
  std::shared_ptr<const Base> base;  ///< Null for a node that this transaction created.
};

struct RelationshipEntry {
  struct Base {
    PropertyList properties;
    size_t patches = 0;
  };
  bool exists = false;
  RelationshipState state;  ///< Deleted: ends and type stay, properties go.
  std::shared_ptr<const Base> base;
};

/// One entry of an adjacency list, in the order in which lists are sorted.
struct AdjacencyItem {
  RelTypeId type{};
  NodeId neighbour;
  RelId relationship;
  bool outgoing = true;
  /// A self-loop appears in both directions with one id, and counts once.
  friend bool operator<(const AdjacencyItem& a, const AdjacencyItem& b) {
    return std::tie(a.type, a.neighbour, a.relationship) <
           std::tie(b.type, b.neighbour, b.relationship);
  }
};

class GraphOverlay {
 public:
  /// Null when the transaction has not touched it. Pointers live until the entry changes.
  const NodeEntry* Find(NodeId node) const;
  const RelationshipEntry* Find(RelId relationship) const;

  /// Puts an entry in the place of the old one (if any) and brings the derived sets up to date.
  /// Returns the old one, null when there was none.
  std::unique_ptr<NodeEntry> Replace(NodeId node, NodeEntry entry);
  std::unique_ptr<RelationshipEntry> Replace(RelId relationship, RelationshipEntry entry);
  /// Undoes a Replace: `previous` is what it returned.
  void Restore(NodeId node, std::unique_ptr<NodeEntry> previous);
  void Restore(RelId relationship, std::unique_ptr<RelationshipEntry> previous);

  bool empty() const { return nodes_.empty() && relationships_.empty(); }
  bool HasNodes() const { return !nodes_.empty(); }
  bool HasRelationships() const { return !relationships_.empty(); }

  /// Corrects the members of a group (with a label, or all nodes) from the snapshot's to now.
  void PatchMembers(GroupId group, const LabelId* label, SlotBitmap* members) const;
  /// True when the relationship is in the snapshot and has been deleted.
  bool Removed(RelId relationship) const;
  bool removes_relationships() const { return removed_relationships_ != 0; }
  /// Appends the created entries of one direction's list, of one type or all, in order.
  void AppendAdded(NodeId node, bool outgoing, const RelTypeId* type,
                   std::vector<AdjacencyItem>* items) const;
  bool AddsAdjacency(bool outgoing) const {
    return outgoing ? !added_out_.empty() : !added_in_.empty();
  }

  const std::unordered_map<NodeId, NodeEntry>& nodes() const { return nodes_; }
  const std::unordered_map<RelId, RelationshipEntry>& relationships() const {
    return relationships_;
  }

 private:
  using LabelMember = std::pair<LabelId, NodeId>;
  using AddedEntry = std::tuple<NodeId, RelTypeId, NodeId, RelId>;

  void Index(NodeId node, const NodeEntry& entry);
  void Unindex(NodeId node, const NodeEntry& entry);
  void Index(RelId relationship, const RelationshipEntry& entry);
  void Unindex(RelId relationship, const RelationshipEntry& entry);

  std::unordered_map<NodeId, NodeEntry> nodes_;
  std::unordered_map<RelId, RelationshipEntry> relationships_;
  std::set<NodeId> created_nodes_;
  std::set<NodeId> deleted_nodes_;
  std::set<LabelMember> added_labels_;
  std::set<LabelMember> removed_labels_;
  std::set<AddedEntry> added_out_;
  std::set<AddedEntry> added_in_;
  size_t removed_relationships_ = 0;
};

}  // namespace kith::storage

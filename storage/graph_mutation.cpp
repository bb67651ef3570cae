// SPDX-License-Identifier: Apache-2.0
// The changes that a transaction makes to the graph.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "storage/format/value_codec.h"
#include "storage/graph_transaction.h"

namespace kith::storage {
namespace {

// A hash map entry with its state, two or three tree entries of the derived sets, the undo record:
// measured on nodes with one label and relationships without properties.
constexpr size_t kEntryOverheadBytes = 320;

Status Missing(NodeId node, bool deleted) {
  return Status(StatusCode::kEntityNotFound,
                fmt::format("node {} {}", node.AsInteger(),
                            deleted ? "was deleted in this transaction; do not use it after that"
                                    : "does not exist; match it again before changing it"))
      .WithDetail(deleted ? "DeletedEntityAccess" : "");
}

Status Missing(RelId relationship, bool deleted) {
  return Status(StatusCode::kEntityNotFound,
                fmt::format("relationship {} {}", relationship.AsInteger(),
                            deleted ? "was deleted in this transaction; do not use it after that"
                                    : "does not exist; match it again before changing it"))
      .WithDetail(deleted ? "DeletedEntityAccess" : "");
}

std::vector<LabelId> Normalised(std::span<const LabelId> labels) {
  std::vector<LabelId> sorted(labels.begin(), labels.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

Status CheckWrites(std::span<const PropertyWrite> writes) {
  for (const PropertyWrite& write : writes) KITH_RETURN_IF_ERROR(CheckStorable(write.value));
  return Status::Ok();
}

// Applies the writes in order and returns how many had an effect to count: assignments, and
// removals of what was there.
uint64_t Apply(std::span<const PropertyWrite> writes, PropertyList* properties) {
  uint64_t effective = 0;
  for (const PropertyWrite& write : writes) {
    const auto at =
        std::lower_bound(properties->begin(), properties->end(), write.property,
                         [](const auto& entry, PropertyId id) { return entry.first < id; });
    const bool present = at != properties->end() && at->first == write.property;
    if (write.value.IsNull()) {
      if (!present) continue;
      properties->erase(at);
    } else if (present) {
      at->second = write.value;
    } else {
      properties->emplace(at, write.property, write.value);
    }
    ++effective;
  }
  return effective;
}

size_t BytesOf(const PropertyList& properties) {
  size_t bytes = kEntryOverheadBytes + properties.size() * sizeof(PropertyList::value_type);
  for (const auto& entry : properties) bytes += entry.second.HeapBytes();
  return bytes;
}

}  // namespace

template <typename Mutate>
Status GraphTransaction::Guarded(const Mutate& mutate) {
  KITH_RETURN_IF_ERROR(CheckWritable());
  const size_t undo_size = undo_.size();
  const size_t deleted = deleted_nodes_.size();
  const size_t bytes = bytes_;
  const WriteCounts counts = counts_;
  ++mutation_depth_;
  Status status = mutate();
  --mutation_depth_;
  if (!status.ok()) {
    UndoTo(undo_size);
    deleted_nodes_.resize(deleted);
    bytes_ = bytes;
    counts_ = counts;
  }
  DropUndoLog();
  return status;
}

Status GraphTransaction::CheckStillWritable(ValidationKey key) {
  if (!context_.pipeline->ConflictsEarly(key, snapshot_->commit())) return Status::Ok();
  return Status(StatusCode::kConflict,
                "another transaction changed the same data first; run this transaction again");
}

Result<NodeEntry> GraphTransaction::EntryOf(NodeId node) {
  if (const NodeEntry* own = graph_.Find(node)) {
    if (!own->exists) return Missing(node, true);
    return *own;
  }
  KITH_ASSIGN_OR_RETURN(std::optional<NodeState> stored, reader_->NodeOf(node));
  if (!stored) {
    NoteRead(node);
    return Missing(node, false);
  }
  KITH_RETURN_IF_ERROR(CheckStillWritable(RowWritten(node)));
  KITH_ASSIGN_OR_RETURN(const GroupReader* group, reader_->Group(node.group()));
  auto base = std::make_shared<NodeEntry::Base>();
  base->state = *stored;
  base->patches = group->Patches(RowKind::kNode, node.slot());
  NodeEntry entry;
  entry.exists = true;
  entry.state = std::move(*stored);
  entry.base = std::move(base);
  return entry;
}

Result<RelationshipEntry> GraphTransaction::EntryOf(RelId relationship) {
  if (const RelationshipEntry* own = graph_.Find(relationship)) {
    if (!own->exists) return Missing(relationship, true);
    return *own;
  }
  KITH_ASSIGN_OR_RETURN(std::optional<RelationshipState> stored,
                        reader_->RelationshipOf(relationship));
  if (!stored) {
    NoteRead(relationship);
    return Missing(relationship, false);
  }
  KITH_RETURN_IF_ERROR(CheckStillWritable(RowWritten(relationship)));
  KITH_ASSIGN_OR_RETURN(const GroupReader* group, reader_->Group(relationship.source_group()));
  auto base = std::make_shared<RelationshipEntry::Base>();
  base->properties = stored->properties;
  base->patches = group->Patches(RowKind::kRelationship, relationship.serial());
  RelationshipEntry entry;
  entry.exists = true;
  entry.state = std::move(*stored);
  entry.base = std::move(base);
  return entry;
}

// A node that is to get a relationship must exist.
Status GraphTransaction::CheckEnd(NodeId node) {
  if (const NodeEntry* own = graph_.Find(node)) {
    return own->exists ? Status::Ok() : Missing(node, true);
  }
  if (known_ends_.count(node) != 0) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(const bool exists, reader_->Exists(node));
  if (!exists) {
    NoteRead(node);
    return Missing(node, false);
  }
  KITH_RETURN_IF_ERROR(CheckStillWritable(NodeDeleted(node)));
  known_ends_.insert(node);
  return Status::Ok();
}

Status GraphTransaction::Change(NodeId node, NodeEntry entry) {
  KITH_RETURN_IF_ERROR(Charge(BytesOf(entry.state.properties)));
  std::unique_ptr<NodeEntry> replaced = graph_.Replace(node, std::move(entry));
  const NodeEntry* previous = replaced.get();
  undo_.emplace_back(NodeUndo{node, std::move(replaced)});
  const NodeEntry* current = graph_.Find(node);
  NodeChange change;
  change.id = node;
  if (previous != nullptr) {
    change.before = &previous->state;
  } else if (current->base != nullptr) {
    change.before = &current->base->state;
  }
  if (current->exists) change.after = &current->state;
  for (ChangeSink* sink : *context_.sinks) {
    KITH_RETURN_IF_ERROR(sink->OnNodeChange(change, *this));
  }
  return Status::Ok();
}

Status GraphTransaction::Change(RelId relationship, RelationshipEntry entry) {
  KITH_RETURN_IF_ERROR(Charge(BytesOf(entry.state.properties)));
  std::unique_ptr<RelationshipEntry> replaced = graph_.Replace(relationship, std::move(entry));
  const RelationshipEntry* previous = replaced.get();
  undo_.emplace_back(RelationshipUndo{relationship, std::move(replaced)});
  const RelationshipEntry* current = graph_.Find(relationship);
  RelationshipChange change;
  change.id = relationship;
  RelationshipState stored;
  if (previous != nullptr) {
    change.before = &previous->state;
  } else if (current->base != nullptr) {
    stored = current->state;
    stored.properties = current->base->properties;
    change.before = &stored;
  }
  if (current->exists) change.after = &current->state;
  for (ChangeSink* sink : *context_.sinks) {
    KITH_RETURN_IF_ERROR(sink->OnRelationshipChange(change, *this));
  }
  return Status::Ok();
}

Result<NodeId> GraphTransaction::CreateNode(std::span<const LabelId> labels,
                                            std::span<const PropertyWrite> properties) {
  NodeId node;
  const Status status = Guarded([&]() -> Status {
    KITH_RETURN_IF_ERROR(CheckWrites(properties));
    NodeEntry entry;
    entry.exists = true;
    entry.state.labels = Normalised(labels);
    counts_.properties_set += Apply(properties, &entry.state.properties);
    counts_.labels_added += entry.state.labels.size();
    ++counts_.nodes_created;
    KITH_ASSIGN_OR_RETURN(node, context_.catalog->AllocateNode(entry.state.labels));
    return Change(node, std::move(entry));
  });
  if (!status.ok()) return status;
  return node;
}

Result<RelId> GraphTransaction::CreateRelationship(NodeId start, RelTypeId type, NodeId end,
                                                   std::span<const PropertyWrite> properties) {
  RelId relationship;
  const Status status = Guarded([&]() -> Status {
    KITH_RETURN_IF_ERROR(CheckWrites(properties));
    KITH_RETURN_IF_ERROR(CheckEnd(start));
    KITH_RETURN_IF_ERROR(CheckEnd(end));
    RelationshipEntry entry;
    entry.exists = true;
    entry.state = {start, end, type, {}};
    counts_.properties_set += Apply(properties, &entry.state.properties);
    ++counts_.relationships_created;
    KITH_ASSIGN_OR_RETURN(relationship,
                          context_.catalog->AllocateRelationship(start.group(), type));
    return Change(relationship, std::move(entry));
  });
  if (!status.ok()) return status;
  return relationship;
}

Status GraphTransaction::SetProperties(NodeId node, std::span<const PropertyWrite> writes) {
  return Guarded([&]() -> Status {
    KITH_RETURN_IF_ERROR(CheckWrites(writes));
    KITH_ASSIGN_OR_RETURN(NodeEntry entry, EntryOf(node));
    counts_.properties_set += Apply(writes, &entry.state.properties);
    return Change(node, std::move(entry));
  });
}

Status GraphTransaction::SetProperties(RelId relationship, std::span<const PropertyWrite> writes) {
  return Guarded([&]() -> Status {
    KITH_RETURN_IF_ERROR(CheckWrites(writes));
    KITH_ASSIGN_OR_RETURN(RelationshipEntry entry, EntryOf(relationship));
    counts_.properties_set += Apply(writes, &entry.state.properties);
    return Change(relationship, std::move(entry));
  });
}

Status GraphTransaction::AddLabels(NodeId node, std::span<const LabelId> labels) {
  return Guarded([&]() -> Status {
    KITH_ASSIGN_OR_RETURN(NodeEntry entry, EntryOf(node));
    std::vector<LabelId> all = entry.state.labels;
    all.insert(all.end(), labels.begin(), labels.end());
    all = Normalised(all);
    if (all.size() == entry.state.labels.size()) {
      NoteRead(node);
      return Status::Ok();
    }
    for (const LabelId label : labels) {
      KITH_RETURN_IF_ERROR(context_.catalog->NoteLabelInGroup(label, node.group()));
    }
    counts_.labels_added += all.size() - entry.state.labels.size();
    entry.state.labels = std::move(all);
    return Change(node, std::move(entry));
  });
}

Status GraphTransaction::RemoveLabels(NodeId node, std::span<const LabelId> labels) {
  return Guarded([&]() -> Status {
    KITH_ASSIGN_OR_RETURN(NodeEntry entry, EntryOf(node));
    const size_t removed = std::erase_if(entry.state.labels, [&](LabelId label) {
      return std::find(labels.begin(), labels.end(), label) != labels.end();
    });
    if (removed == 0) {
      NoteRead(node);
      return Status::Ok();
    }
    counts_.labels_removed += removed;
    return Change(node, std::move(entry));
  });
}

Status GraphTransaction::DeleteNode(NodeId node) {
  return Guarded([&]() -> Status {
    if (view_.WasDeleted(node)) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(NodeEntry entry, EntryOf(node));
    KITH_RETURN_IF_ERROR(CheckStillWritable(NodeAttached(node)));
    entry.exists = false;
    entry.state = NodeState();
    ++counts_.nodes_deleted;
    deleted_nodes_.push_back(node);
    return Change(node, std::move(entry));
  });
}

Status GraphTransaction::DeleteRelationship(RelId relationship) {
  return Guarded([&]() -> Status {
    if (view_.WasDeleted(relationship)) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(RelationshipEntry entry, EntryOf(relationship));
    entry.exists = false;
    entry.state.properties.clear();
    ++counts_.relationships_deleted;
    return Change(relationship, std::move(entry));
  });
}

Status GraphTransaction::CheckDangling() {
  for (; checked_deletions_ < deleted_nodes_.size(); ++checked_deletions_) {
    const NodeId node = deleted_nodes_[checked_deletions_];
    bool has = false;
    KITH_RETURN_IF_ERROR(view_.HasRelationships(node, &has));
    if (has) {
      NoteLinksRead(node);
      return Status(StatusCode::kConstraintViolation,
                    fmt::format("node {} cannot be deleted, because it still has relationships; "
                                "delete them first, or use DETACH DELETE",
                                node.AsInteger()))
          .WithDetail("DeleteConnectedNode");
    }
  }
  return Status::Ok();
}

}  // namespace kith::storage

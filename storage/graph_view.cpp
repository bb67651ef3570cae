// SPDX-License-Identifier: Apache-2.0
// ReadView: nodes, labels and properties. Adjacency is in graph_view_adjacency.cpp.
#include "storage/graph_view.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "storage/column_builder.h"
#include "storage/predicate.h"
#include "storage/statistics.h"

namespace kith::storage {
namespace {

const Value* FindInList(const PropertyList& list, PropertyId property) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), property,
                       [](const auto& entry, PropertyId id) { return entry.first < id; });
  return at != list.end() && at->first == property ? &at->second : nullptr;
}

// What the gathering of a column has to know of nodes and of relationships.
RowKind KindOf(NodeId) {
  return RowKind::kNode;
}
RowKind KindOf(RelId) {
  return RowKind::kRelationship;
}
GroupId GroupOf(NodeId node) {
  return node.group();
}
GroupId GroupOf(RelId relationship) {
  return relationship.source_group();
}
uint32_t RowOf(NodeId node) {
  return node.slot();
}
uint32_t RowOf(RelId relationship) {
  return relationship.serial();
}
bool IsId(NodeId node) {
  return IsNodeId(node);
}
bool IsId(RelId) {
  return true;
}

}  // namespace

GraphView::GraphView(const Catalog* catalog, std::shared_ptr<Snapshot> snapshot,
                     SnapshotReader* reader, const GraphOverlay* overlay, KeySpaceReader* keys)
    : catalog_(catalog),
      snapshot_(std::move(snapshot)),
      reader_(reader),
      overlay_(overlay),
      keys_(keys) {}

Result<std::unique_ptr<Statistics>> GraphView::GetStatistics() {
  return SnapshotStatistics::Read(snapshot_);
}

Result<std::vector<GroupId>> GraphView::LabelGroups(std::optional<LabelId> label) {
  return label ? catalog_->GroupsOf(*label) : catalog_->Groups();
}

Status GraphView::LabelNodes(GroupId group, std::optional<LabelId> label, SlotBitmap* members) {
  KITH_ASSIGN_OR_RETURN(const GroupReader* reader, reader_->Group(group));
  KITH_RETURN_IF_ERROR(reader->Members(label, members));
  if (overlay_ != nullptr && overlay_->HasNodes()) {
    overlay_->PatchMembers(group, label ? &*label : nullptr, members);
  }
  return Status::Ok();
}

Status GraphView::Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) {
  exist->assign(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    bool exists = false;
    if (const NodeEntry* own = Own(nodes[i])) {
      exists = own->exists;
    } else {
      KITH_ASSIGN_OR_RETURN(exists, reader_->Exists(nodes[i]));
    }
    (*exist)[i] = exists ? 1 : 0;
  }
  return Status::Ok();
}

Status GraphView::HaveLabel(std::span<const NodeId> nodes, LabelId label,
                            std::vector<uint8_t>* has) {
  has->assign(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    bool labelled = false;
    if (const NodeEntry* own = Own(nodes[i])) {
      const std::vector<LabelId>& labels = own->state.labels;
      labelled = own->exists && std::binary_search(labels.begin(), labels.end(), label);
    } else if (IsNodeId(nodes[i])) {
      KITH_ASSIGN_OR_RETURN(const GroupReader* group, reader_->Group(nodes[i].group()));
      KITH_RETURN_IF_ERROR(group->HasLabel(nodes[i].slot(), label, &labelled));
    }
    (*has)[i] = labelled ? 1 : 0;
  }
  return Status::Ok();
}

Status GraphView::Labels(std::span<const NodeId> nodes, std::vector<std::vector<LabelId>>* labels) {
  labels->assign(nodes.size(), {});
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (const NodeEntry* own = Own(nodes[i])) {
      if (own->exists) (*labels)[i] = own->state.labels;
    } else if (IsNodeId(nodes[i])) {
      KITH_ASSIGN_OR_RETURN(const GroupReader* group, reader_->Group(nodes[i].group()));
      KITH_RETURN_IF_ERROR(group->Labels(nodes[i].slot(), &(*labels)[i]));
    }
  }
  return Status::Ok();
}

template <typename Id>
Status GraphView::GatherColumn(std::span<const Id> ids, PropertyId property, Column* column) {
  ColumnBuilder builder(column, ids.size());
  size_t i = 0;
  while (i < ids.size()) {
    if (const auto* own = Own(ids[i])) {
      const Value* value = own->exists ? FindInList(own->state.properties, property) : nullptr;
      value != nullptr ? builder.Append(*value) : builder.AppendNull();
      ++i;
      continue;
    }
    if (!IsId(ids[i])) {
      builder.AppendNull();
      ++i;
      continue;
    }
    const GroupId group = GroupOf(ids[i]);
    rows_.clear();
    do {
      rows_.push_back(RowOf(ids[i++]));
    } while (i < ids.size() && GroupOf(ids[i]) == group && IsId(ids[i]) && Own(ids[i]) == nullptr);
    KITH_ASSIGN_OR_RETURN(GroupReader * reader, reader_->Group(group));
    KITH_RETURN_IF_ERROR(reader->Gather(KindOf(Id()), rows_, property, &builder));
  }
  return Status::Ok();
}

Status GraphView::Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) {
  return GatherColumn(nodes, property, column);
}

Status GraphView::Gather(std::span<const RelId> relationships, PropertyId property,
                         Column* column) {
  return GatherColumn(relationships, property, column);
}

Status GraphView::GatherMany(std::span<const NodeId> nodes, std::span<const PropertyId> properties,
                             std::vector<Column>* columns) {
  columns->resize(properties.size());
  for (size_t i = 0; i < properties.size(); ++i) {
    KITH_RETURN_IF_ERROR(GatherColumn(nodes, properties[i], &(*columns)[i]));
  }
  return Status::Ok();
}

Status GraphView::Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) {
  lists->assign(nodes.size(), {});
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (const NodeEntry* own = Own(nodes[i])) {
      (*lists)[i] = own->state.properties;
    } else if (IsNodeId(nodes[i])) {
      KITH_ASSIGN_OR_RETURN(GroupReader * group, reader_->Group(nodes[i].group()));
      KITH_RETURN_IF_ERROR(group->Properties(RowKind::kNode, nodes[i].slot(), &(*lists)[i]));
    }
  }
  return Status::Ok();
}

Status GraphView::Properties(std::span<const RelId> relationships,
                             std::vector<PropertyList>* lists) {
  lists->assign(relationships.size(), {});
  for (size_t i = 0; i < relationships.size(); ++i) {
    if (const RelationshipEntry* own = Own(relationships[i])) {
      (*lists)[i] = own->state.properties;
      continue;
    }
    KITH_ASSIGN_OR_RETURN(GroupReader * group, reader_->Group(relationships[i].source_group()));
    KITH_RETURN_IF_ERROR(
        group->Properties(RowKind::kRelationship, relationships[i].serial(), &(*lists)[i]));
  }
  return Status::Ok();
}

// Tests the members that the transaction has touched, and moves the others to `stored`.
void GraphView::FilterOwn(GroupId group, PropertyId property, const CompiledPredicate& predicate,
                          SlotBitmap* members, SlotBitmap* stored) const {
  *stored = *members;
  for (size_t word = 0; word < stored->words.size(); ++word) {
    for (uint64_t bits = stored->words[word]; bits != 0; bits &= bits - 1) {
      const uint32_t slot =
          static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(bits));
      const NodeEntry* own = overlay_->Find(NodeId(group, slot));
      if (own == nullptr) {
        members->Remove(slot);
        continue;
      }
      stored->Remove(slot);
      const Value* value = own->exists ? FindInList(own->state.properties, property) : nullptr;
      if (value == nullptr || !predicate.Passes(*value)) members->Remove(slot);
    }
  }
}

Status GraphView::ScanFilter(GroupId group, PropertyId property, const PropertyPredicate& predicate,
                             SlotBitmap* members) {
  const CompiledPredicate test(predicate);
  KITH_ASSIGN_OR_RETURN(GroupReader * reader, reader_->Group(group));
  if (overlay_ == nullptr || !overlay_->HasNodes()) {
    return reader->ScanFilter(property, test, members);
  }
  SlotBitmap stored;
  FilterOwn(group, property, test, members, &stored);
  KITH_RETURN_IF_ERROR(reader->ScanFilter(property, test, &stored));
  for (size_t word = 0; word < members->words.size(); ++word) {
    members->words[word] |= stored.words[word];
  }
  return Status::Ok();
}

Status GraphView::EndpointsOf(std::span<const RelId> relationships, std::vector<Endpoints>* ends) {
  ends->assign(relationships.size(), {});
  for (size_t i = 0; i < relationships.size(); ++i) {
    if (const RelationshipEntry* own = Own(relationships[i])) {
      (*ends)[i] = {own->exists, own->state.start, own->state.end, own->state.type};
      continue;
    }
    KITH_ASSIGN_OR_RETURN(GroupReader * group, reader_->Group(relationships[i].source_group()));
    KITH_ASSIGN_OR_RETURN(const auto stored, group->Ends(relationships[i].serial()));
    if (stored) (*ends)[i] = *stored;
  }
  return Status::Ok();
}

bool GraphView::WasDeleted(NodeId node) const {
  const NodeEntry* own = Own(node);
  return own != nullptr && !own->exists;
}

bool GraphView::WasDeleted(RelId relationship) const {
  const RelationshipEntry* own = Own(relationship);
  return own != nullptr && !own->exists;
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// ReadView: nodes, labels and properties. Adjacency is in graph_view_adjacency.cpp.
#include "storage/graph_view.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <utility>

#include "storage/column_builder.h"
#include "storage/format/value_codec.h"
#include "storage/predicate.h"
#include "storage/span_access.h"
#include "storage/statistics.h"

namespace kith::storage {
namespace {

// The encoded value of a property in a row's chain; empty when there is none. False when damaged.
bool FindInChain(const RowChain& chain, PropertyId property, std::string_view* value) {
  *value = {};
  for (const RowEntry& entry : chain.entries) {
    if (!FindProperty(entry, property, value)) return false;
    if (!value->empty()) return true;
  }
  return true;
}

const Value* FindInList(const PropertyList& list, PropertyId property) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), property,
                       [](const auto& entry, PropertyId id) { return entry.first < id; });
  return at != list.end() && at->first == property ? &at->second : nullptr;
}

}  // namespace

GraphView::GraphView(const Catalog* catalog, std::shared_ptr<Snapshot> snapshot,
                     SnapshotReader* reader, const GraphOverlay* overlay, KeySpaceReader* keys)
    : catalog_(catalog),
      snapshot_(std::move(snapshot)),
      reader_(reader),
      overlay_(overlay),
      keys_(keys) {}

Status GraphView::Damaged() const {
  return Status(StatusCode::kCorruption,
                "a stored property cannot be decoded; the database is damaged: restore it from a "
                "backup");
}

Result<std::unique_ptr<Statistics>> GraphView::GetStatistics() {
  return SnapshotStatistics::Read(snapshot_);
}

Result<std::vector<GroupId>> GraphView::LabelGroups(std::optional<LabelId> label) {
  return label ? catalog_->GroupsOf(*label) : catalog_->Groups();
}

Status GraphView::LabelNodes(GroupId group, std::optional<LabelId> label, SlotBitmap* members) {
  members->words.clear();
  KITH_RETURN_IF_ERROR(label ? reader_->LabelMembers(group, *label, members)
                             : reader_->AllMembers(group, members));
  if (overlay_ != nullptr && overlay_->HasNodes()) {
    overlay_->PatchMembers(group, label ? &*label : nullptr, members);
  }
  return Status::Ok();
}

Status GraphView::Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) {
  exist->assign(nodes.size(), 0);
  const Access access = AccessOf(nodes);
  for (size_t i = 0; i < nodes.size(); ++i) {
    bool exists = false;
    if (const NodeEntry* own = Own(nodes[i])) {
      exists = own->exists;
    } else if (IsNodeId(nodes[i])) {
      KITH_RETURN_IF_ERROR(reader_->NodeExists(nodes[i], access, &exists));
    }
    (*exist)[i] = exists ? 1 : 0;
  }
  return Status::Ok();
}

Status GraphView::HaveLabel(std::span<const NodeId> nodes, LabelId label,
                            std::vector<uint8_t>* has) {
  has->assign(nodes.size(), 0);
  const Access access = AccessOf(nodes);
  for (size_t i = 0; i < nodes.size(); ++i) {
    bool labelled = false;
    if (const NodeEntry* own = Own(nodes[i])) {
      const std::vector<LabelId>& labels = own->state.labels;
      labelled = own->exists && std::binary_search(labels.begin(), labels.end(), label);
    } else if (IsNodeId(nodes[i])) {
      KITH_RETURN_IF_ERROR(reader_->HasLabel(nodes[i], label, access, &labelled));
    }
    (*has)[i] = labelled ? 1 : 0;
  }
  return Status::Ok();
}

Status GraphView::Labels(std::span<const NodeId> nodes, std::vector<std::vector<LabelId>>* labels) {
  labels->assign(nodes.size(), {});
  const Access access = AccessOf(nodes);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (const NodeEntry* own = Own(nodes[i])) {
      if (own->exists) (*labels)[i] = own->state.labels;
      continue;
    }
    if (!IsNodeId(nodes[i])) continue;
    KITH_RETURN_IF_ERROR(reader_->ReadNode(nodes[i], access, &chain_));
    for (const RowEntry& entry : chain_.entries) {
      if (!entry.has_labels) continue;
      if (!ApplyLabels(entry, &(*labels)[i])) return Damaged();
      break;
    }
  }
  return Status::Ok();
}

Status GraphView::Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) {
  ColumnBuilder builder(column, nodes.size());
  const Access access = AccessOf(nodes);
  for (const NodeId node : nodes) {
    if (const NodeEntry* own = Own(node)) {
      const Value* value = own->exists ? FindInList(own->state.properties, property) : nullptr;
      value != nullptr ? builder.Append(*value) : builder.AppendNull();
      continue;
    }
    chain_.entries.clear();
    if (IsNodeId(node)) KITH_RETURN_IF_ERROR(reader_->ReadNode(node, access, &chain_));
    std::string_view value;
    if (!FindInChain(chain_, property, &value) || !builder.AppendEncoded(value)) return Damaged();
  }
  return Status::Ok();
}

Status GraphView::Gather(std::span<const RelId> relationships, PropertyId property,
                         Column* column) {
  ColumnBuilder builder(column, relationships.size());
  const Access access = AccessOf(relationships);
  for (const RelId relationship : relationships) {
    if (const RelationshipEntry* own = Own(relationship)) {
      const Value* value = own->exists ? FindInList(own->state.properties, property) : nullptr;
      value != nullptr ? builder.Append(*value) : builder.AppendNull();
      continue;
    }
    KITH_RETURN_IF_ERROR(reader_->ReadRelationship(relationship, access, &chain_));
    std::string_view value;
    if (!FindInChain(chain_, property, &value) || !builder.AppendEncoded(value)) return Damaged();
  }
  return Status::Ok();
}

Status GraphView::GatherMany(std::span<const NodeId> nodes, std::span<const PropertyId> properties,
                             std::vector<Column>* columns) {
  columns->resize(properties.size());
  std::deque<ColumnBuilder> builders;
  for (Column& column : *columns) builders.emplace_back(&column, nodes.size());
  const Access access = AccessOf(nodes);
  for (const NodeId node : nodes) {
    const NodeEntry* own = Own(node);
    chain_.entries.clear();
    if (own == nullptr && IsNodeId(node)) {
      KITH_RETURN_IF_ERROR(reader_->ReadNode(node, access, &chain_));
    }
    for (size_t i = 0; i < properties.size(); ++i) {
      if (own != nullptr) {
        const Value* value =
            own->exists ? FindInList(own->state.properties, properties[i]) : nullptr;
        value != nullptr ? builders[i].Append(*value) : builders[i].AppendNull();
        continue;
      }
      std::string_view value;
      if (!FindInChain(chain_, properties[i], &value) || !builders[i].AppendEncoded(value)) {
        return Damaged();
      }
    }
  }
  return Status::Ok();
}

Status GraphView::Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) {
  lists->assign(nodes.size(), {});
  const Access access = AccessOf(nodes);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (const NodeEntry* own = Own(nodes[i])) {
      (*lists)[i] = own->state.properties;
      continue;
    }
    if (!IsNodeId(nodes[i])) continue;
    KITH_RETURN_IF_ERROR(reader_->ReadNode(nodes[i], access, &chain_));
    for (auto entry = chain_.entries.rbegin(); entry != chain_.entries.rend(); ++entry) {
      if (!ApplyProperties(*entry, &(*lists)[i])) return Damaged();
    }
  }
  return Status::Ok();
}

Status GraphView::Properties(std::span<const RelId> relationships,
                             std::vector<PropertyList>* lists) {
  lists->assign(relationships.size(), {});
  const Access access = AccessOf(relationships);
  for (size_t i = 0; i < relationships.size(); ++i) {
    if (const RelationshipEntry* own = Own(relationships[i])) {
      (*lists)[i] = own->state.properties;
      continue;
    }
    KITH_RETURN_IF_ERROR(reader_->ReadRelationship(relationships[i], access, &chain_));
    for (auto entry = chain_.entries.rbegin(); entry != chain_.entries.rend(); ++entry) {
      if (!ApplyProperties(*entry, &(*lists)[i])) return Damaged();
    }
  }
  return Status::Ok();
}

Status GraphView::ScanFilter(GroupId group, PropertyId property, const PropertyPredicate& predicate,
                             SlotBitmap* members) {
  const CompiledPredicate test(predicate);
  const bool own_nodes = overlay_ != nullptr && overlay_->HasNodes();
  for (size_t word = 0; word < members->words.size(); ++word) {
    for (uint64_t bits = members->words[word]; bits != 0; bits &= bits - 1) {
      const uint32_t slot =
          static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(bits));
      const NodeId node(group, slot);
      bool passes = false;
      if (const NodeEntry* own = own_nodes ? overlay_->Find(node) : nullptr) {
        const Value* value = own->exists ? FindInList(own->state.properties, property) : nullptr;
        passes = value != nullptr && test.Passes(*value);
      } else {
        KITH_RETURN_IF_ERROR(reader_->ReadNode(node, Access::kScan, &chain_));
        std::string_view value;
        if (!FindInChain(chain_, property, &value)) return Damaged();
        if (!value.empty() && !test.PassesEncoded(value, &passes)) return Damaged();
      }
      if (!passes) members->Remove(slot);
    }
  }
  return Status::Ok();
}

Status GraphView::EndpointsOf(std::span<const RelId> relationships, std::vector<Endpoints>* ends) {
  ends->assign(relationships.size(), {});
  const Access access = AccessOf(relationships);
  for (size_t i = 0; i < relationships.size(); ++i) {
    if (const RelationshipEntry* own = Own(relationships[i])) {
      (*ends)[i] = {own->exists, own->state.start, own->state.end, own->state.type};
      continue;
    }
    KITH_RETURN_IF_ERROR(reader_->ReadRelationship(relationships[i], access, &chain_));
    if (chain_.entries.empty()) continue;
    const RowEntry& image = chain_.entries.back();
    const NodeId start(relationships[i].source_group(), image.source_slot);
    (*ends)[i] = {true, start, image.target, image.type};
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

// SPDX-License-Identifier: Apache-2.0
// Walking covered nodes and relationships, a span of slots at a time.
#include "index/entity_scan.h"

#include <algorithm>
#include <numeric>

namespace kith::index {
namespace {

using storage::Adjacency;
using storage::Column;
using storage::PropertyList;
using storage::ReadView;
using storage::SlotBitmap;

// Slots looked at in one step: bounds memory, and how long a build goes without progress.
constexpr uint32_t kMostSlots = 1024;

std::vector<PropertyId> SortedProperties(const IndexDefinition& index) {
  std::vector<PropertyId> ids = index.property_ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// Row i of the columns as a property list; columns are in the order of `ids`, ascending.
PropertyList RowOf(const std::vector<PropertyId>& ids, const std::vector<Column>& columns,
                   size_t row) {
  PropertyList list;
  for (size_t i = 0; i < ids.size(); ++i) {
    Value value = columns[i].At(row);
    if (!value.IsNull()) list.emplace_back(ids[i], std::move(value));
  }
  return list;
}

}  // namespace

Result<EntityScan> EntityScan::Start(ReadView* view, const IndexDefinition* index) {
  std::vector<GroupId> groups;
  if (index->entity == EntityKind::kRelationship) {
    if (!index->type_ids.empty()) {
      KITH_ASSIGN_OR_RETURN(groups, view->LabelGroups(std::nullopt));
    }
    return EntityScan(index, std::move(groups));
  }
  for (const LabelId label : index->label_ids) {
    KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> some, view->LabelGroups(label));
    groups.insert(groups.end(), some.begin(), some.end());
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return EntityScan(index, std::move(groups));
}

// The members among the next span_ slots of the current group.
Status EntityScan::TakeNodes(ReadView* view, std::vector<NodeId>* nodes) {
  const GroupId group = groups_[group_];
  SlotBitmap members;
  const auto join = [&](std::optional<LabelId> label) {
    SlotBitmap some;
    KITH_RETURN_IF_ERROR(view->LabelNodes(group, label, &some));
    if (members.words.empty()) {
      members = std::move(some);
    } else {
      for (size_t i = 0; i < some.words.size(); ++i) members.words[i] |= some.words[i];
    }
    return Status::Ok();
  };
  if (index_->entity == EntityKind::kRelationship) KITH_RETURN_IF_ERROR(join(std::nullopt));
  for (const LabelId label : index_->label_ids) KITH_RETURN_IF_ERROR(join(label));

  while (slot_ < kGroupSlots && nodes->empty() && !members.words.empty()) {
    const uint32_t end = std::min(kGroupSlots, slot_ + span_);
    for (; slot_ < end; ++slot_) {
      if (members.Contains(slot_)) nodes->emplace_back(group, slot_);
    }
  }
  if (slot_ >= kGroupSlots || members.words.empty()) {
    ++group_;
    slot_ = 0;
  }
  return Status::Ok();
}

Status EntityScan::VisitNodes(ReadView* view, const std::vector<NodeId>& nodes,
                              const Visitor& visit) const {
  const std::vector<PropertyId> ids = SortedProperties(*index_);
  std::vector<Column> columns(ids.size());
  KITH_RETURN_IF_ERROR(view->GatherMany(nodes, ids, &columns));
  for (size_t i = 0; i < nodes.size(); ++i) {
    KITH_RETURN_IF_ERROR(visit(nodes[i].bits(), RowOf(ids, columns, i)));
  }
  return Status::Ok();
}

Status EntityScan::VisitRelationships(ReadView* view, const std::vector<NodeId>& nodes,
                                      const Visitor& visit) const {
  storage::ExpandOptions options;
  options.types = index_->type_ids;
  options.direction = storage::Direction::kOutgoing;
  Adjacency adjacency;
  KITH_RETURN_IF_ERROR(view->Expand(nodes, options, &adjacency));
  std::vector<RelId> relationships = std::move(adjacency.relationships);
  std::sort(relationships.begin(), relationships.end());
  const std::vector<PropertyId> ids = SortedProperties(*index_);
  std::vector<Column> columns(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    KITH_RETURN_IF_ERROR(view->Gather(relationships, ids[i], &columns[i]));
  }
  for (size_t i = 0; i < relationships.size(); ++i) {
    KITH_RETURN_IF_ERROR(visit(relationships[i].bits(), RowOf(ids, columns, i)));
  }
  return Status::Ok();
}

Status EntityScan::Next(ReadView* view, const Visitor& visit) {
  if (done()) return Status::Ok();
  std::vector<NodeId> nodes;
  KITH_RETURN_IF_ERROR(TakeNodes(view, &nodes));
  span_ = std::min(kMostSlots, 2 * span_);
  if (nodes.empty()) return Status::Ok();
  if (index_->entity == EntityKind::kNode) return VisitNodes(view, nodes, visit);
  return VisitRelationships(view, nodes, visit);
}

// Next has doubled the span meanwhile, so this halves it.
void EntityScan::GiveLess() {
  span_ = std::max(kFewestSlots, span_ / 4);
}

}  // namespace kith::index

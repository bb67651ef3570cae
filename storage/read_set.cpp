// SPDX-License-Identifier: Apache-2.0
// What a serializable transaction has read.
#include "storage/read_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kith::storage {
namespace {

// Things of single nodes and relationships that are noted one by one.
constexpr size_t kMaxSingle = 1024;

GroupId GroupOf(NodeId node) {
  return node.group();
}
GroupId GroupOf(RelId relationship) {
  return relationship.source_group();
}

}  // namespace

ReadSet::ReadSet(const Catalog* catalog) : catalog_(catalog), names_(catalog->CountNames()) {}

template <typename Id, typename Fine, typename Coarse>
void ReadSet::Note(std::span<const Id> ids, const Fine& fine, const Coarse& coarse) {
  if (single_ + ids.size() <= kMaxSingle) {
    for (const Id id : ids) single_ += keys_.insert(fine(id)).second ? 1 : 0;
    return;
  }
  std::optional<GroupId> last;
  for (const Id id : ids) {
    if (last == GroupOf(id)) continue;
    last = GroupOf(id);
    keys_.insert(coarse(*last));
  }
}

void ReadSet::NoteExistence(std::span<const NodeId> nodes) {
  Note(
      nodes, [](NodeId node) { return RowWritten(node); },
      [](GroupId group) { return NodesIn(group); });
}

void ReadSet::NoteLabels(std::span<const NodeId> nodes, std::optional<LabelId> label) {
  Note(
      nodes, [](NodeId node) { return RowWritten(node); },
      [label](GroupId group) { return label ? LabelIn(group, *label) : LabelsIn(group); });
}

void ReadSet::NoteProperties(std::span<const NodeId> nodes, std::optional<PropertyId> property) {
  Note(
      nodes, [](NodeId node) { return RowWritten(node); },
      [property](GroupId group) {
        return property ? NodePropertyIn(group, *property) : NodePropertiesIn(group);
      });
}

void ReadSet::NoteProperties(std::span<const RelId> relationships,
                             std::optional<PropertyId> property) {
  Note(
      relationships, [](RelId relationship) { return RowWritten(relationship); },
      [property](GroupId group) {
        return property ? RelationshipPropertyIn(group, *property) : RelationshipsIn(group);
      });
}

void ReadSet::NoteLinks(std::span<const NodeId> nodes, bool outgoing,
                        std::optional<RelTypeId> type) {
  Note(
      nodes,
      [&](NodeId node) { return type ? LinksOf(node, outgoing, *type) : LinksOf(node, outgoing); },
      [&](GroupId group) {
        return type ? LinksIn(group, outgoing, *type) : LinksIn(group, outgoing);
      });
}

void ReadSet::NoteLinks(std::span<const NodeId> nodes, Direction direction,
                        std::span<const RelTypeId> types) {
  for (const bool outgoing : {true, false}) {
    if (direction == (outgoing ? Direction::kIncoming : Direction::kOutgoing)) continue;
    if (types.empty()) NoteLinks(nodes, outgoing, std::nullopt);
    for (const RelTypeId type : types) NoteLinks(nodes, outgoing, type);
  }
}

void ReadSet::NoteGroups(std::optional<LabelId> label, std::span<const GroupId> groups) {
  // Who looks again sees no fewer; what was new by then is noted as it is looked at.
  groups_.try_emplace(label, groups.begin(), groups.end());
}

void ReadSet::NoteMembers(GroupId group, std::optional<LabelId> label) {
  keys_.insert(label ? LabelIn(group, *label) : NodesIn(group));
}

void ReadSet::NoteScan(GroupId group, PropertyId property) {
  keys_.insert(NodePropertyIn(group, property));
}

void ReadSet::AddNewGroups() {
  for (auto& [label, seen] : groups_) {
    std::vector<GroupId> now = label ? catalog_->GroupsOf(*label) : catalog_->Groups();
    if (now == seen) continue;
    std::vector<GroupId> added;
    std::set_difference(now.begin(), now.end(), seen.begin(), seen.end(),
                        std::back_inserter(added));
    for (const GroupId group : added) NoteMembers(group, label);
    seen = std::move(now);
  }
}

}  // namespace kith::storage

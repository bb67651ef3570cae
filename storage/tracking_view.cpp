// SPDX-License-Identifier: Apache-2.0
// Noting what a serializable transaction reads.
#include "storage/tracking_view.h"

#include <bit>

namespace kith::storage {
namespace {

// So few members of a group are noted one by one.
constexpr uint32_t kFewMembers = 64;

std::vector<NodeId> NodesOf(GroupId group, const SlotBitmap& members) {
  std::vector<NodeId> nodes;
  for (size_t word = 0; word < members.words.size(); ++word) {
    for (uint64_t bits = members.words[word]; bits != 0; bits &= bits - 1) {
      nodes.emplace_back(
          group, static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(bits)));
    }
  }
  return nodes;
}

template <typename Id>
std::span<const Id> NotCreated(const GraphOverlay& overlay, std::span<const Id> ids,
                               std::vector<Id>* kept) {
  if (overlay.empty()) return ids;
  kept->clear();
  for (const Id id : ids) {
    const auto* own = overlay.Find(id);
    if (own == nullptr || own->base != nullptr) kept->push_back(id);
  }
  return *kept;
}

}  // namespace

Result<std::optional<std::string>> TrackingKeys::Get(KeySpace space, std::string_view key) {
  reads_->NoteKey(space, key);
  return keys_->Get(space, key);
}

// A visitor that stops has not read what is behind.
Status TrackingKeys::Scan(KeySpace space, std::string_view lower, std::string_view upper,
                          const Visitor& visit) {
  std::string end(upper);
  Status status =
      keys_->Scan(space, lower, upper, [&](std::string_view key, std::string_view value) {
        if (visit(key, value)) return true;
        end.assign(key).push_back('\0');
        return false;
      });
  reads_->NoteRange(space, lower, end);
  return status;
}

Status TrackingKeys::ScanBackwards(KeySpace space, std::string_view lower, std::string_view upper,
                                   const Visitor& visit) {
  std::string begin(lower);
  Status status =
      keys_->ScanBackwards(space, lower, upper, [&](std::string_view key, std::string_view value) {
        if (visit(key, value)) return true;
        begin.assign(key);
        return false;
      });
  reads_->NoteRange(space, begin, upper);
  return status;
}

Result<int64_t> TrackingKeys::Counter(std::string_view key) {
  reads_->NoteKey(KeySpace::kCounter, key);
  return keys_->Counter(key);
}

std::span<const NodeId> TrackingView::Stored(std::span<const NodeId> nodes) {
  return NotCreated(*overlay_, nodes, &nodes_);
}

std::span<const RelId> TrackingView::Stored(std::span<const RelId> relationships) {
  return NotCreated(*overlay_, relationships, &relationships_);
}

Result<std::vector<GroupId>> TrackingView::LabelGroups(std::optional<LabelId> label) {
  Result<std::vector<GroupId>> groups = view_->LabelGroups(label);
  if (groups.ok()) reads_->NoteGroups(label, *groups);
  return groups;
}

Status TrackingView::LabelNodes(GroupId group, std::optional<LabelId> label, SlotBitmap* members) {
  reads_->NoteMembers(group, label);
  return view_->LabelNodes(group, label, members);
}

Status TrackingView::Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) {
  reads_->NoteExistence(Stored(nodes));
  return view_->Exist(nodes, exist);
}

Status TrackingView::HaveLabel(std::span<const NodeId> nodes, LabelId label,
                               std::vector<uint8_t>* has) {
  reads_->NoteLabels(Stored(nodes), label);
  return view_->HaveLabel(nodes, label, has);
}

Status TrackingView::Labels(std::span<const NodeId> nodes,
                            std::vector<std::vector<LabelId>>* labels) {
  reads_->NoteLabels(Stored(nodes), std::nullopt);
  return view_->Labels(nodes, labels);
}

Status TrackingView::Expand(std::span<const NodeId> nodes, const ExpandOptions& options,
                            Adjacency* adjacency) {
  reads_->NoteLinks(Stored(nodes), options.direction, options.types);
  return view_->Expand(nodes, options, adjacency);
}

Status TrackingView::Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                            std::vector<uint32_t>* degrees) {
  reads_->NoteLinks(Stored(nodes), options.direction, options.types);
  return view_->Degree(nodes, options, degrees);
}

Status TrackingView::EndpointsOf(std::span<const RelId> relationships,
                                 std::vector<Endpoints>* ends) {
  reads_->NoteProperties(Stored(relationships), std::nullopt);
  return view_->EndpointsOf(relationships, ends);
}

Status TrackingView::Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) {
  reads_->NoteProperties(Stored(nodes), property);
  return view_->Gather(nodes, property, column);
}

Status TrackingView::Gather(std::span<const RelId> relationships, PropertyId property,
                            Column* column) {
  reads_->NoteProperties(Stored(relationships), property);
  return view_->Gather(relationships, property, column);
}

Status TrackingView::GatherMany(std::span<const NodeId> nodes,
                                std::span<const PropertyId> properties,
                                std::vector<Column>* columns) {
  const std::span<const NodeId> stored = Stored(nodes);
  for (const PropertyId property : properties) reads_->NoteProperties(stored, property);
  return view_->GatherMany(nodes, properties, columns);
}

Status TrackingView::Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) {
  reads_->NoteProperties(Stored(nodes), std::nullopt);
  return view_->Properties(nodes, lists);
}

Status TrackingView::Properties(std::span<const RelId> relationships,
                                std::vector<PropertyList>* lists) {
  reads_->NoteProperties(Stored(relationships), std::nullopt);
  return view_->Properties(relationships, lists);
}

Status TrackingView::ScanFilter(GroupId group, PropertyId property,
                                const PropertyPredicate& predicate, SlotBitmap* members) {
  if (members->Count() > kFewMembers) {
    reads_->NoteScan(group, property);
  } else {
    const std::vector<NodeId> nodes = NodesOf(group, *members);
    reads_->NoteProperties(Stored(nodes), property);
  }
  return view_->ScanFilter(group, property, predicate, members);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Reading and comparing whole graphs.
#include "tests/tck/graph_snapshot.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace kith::tck {
namespace {

Result<std::vector<NodeId>> AllNodes(storage::ReadView& view) {
  std::vector<NodeId> nodes;
  KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, view.LabelGroups(std::nullopt));
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    KITH_RETURN_IF_ERROR(view.LabelNodes(group, std::nullopt, &members));
    for (uint32_t slot = 0; slot < kGroupSlots && !members.words.empty(); ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
  }
  return nodes;
}

void AddProperties(char kind, uint64_t id, const storage::PropertyList& list,
                   GraphSnapshot* snapshot) {
  for (const auto& [property, value] : list) {
    snapshot->properties[{{kind, id}, static_cast<uint32_t>(property)}] = value;
  }
}

Status AddRelationships(storage::ReadView& view, const std::vector<NodeId>& nodes,
                        GraphSnapshot* snapshot) {
  storage::Adjacency adjacency;
  KITH_RETURN_IF_ERROR(view.Expand(nodes, storage::ExpandOptions{}, &adjacency));
  std::vector<storage::PropertyList> lists;
  KITH_RETURN_IF_ERROR(view.Properties(std::span<const RelId>(adjacency.relationships), &lists));
  for (size_t i = 0; i < adjacency.relationships.size(); ++i) {
    const uint64_t id = adjacency.relationships[i].bits();
    snapshot->relationships.insert(id);
    AddProperties('r', id, lists[i], snapshot);
  }
  return Status::Ok();
}

void Count(SideEffects* effects, const char* name, int64_t count) {
  if (count > 0) (*effects)[name] = count;
}

// How many elements of `a` are not in `b`.
template <typename Set>
int64_t Missing(const Set& a, const Set& b) {
  int64_t missing = 0;
  for (const auto& element : a) missing += b.count(element) == 0 ? 1 : 0;
  return missing;
}

// Properties of `a` that `b` lacks or has with another value.
int64_t MissingProperties(const GraphSnapshot& a, const GraphSnapshot& b) {
  int64_t missing = 0;
  for (const auto& [key, value] : a.properties) {
    const auto found = b.properties.find(key);
    missing += found == b.properties.end() || !(found->second == value) ? 1 : 0;
  }
  return missing;
}

}  // namespace

Result<GraphSnapshot> TakeSnapshot(storage::GraphStore& store) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction,
                        store.Begin(storage::TransactionMode::kRead));
  storage::ReadView& view = transaction->view();
  KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> nodes, AllNodes(view));
  GraphSnapshot snapshot;
  std::vector<storage::PropertyList> lists;
  std::vector<std::vector<LabelId>> labels;
  KITH_RETURN_IF_ERROR(view.Properties(std::span<const NodeId>(nodes), &lists));
  KITH_RETURN_IF_ERROR(view.Labels(nodes, &labels));
  for (size_t i = 0; i < nodes.size(); ++i) {
    snapshot.nodes.insert(nodes[i].bits());
    AddProperties('n', nodes[i].bits(), lists[i], &snapshot);
    for (const LabelId label : labels[i]) snapshot.labels.insert(static_cast<uint32_t>(label));
  }
  KITH_RETURN_IF_ERROR(AddRelationships(view, nodes, &snapshot));
  return snapshot;
}

SideEffects Difference(const GraphSnapshot& before, const GraphSnapshot& after) {
  SideEffects effects;
  Count(&effects, "+nodes", Missing(after.nodes, before.nodes));
  Count(&effects, "-nodes", Missing(before.nodes, after.nodes));
  Count(&effects, "+relationships", Missing(after.relationships, before.relationships));
  Count(&effects, "-relationships", Missing(before.relationships, after.relationships));
  Count(&effects, "+properties", MissingProperties(after, before));
  Count(&effects, "-properties", MissingProperties(before, after));
  Count(&effects, "+labels", Missing(after.labels, before.labels));
  Count(&effects, "-labels", Missing(before.labels, after.labels));
  return effects;
}

std::string ToString(const SideEffects& effects) {
  if (effects.empty()) return "none";
  std::vector<std::string> parts;
  for (const auto& [name, count] : effects) parts.push_back(fmt::format("{} {}", name, count));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace kith::tck

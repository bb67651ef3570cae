// SPDX-License-Identifier: Apache-2.0
// Steps of walks: expansion and the predicate over its candidates.
#include "query/execute/relationship_filter.h"

#include "storage/catalog.h"

namespace kith::query {
namespace {

// For each candidate, the row that its walk began from.
std::vector<uint32_t> OriginsOf(const WalkFrontier& frontier, const storage::Adjacency& adjacency) {
  std::vector<uint32_t> origins;
  origins.reserve(adjacency.relationships.size());
  for (size_t i = 0; i < frontier.rows.size(); ++i) {
    origins.insert(origins.end(), adjacency.offsets[i + 1] - adjacency.offsets[i],
                   frontier.rows[i]);
  }
  return origins;
}

// The rows that a predicate sees: one for each candidate, with `element` in its column and the
// columns of the walk's row that the predicate reads.
struct Candidates {
  const Batch& rows;
  std::span<const uint32_t> origins;
  const Evaluator& predicate;
  uint32_t column;
};

Status Select(ExecutionContext& context, const Candidates& candidates, Column element,
              std::vector<uint32_t>* selected) {
  Batch batch(candidates.rows.columns.size());
  batch.Gather(candidates.rows, candidates.origins, candidates.predicate.reads());
  batch.columns[candidates.column] = std::move(element);
  batch.rows = candidates.origins.size();
  Evaluated condition;
  KITH_RETURN_IF_ERROR(condition.Run(candidates.predicate, context, batch));
  return SelectTrue(*condition, selected);
}

Column RelationshipColumn(const std::vector<RelId>& ids) {
  Column column;
  column.Reset(ColumnKind::kRelationship);
  column.Reserve(ids.size());
  for (RelId id : ids) column.PushRelationship(id);
  return column;
}

void Restrict(const std::vector<uint32_t>& selected, size_t count, std::vector<uint8_t>* allowed) {
  std::vector<uint8_t> both(count, 0);
  for (uint32_t i : selected) both[i] = allowed->empty() ? 1 : (*allowed)[i];
  *allowed = std::move(both);
}

}  // namespace

bool FindTypes(const storage::ReadView& view, std::span<const std::string> names,
               std::vector<RelTypeId>* types) {
  types->clear();
  for (const std::string& name : names) {
    const std::optional<RelTypeId> id = view.catalog().FindRelType(name);
    if (id.has_value()) types->push_back(*id);
  }
  return names.empty() || !types->empty();
}

Status TakeStep(ExecutionContext& context, const WalkStep& step, const Batch& rows,
                const WalkFrontier& frontier, storage::Adjacency* adjacency,
                std::vector<uint8_t>* allowed) {
  KITH_RETURN_IF_ERROR(context.CheckInterrupt());
  allowed->clear();
  std::vector<RelTypeId> types;
  if (!FindTypes(context.view, step.types, &types)) {
    *adjacency = storage::Adjacency();
    adjacency->offsets.assign(frontier.nodes.size() + 1, 0);
    return Status::Ok();
  }
  storage::ExpandOptions options;
  options.types = types;
  options.direction = step.direction;
  KITH_RETURN_IF_ERROR(context.view.Expand(frontier.nodes, options, adjacency));
  if (adjacency->relationships.empty()) return Status::Ok();
  if (step.predicate == nullptr && step.node_predicate == nullptr) return Status::Ok();

  const std::vector<uint32_t> origins = OriginsOf(frontier, *adjacency);
  std::vector<uint32_t> selected;
  if (step.predicate != nullptr) {
    KITH_RETURN_IF_ERROR(Select(context, {rows, origins, *step.predicate, step.element_column},
                                RelationshipColumn(adjacency->relationships), &selected));
    Restrict(selected, origins.size(), allowed);
  }
  if (step.node_predicate != nullptr) {
    KITH_RETURN_IF_ERROR(Select(context, {rows, origins, *step.node_predicate, step.node_column},
                                Column::OfNodes(adjacency->neighbours), &selected));
    Restrict(selected, origins.size(), allowed);
  }
  return Status::Ok();
}

Result<bool> NodesFit(ExecutionContext& context, const WalkStep& step, const Batch& rows,
                      uint32_t row, std::span<const NodeId> nodes) {
  if (step.node_predicate == nullptr) return true;
  const std::vector<uint32_t> origins(nodes.size(), row);
  std::vector<uint32_t> selected;
  KITH_RETURN_IF_ERROR(Select(context, {rows, origins, *step.node_predicate, step.node_column},
                              Column::OfNodes({nodes.begin(), nodes.end()}), &selected));
  return selected.size() == nodes.size();
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Steps of walks: expansion and the predicate over its candidates.
#include "query/execute/relationship_filter.h"

#include "storage/catalog.h"

namespace kith::query {
namespace {

// The rows that the predicate sees: one for each candidate, with the relationship in its column and
// the columns of the walk's row that the predicate reads.
Batch CandidateRows(const WalkStep& step, const Batch& rows, const WalkFrontier& frontier,
                    const storage::Adjacency& adjacency) {
  std::vector<uint32_t> origins;
  origins.reserve(adjacency.relationships.size());
  for (size_t i = 0; i < frontier.rows.size(); ++i) {
    origins.insert(origins.end(), adjacency.offsets[i + 1] - adjacency.offsets[i],
                   frontier.rows[i]);
  }
  Batch candidates(rows.columns.size());
  candidates.Gather(rows, origins, step.predicate->reads());
  Column& element = candidates.columns[step.element_column];
  element.Reset(ColumnKind::kRelationship);
  element.Reserve(origins.size());
  for (RelId id : adjacency.relationships) element.PushRelationship(id);
  candidates.rows = origins.size();
  return candidates;
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
  if (step.predicate == nullptr || adjacency->relationships.empty()) return Status::Ok();

  const Batch candidates = CandidateRows(step, rows, frontier, *adjacency);
  Evaluated condition;
  KITH_RETURN_IF_ERROR(condition.Run(*step.predicate, context, candidates));
  std::vector<uint32_t> selected;
  KITH_RETURN_IF_ERROR(SelectTrue(*condition, &selected));
  allowed->assign(candidates.rows, 0);
  for (uint32_t row : selected) (*allowed)[row] = 1;
  return Status::Ok();
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Walking the relationships of a path.
#include "query/execute/path_builder.h"

#include <utility>

#include "storage/read_view.h"

namespace kith::query {
namespace {

// Appends the relationships of one row's segment; false when it is null.
bool AppendSegment(const Column& segment, size_t row, std::vector<RelId>* relationships) {
  RelId id;
  if (segment.RelationshipAt(row, &id)) {
    relationships->push_back(id);
    return true;
  }
  const Value list = segment.At(row);
  if (!list.IsList()) return false;
  for (const Value& value : list.AsList()) relationships->push_back(value.AsRelId());
  return true;
}

Path Walk(NodeId start, std::span<const RelId> relationships,
          std::span<const storage::Endpoints> ends) {
  Path path;
  path.nodes.reserve(relationships.size() + 1);
  path.relationships.reserve(relationships.size());
  path.nodes.emplace_back(start);
  NodeId at = start;
  for (size_t i = 0; i < relationships.size(); ++i) {
    at = ends[i].start == at ? ends[i].end : ends[i].start;
    path.relationships.emplace_back(relationships[i]);
    path.nodes.emplace_back(at);
  }
  return path;
}

}  // namespace

Status BuildPaths(ExecutionContext& context, const Batch& batch, const PathColumns& columns,
                  Column* out) {
  std::vector<RelId> relationships;
  std::vector<size_t> offsets{0};
  std::vector<uint8_t> present(batch.rows, 1);
  const Column& starts = batch.columns[columns.start];
  for (size_t row = 0; row < batch.rows; ++row) {
    NodeId start;
    bool whole = starts.NodeAt(row, &start);
    for (size_t i = 0; whole && i < columns.segments.size(); ++i) {
      whole = AppendSegment(batch.columns[columns.segments[i]], row, &relationships);
    }
    if (!whole) {
      relationships.resize(offsets.back());
      present[row] = 0;
    }
    offsets.push_back(relationships.size());
  }
  std::vector<storage::Endpoints> ends;
  KITH_RETURN_IF_ERROR(context.view.EndpointsOf(relationships, &ends));

  out->Reset(ColumnKind::kValue);
  out->Reserve(batch.rows);
  for (size_t row = 0; row < batch.rows; ++row) {
    NodeId start;
    if (present[row] == 0 || !starts.NodeAt(row, &start)) {
      out->PushValue(Value());
      continue;
    }
    const size_t begin = offsets[row];
    const size_t count = offsets[row + 1] - begin;
    out->PushValue(Value(Walk(start, std::span(relationships).subspan(begin, count),
                              std::span(ends).subspan(begin, count))));
  }
  return Status::Ok();
}

}  // namespace kith::query

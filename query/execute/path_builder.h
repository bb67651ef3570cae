// SPDX-License-Identifier: Apache-2.0
// Path values from what a MATCH has bound: the start node and, in order, the relationships of each
// segment, single or as a list. The nodes between are found by walking: each relationship leads
// from the node reached so far to its other end.
//
// Thread safety: pure function over one run's context.
#pragma once

#include <vector>

#include "engine/base/status.h"
#include "query/execute/batch.h"
#include "query/execute/execution_context.h"

namespace kith::query {

/// Columns of a path: `segments` hold a relationship or a list of relationships for each row.
struct PathColumns {
  uint32_t start = 0;
  std::vector<uint32_t> segments;
};

/// out->size() == batch.rows; null where the start or a segment is null. Entities are by id.
Status BuildPaths(ExecutionContext& context, const Batch& batch, const PathColumns& columns,
                  Column* out);

}  // namespace kith::query

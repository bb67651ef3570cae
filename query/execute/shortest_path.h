// SPDX-License-Identifier: Apache-2.0
// shortestPath and allShortestPaths between two nodes that are both known. Conditions on the whole
// path take part in the search: the answer is the shortest path for which they hold. Where one of
// the shortest paths of all satisfies them, that is found by search from both ends
// (path_search.h); else longer trails are tried length by length (trail_search.h).
//
// Does not block; works row by row. Rows keep the child's order; a row without a path disappears.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "query/execute/operator.h"
#include "query/execute/path_search.h"

namespace kith::query {

struct ShortestPathOptions {
  uint32_t from = kNoColumn;
  uint32_t to = kNoColumn;
  uint32_t relationships = kNoColumn;  ///< Receives the list, from `from` to `to`.
  PathLimits limits;
  bool all = false;  ///< Every path of least length instead of one.
  SlotList carried;  ///< Columns of the child's row that are still needed, `from` and `to` too.
  /// Conditions on the path, over the child's row, `relationships` and `path`.
  std::vector<EvaluatorPtr> predicates;
  uint32_t path = kNoColumn;  ///< Where the predicates read the path; none may.
};

class ShortestPath : public Operator {
 public:
  ShortestPath(OperatorPtr child, ShortestPathOptions options);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;
  const ShortestPathOptions& options() const { return options_; }

 private:
  OperatorPtr child_;
  ShortestPathOptions options_;
};

}  // namespace kith::query

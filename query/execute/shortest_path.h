// SPDX-License-Identifier: Apache-2.0
// shortestPath and allShortestPaths between two nodes that are both known: breadth-first search
// from both ends, always a whole level of the side with the smaller frontier, until the sides meet
// (bidirectional search: I. Pohl, "Bi-directional Search", Machine Intelligence 6, 1971).
//
// Does not block; works row by row. Rows keep the child's order; a row without a path disappears. A
// path from a node to itself has length 0 when the pattern allows that, else there is none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "query/execute/operator.h"
#include "query/execute/relationship_filter.h"

namespace kith::query {

struct ShortestPathOptions {
  uint32_t from = kNoColumn;
  uint32_t to = kNoColumn;
  uint32_t relationships = kNoColumn;  ///< Receives the list, from `from` to `to`.
  WalkStep step;                       ///< Its direction is seen from `from`.
  uint64_t minimum = 1;                ///< 0 or 1.
  std::optional<uint64_t> maximum;
  bool all = false;  ///< Every path of least length instead of one.
  SlotList carried;  ///< Columns of the child's row that are still needed, `from` and `to` too.
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

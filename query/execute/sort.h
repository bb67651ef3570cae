// SPDX-License-Identifier: Apache-2.0
// ORDER BY, with SKIP and LIMIT when they follow: then only the first skip + limit rows are kept
// while the child is read (top-k).
//
// Blocks: takes all rows of the child before the first comes out. Holds all of them, or in top-k at
// most a few times skip + limit. Stable: rows of equal keys keep the child's order.
#pragma once

#include <memory>
#include <vector>

#include "query/execute/evaluator.h"
#include "query/execute/limit.h"
#include "query/execute/operator.h"

namespace kith::query {

struct SortColumn {
  EvaluatorPtr expression;
  bool descending = false;
};

class Sort : public Operator {
 public:
  /// `carried` are the columns that come out. `window` may be empty.
  Sort(OperatorPtr child, std::vector<SortColumn> keys, SlotList carried, WindowExpressions window);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;

 private:
  friend class SortState;
  OperatorPtr child_;
  std::vector<SortColumn> keys_;
  SlotList carried_;
  WindowExpressions window_;
};

}  // namespace kith::query

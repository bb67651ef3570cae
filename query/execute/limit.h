// SPDX-License-Identifier: Apache-2.0
// SKIP and LIMIT. Their counts are expressions without variables, computed once for each run.
//
// Does not block, except that with `drain` it takes all rows of the child after the last one that
// it passes on, so that what the child writes does not depend on how many rows are asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "query/execute/evaluator.h"
#include "query/execute/operator.h"

namespace kith::query {

/// How many rows to leave out and to keep. `limit` missing: all.
struct RowWindow {
  uint64_t skip = 0;
  std::optional<uint64_t> limit;
};

/// The expressions of a window; either may be null.
struct WindowExpressions {
  EvaluatorPtr skip;
  SourceRange skip_range;
  EvaluatorPtr limit;
  SourceRange limit_range;

  /// SyntaxError at run time: InvalidArgumentType for a value that is no integer,
  /// NegativeIntegerArgument for a negative one.
  Result<RowWindow> Evaluate(ExecutionContext& context, size_t slots) const;
};

class Limit : public Operator {
 public:
  Limit(OperatorPtr child, WindowExpressions window, bool drain);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;

 private:
  friend class LimitState;
  OperatorPtr child_;
  WindowExpressions window_;
  bool drain_;
};

}  // namespace kith::query

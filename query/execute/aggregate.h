// SPDX-License-Identifier: Apache-2.0
// Groups rows by keys and computes aggregates for each group. Without keys there is one group, even
// when there are no rows.
//
// Blocks: takes all rows of the child before the first group comes out. Holds one key and one state
// for each group. Groups come in order of their first row.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "query/execute/evaluator.h"
#include "query/execute/operator.h"
#include "query/function/registry.h"

namespace kith::query {

struct GroupKey {
  EvaluatorPtr expression;
  uint32_t column = 0;  ///< Of the output.
};

struct AggregateColumn {
  const AggregateFunction* function = nullptr;  ///< Borrowed from the registry.
  bool distinct = false;
  std::vector<EvaluatorPtr> arguments;  ///< None: count(*).
  uint32_t column = 0;                  ///< Of the output.
  SourceRange range;                    ///< For errors.
};

class Aggregate : public Operator {
 public:
  Aggregate(OperatorPtr child, std::vector<GroupKey> keys, std::vector<AggregateColumn> aggregates);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;

 private:
  friend class AggregateOperatorState;
  OperatorPtr child_;
  std::vector<GroupKey> keys_;
  std::vector<AggregateColumn> aggregates_;
};

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Passes each Equivalent combination of some columns on once, at its first row.
//
// Does not block; holds one key for each row passed on. Keeps the child's order.
#pragma once

#include <memory>

#include "query/execute/operator.h"

namespace kith::query {

class Distinct : public Operator {
 public:
  /// `columns` are compared; the row keeps its other columns.
  Distinct(OperatorPtr child, SlotList columns);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;

 private:
  OperatorPtr child_;
  SlotList columns_;
};

}  // namespace kith::query

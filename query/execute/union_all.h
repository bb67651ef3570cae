// SPDX-License-Identifier: Apache-2.0
// The rows of several plans one after the other. UNION without ALL puts Distinct above.
//
// Does not block. Each part may have its own columns; those named are moved to the common ones.
#pragma once

#include <memory>
#include <vector>

#include "query/execute/operator.h"

namespace kith::query {

struct UnionPart {
  OperatorPtr plan;
  std::vector<uint32_t> columns;  ///< Of the part, in the order of the union's columns.
};

class UnionAll : public Operator {
 public:
  /// `columns` of the output; each part has as many.
  UnionAll(std::vector<UnionPart> parts, std::vector<uint32_t> columns);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;

 private:
  friend class UnionAllState;
  std::vector<UnionPart> parts_;
  std::vector<uint32_t> columns_;
};

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The counts of SKIP and LIMIT.
#include "query/execute/row_count.h"

#include <string>

namespace kith::query {

Result<uint64_t> EvaluateCount(const Evaluator& evaluator, ExecutionContext& context, size_t slots,
                               std::string_view clause) {
  KITH_ASSIGN_OR_RETURN(const Value count, EvaluateSingle(evaluator, context, slots));
  if (count.IsInteger() && count.AsInteger() >= 0) {
    return static_cast<uint64_t>(count.AsInteger());
  }
  const bool negative = count.IsInteger();
  return Status(StatusCode::kSyntaxError, std::string(clause) +
                                              " needs an integer of 0 or more, but its value is " +
                                              count.ToString())
      .WithDetail(negative ? "NegativeIntegerArgument" : "InvalidArgumentType");
}

}  // namespace kith::query

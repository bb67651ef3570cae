// SPDX-License-Identifier: Apache-2.0
// The counts of SKIP and LIMIT.
//
// Thread safety: pure function over one run's context.
#pragma once

#include <cstdint>
#include <string_view>

#include "query/execute/evaluator.h"

namespace kith::query {

/// The value of an expression that reads no row. SyntaxError InvalidArgumentType when it is no
/// integer, NegativeIntegerArgument when it is negative; `clause` names it in the message.
Result<uint64_t> EvaluateCount(const Evaluator& evaluator, ExecutionContext& context, size_t slots,
                               std::string_view clause);

}  // namespace kith::query

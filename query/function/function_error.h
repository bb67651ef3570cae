// SPDX-License-Identifier: Apache-2.0
// The errors that functions and operators give at run time.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/value.h"
#include "query/function/function_context.h"

namespace kith::query {

/// TypeError InvalidArgumentValue: the message as given.
Status TypeMismatch(std::string message);
/// ArgumentError NumberOutOfRange.
Status NumberOutOfRange(std::string message);
/// ArithmeticError IntegerOverflow: "9223372036854775807 + 1 is outside the range ...".
Status IntegerOverflow(std::string_view expression);

/// The type and, when short, the text of a value: "Integer 42".
std::string DescribeValue(const Value& value);

/// No string or list of the language grows larger than this in one step.
inline constexpr size_t kMaxValueBytes = size_t{1} << 32;

/// Charges a new value of `bytes` to the context (see ChargeNew). ResourceExhausted when it would
/// pass kMaxValueBytes or the query's memory. Small sizes pass without a look at the account: a
/// batch of them is small too, and they are charged by whoever keeps them.
Status CheckNewValueBytes(FunctionContext& context, size_t bytes);

}  // namespace kith::query

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

/// No function makes a string larger than this, nor a list, not counting what its elements hold:
/// what storage takes in one value.
inline constexpr size_t kMaxValueBytes = size_t{1} << 30;

/// No list or map grows larger than this with all that hangs in it, counting a part again for each
/// place where it occurs. Lists of lists share parts, so they can double in each of many steps
/// while their memory hardly grows; but comparing, hashing and writing them out visit every place.
inline constexpr size_t kMaxNestedBytes = size_t{1} << 32;

/// Charges a new value of `bytes` to the context (see ChargeNew). ResourceExhausted when it would
/// pass kMaxValueBytes or the query's memory. Small sizes pass without a look at the account: a
/// batch of them is small too, and they are charged by whoever keeps them.
Status CheckNewValueBytes(FunctionContext& context, size_t bytes);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The errors that functions and operators give at run time.
#include "query/function/function_error.h"

#include <fmt/core.h>

#include <utility>

namespace kith::query {
namespace {
constexpr size_t kSmallBytes = size_t{1} << 12;
constexpr size_t kShownBytes = 40;
}  // namespace

Status TypeMismatch(std::string message) {
  return Status(StatusCode::kTypeError, std::move(message))
      .WithDetail("InvalidArgumentValue")
      .WithPhase(ErrorPhase::kRuntime);
}

Status NumberOutOfRange(std::string message) {
  return Status(StatusCode::kArgumentError, std::move(message))
      .WithDetail("NumberOutOfRange")
      .WithPhase(ErrorPhase::kRuntime);
}

Status IntegerOverflow(std::string_view expression) {
  return Status(
             StatusCode::kArithmeticError,
             fmt::format("{} is outside the range of 64-bit integers; use toFloat() on an operand "
                         "if an approximation will do",
                         expression))
      .WithDetail("IntegerOverflow")
      .WithPhase(ErrorPhase::kRuntime);
}

std::string DescribeValue(const Value& value) {
  const std::string type(ValueTypeName(value.type()));
  // Rendering a large value only to leave it out would be wasteful.
  if (value.IsNull() || value.HeapBytes() > 1024) return type;
  const std::string text = value.ToString();
  return text.size() > kShownBytes ? type : type + " " + text;
}

Status CheckNewValueBytes(FunctionContext& context, size_t bytes) {
  if (bytes <= kSmallBytes) return Status::Ok();
  if (bytes > kMaxValueBytes) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("a value of {} bytes would be made, and the limit is {}", bytes,
                              kMaxValueBytes));
  }
  return context.ChargeNew(bytes);
}

}  // namespace kith::query

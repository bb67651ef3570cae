// SPDX-License-Identifier: Apache-2.0
// Functions of lists, and those that lists share with strings and maps.
#include <fmt/core.h>

#include <algorithm>

#include "query/function/builtins.h"
#include "query/function/function_error.h"
#include "query/function/integer_range.h"
#include "query/function/text.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

/// Elements made between two looks at the interrupt.
constexpr size_t kInterruptSteps = size_t{1} << 16;

Result<Value> Head(FunctionContext& /*context*/, Arguments arguments) {
  const List& list = arguments[0].AsList();
  return list.empty() ? Value() : list.front();
}

Result<Value> Last(FunctionContext& /*context*/, Arguments arguments) {
  const List& list = arguments[0].AsList();
  return list.empty() ? Value() : list.back();
}

Result<Value> Tail(FunctionContext& context, Arguments arguments) {
  const List& list = arguments[0].AsList();
  if (list.empty()) return Value(List{});
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, list.size() * sizeof(Value)));
  return Value(List(list.begin() + 1, list.end()));
}

Result<Value> Reverse(FunctionContext& context, Arguments arguments) {
  if (arguments[0].IsString()) return Value(ReverseCodePoints(arguments[0].AsString()));
  const List& list = arguments[0].AsList();
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, list.size() * sizeof(Value)));
  return Value(List(list.rbegin(), list.rend()));
}

Result<Value> Size(FunctionContext& /*context*/, Arguments arguments) {
  const Value& value = arguments[0];
  const size_t size = value.IsList() ? value.AsList().size() : CountCodePoints(value.AsString());
  return Value(static_cast<int64_t>(size));
}

Result<Value> IsEmpty(FunctionContext& /*context*/, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.IsString()) return Value(value.AsString().empty());
  return Value(value.IsList() ? value.AsList().empty() : value.AsMap().empty());
}

// The TCK (List11) has range() fail so, and only when it runs, rather than as other functions do.
Status NotAnInteger(const Value& argument) {
  return Status(StatusCode::kArgumentError,
                fmt::format("range() takes integers, but got {}", DescribeValue(argument)))
      .WithDetail("InvalidArgumentType")
      .WithPhase(ErrorPhase::kRuntime);
}

Result<Value> Range(FunctionContext& context, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const IntegerRange range, RangeOf(arguments));
  constexpr size_t kMaxSize = kMaxValueBytes / sizeof(Value);
  if (!range.empty && range.last >= kMaxSize) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("a range has more than {} elements, the most that it makes a list "
                              "of; UNWIND one rather than keep it",
                              kMaxSize));
  }
  const size_t size = range.empty ? 0 : static_cast<size_t>(range.last) + 1;
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, size * sizeof(Value)));
  List list;
  list.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    if (i % kInterruptSteps == 0) KITH_RETURN_IF_ERROR(context.CheckInterrupt());
    list.emplace_back(range.At(i));
  }
  return Value(std::move(list));
}

}  // namespace

Result<IntegerRange> RangeOf(std::span<const Value> arguments) {
  for (const Value& argument : arguments) {
    if (!argument.IsInteger()) return NotAnInteger(argument);
  }
  const int64_t start = arguments[0].AsInteger();
  const int64_t end = arguments[1].AsInteger();
  const int64_t step = arguments.size() == 3 ? arguments[2].AsInteger() : 1;
  if (step == 0) return NumberOutOfRange("the step of range() is not 0, but got 0");
  IntegerRange range{start, step};
  range.empty = step > 0 ? start > end : start < end;
  // Unsigned arithmetic holds the widest span, and wraps to the absolute value of the least step.
  const uint64_t from = static_cast<uint64_t>(start);
  const uint64_t to = static_cast<uint64_t>(end);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  if (!range.empty) range.last = (step > 0 ? to - from : from - to) / stride;
  return range;
}

Status RegisterListFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> list = {{"list", kListType}};
  return RegisterScalars(registry, "List",
                         {
                             {"head", list, kAnyType, Head, "The first element, or null."},
                             {"last", list, kAnyType, Last, "The last element, or null."},
                             {"tail", list, kListType, Tail, "All elements but the first."},
                             {"reverse",
                              {{"input", kListType | ValueType::kString}},
                              kListType | ValueType::kString,
                              Reverse,
                              "The elements or code points in the opposite order."},
                             {"size",
                              {{"input", kListType | ValueType::kString}},
                              kIntegerType,
                              Size,
                              "The number of elements or code points."},
                             {"isEmpty",
                              {{"input", kListType | ValueType::kString | ValueType::kMap}},
                              kBooleanType,
                              IsEmpty,
                              "Whether a list, string or map has nothing in it."},
                             {"range",
                              {{"start", kAnyType}, {"end", kAnyType}, {"step", kAnyType}},
                              kListType,
                              Range,
                              "The integers from start to end (inclusive), by step.",
                              1},
                         });
}

}  // namespace kith::query

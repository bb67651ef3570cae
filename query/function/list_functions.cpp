// SPDX-License-Identifier: Apache-2.0
// Functions of lists, and those that lists share with strings and maps.
#include <fmt/core.h>

#include <algorithm>

#include "query/function/builtins.h"
#include "query/function/function_error.h"
#include "query/function/text.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

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

// The number of elements of a range, which for the widest one passes int64.
unsigned __int128 RangeSize(int64_t start, int64_t end, int64_t step) {
  using Int128 = __int128;
  const Int128 span = static_cast<Int128>(end) - start;
  if ((span > 0 && step < 0) || (span < 0 && step > 0)) return 0;
  return static_cast<unsigned __int128>(span / step) + 1;
}

Result<Value> Range(FunctionContext& context, Arguments arguments) {
  const int64_t start = arguments[0].AsInteger();
  const int64_t end = arguments[1].AsInteger();
  const int64_t step = arguments.size() == 3 ? arguments[2].AsInteger() : 1;
  if (step == 0) return NumberOutOfRange("the step of range() is not 0, but got 0");
  const auto size = RangeSize(start, end, step);
  constexpr size_t kMaxSize = kMaxValueBytes / sizeof(Value);
  if (size > kMaxSize) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("range({}, {}, {}) has more than {} elements, the most a list holds",
                              start, end, step, kMaxSize));
  }
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, static_cast<size_t>(size) * sizeof(Value)));
  List list;
  list.reserve(static_cast<size_t>(size));
  for (size_t i = 0; i < static_cast<size_t>(size); ++i) {
    // Unsigned arithmetic wraps where the step past the last element would overflow.
    list.emplace_back(
        static_cast<int64_t>(static_cast<uint64_t>(start) + i * static_cast<uint64_t>(step)));
  }
  return Value(std::move(list));
}

}  // namespace

Status RegisterListFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> list = {{"list", kListType}};
  return RegisterScalars(
      registry, "List",
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
           {{"start", kIntegerType}, {"end", kIntegerType}, {"step", kIntegerType}},
           kListType,
           Range,
           "The integers from start to end (inclusive), by step.",
           1},
      });
}

}  // namespace kith::query

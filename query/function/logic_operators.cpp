// SPDX-License-Identifier: Apache-2.0
// Comparison, three-valued logic, IN and the string predicates.
#include <fmt/core.h>

#include "query/function/function_error.h"
#include "query/function/operators.h"
#include "query/function/regex_cache.h"

namespace kith::query::operators {
namespace {

/// Values from this size on take a millisecond or so to compare or to search.
constexpr size_t kLargeBytes = size_t{1} << 20;

// A batch may hold thousands of large values, so each of them is a reason to look.
Status CheckIfLarge(FunctionContext& context, const Value& value) {
  return value.HeapBytes() < kLargeBytes ? Status::Ok() : context.CheckInterrupt();
}

bool BothStrings(const Value& left, const Value& right) {
  return left.IsString() && right.IsString();
}

}  // namespace

Result<Ternary> ToTernary(const Value& value) {
  if (value.IsBoolean()) return Ternary(value.AsBoolean());
  if (value.IsNull()) return Ternary();
  return TypeMismatch(
      fmt::format("a condition must be a Boolean or null, but it is {}", DescribeValue(value)));
}

Result<Value> Equal(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, left));
  return FromTernary(Equals(left, right));
}

Result<Value> NotEqual(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, left));
  const Ternary equal = Equals(left, right);
  return equal.has_value() ? Value(!*equal) : Value();
}

Result<Value> LessThan(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, left));
  return FromTernary(Less(left, right));
}

Result<Value> LessThanOrEqual(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, left));
  return FromTernary(LessOrEqual(left, right));
}

Result<Value> GreaterThan(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, left));
  return FromTernary(Less(right, left));
}

Result<Value> GreaterThanOrEqual(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, left));
  return FromTernary(LessOrEqual(right, left));
}

Result<Value> And(FunctionContext& /*context*/, const Value& left, const Value& right) {
  KITH_ASSIGN_OR_RETURN(const Ternary a, ToTernary(left));
  KITH_ASSIGN_OR_RETURN(const Ternary b, ToTernary(right));
  if (a == false || b == false) return Value(false);
  return a.has_value() && b.has_value() ? Value(true) : Value();
}

Result<Value> Or(FunctionContext& /*context*/, const Value& left, const Value& right) {
  KITH_ASSIGN_OR_RETURN(const Ternary a, ToTernary(left));
  KITH_ASSIGN_OR_RETURN(const Ternary b, ToTernary(right));
  if (a == true || b == true) return Value(true);
  return a.has_value() && b.has_value() ? Value(false) : Value();
}

Result<Value> Xor(FunctionContext& /*context*/, const Value& left, const Value& right) {
  KITH_ASSIGN_OR_RETURN(const Ternary a, ToTernary(left));
  KITH_ASSIGN_OR_RETURN(const Ternary b, ToTernary(right));
  return a.has_value() && b.has_value() ? Value(*a != *b) : Value();
}

Result<Value> Not(FunctionContext& /*context*/, const Value& operand) {
  KITH_ASSIGN_OR_RETURN(const Ternary a, ToTernary(operand));
  return a.has_value() ? Value(!*a) : Value();
}

Result<Value> In(FunctionContext& context, const Value& left, const Value& right) {
  KITH_RETURN_IF_ERROR(CheckIfLarge(context, right));
  if (right.IsNull()) return Value();
  if (!right.IsList()) {
    return TypeMismatch(
        fmt::format("IN takes a List on its right side, but got {}", DescribeValue(right)));
  }
  bool unknown = false;
  for (const Value& element : right.AsList()) {
    const Ternary equal = Equals(left, element);
    if (equal == true) return Value(true);
    if (!equal.has_value()) unknown = true;
  }
  return unknown ? Value() : Value(false);
}

Result<Value> StartsWith(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (!BothStrings(left, right)) return Value();
  return Value(left.AsString().starts_with(right.AsString()));
}

Result<Value> EndsWith(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (!BothStrings(left, right)) return Value();
  return Value(left.AsString().ends_with(right.AsString()));
}

Result<Value> Contains(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (!BothStrings(left, right)) return Value();
  return Value(left.AsString().find(right.AsString()) != std::string_view::npos);
}

Result<Value> MatchesRegex(FunctionContext& context, const Value& left, const Value& right) {
  if (!BothStrings(left, right)) return Value();
  KITH_ASSIGN_OR_RETURN(const bool matches,
                        context.regex_cache().Matches(right.AsString(), left.AsString()));
  return Value(matches);
}

}  // namespace kith::query::operators

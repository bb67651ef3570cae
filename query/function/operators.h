// SPDX-License-Identifier: Apache-2.0
// The operators of expressions over values. null in, null out, except where three-valued logic
// decides (false AND null is false). Arithmetic on integers is exact or fails: ArithmeticError,
// IntegerOverflow or DivisionByZero. Operands of wrong types give TypeError,
// InvalidArgumentValue.
//
// Thread safety: pure functions but for the context.
#pragma once

#include <string_view>

#include "engine/base/export.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "engine/base/value_compare.h"
#include "query/function/function_context.h"
#include "query/function/type_set.h"

/// Their own namespace, because plan nodes bear the same names.
namespace kith::query::operators {

/// All binary operators have this shape, so that a plan can hold a pointer to one.
using BinaryOperation = Result<Value> (*)(FunctionContext& context, const Value& left,
                                          const Value& right);

// Numbers; + also joins strings, a string and a number, and lists (or a list and an element); + - *
// / also work on temporal values as openCypher defines.
KITH_EXPORT Result<Value> Add(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> Subtract(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> Multiply(FunctionContext& context, const Value& left, const Value& right);
/// Integers divide towards zero.
KITH_EXPORT Result<Value> Divide(FunctionContext& context, const Value& left, const Value& right);
/// The sign follows the dividend.
KITH_EXPORT Result<Value> Modulo(FunctionContext& context, const Value& left, const Value& right);
/// Always a float.
KITH_EXPORT Result<Value> Power(FunctionContext& context, const Value& left, const Value& right);
/// `||`: two strings or two lists.
KITH_EXPORT Result<Value> Concatenate(FunctionContext& context, const Value& left,
                                      const Value& right);
KITH_EXPORT Result<Value> Negate(FunctionContext& context, const Value& operand);
/// Unary +: the number itself.
KITH_EXPORT Result<Value> Plus(FunctionContext& context, const Value& operand);

/// true, false, or null for nullopt.
inline Value FromTernary(Ternary ternary) {
  return ternary.has_value() ? Value(*ternary) : Value();
}
/// The truth of a value used as a condition; TypeError when it is neither boolean nor null.
KITH_EXPORT Result<Ternary> ToTernary(const Value& value);

KITH_EXPORT Result<Value> Equal(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> NotEqual(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> LessThan(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> LessThanOrEqual(FunctionContext& context, const Value& left,
                                          const Value& right);
KITH_EXPORT Result<Value> GreaterThan(FunctionContext& context, const Value& left,
                                      const Value& right);
KITH_EXPORT Result<Value> GreaterThanOrEqual(FunctionContext& context, const Value& left,
                                             const Value& right);

KITH_EXPORT Result<Value> And(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> Or(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> Xor(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> Not(FunctionContext& context, const Value& operand);

/// `element IN list`; `right` must be a list or null.
KITH_EXPORT Result<Value> In(FunctionContext& context, const Value& left, const Value& right);
/// null unless both are strings.
KITH_EXPORT Result<Value> StartsWith(FunctionContext& context, const Value& left,
                                     const Value& right);
KITH_EXPORT Result<Value> EndsWith(FunctionContext& context, const Value& left, const Value& right);
KITH_EXPORT Result<Value> Contains(FunctionContext& context, const Value& left, const Value& right);
/// `=~`: ICU's regular expression must match the whole string. ArgumentError for a bad expression,
/// ResourceExhausted when matching it backtracks beyond reason.
KITH_EXPORT Result<Value> MatchesRegex(FunctionContext& context, const Value& left,
                                       const Value& right);

/// `object.key`: of a map, node, relationship or temporal value; null of null. TypeError of others.
KITH_EXPORT Result<Value> PropertyOf(FunctionContext& context, const Value& object,
                                     std::string_view key);
/// `object[index]`: an integer for a list (negative from the end, null outside), a string for what
/// has properties.
KITH_EXPORT Result<Value> Subscript(FunctionContext& context, const Value& object,
                                    const Value& index);
/// `list[from..to]`. A null pointer is an end left out; a null value makes the result null.
KITH_EXPORT Result<Value> Slice(FunctionContext& context, const Value& list, const Value* from,
                                const Value* to);

/// A list or map from parts, refused with ResourceExhausted when it would nest deeper than
/// Value::kMaxDepth or be larger than kMaxNestedBytes. Whoever builds lists and maps from
/// expressions uses these.
KITH_EXPORT Result<Value> MakeList(List elements);
KITH_EXPORT Result<Value> MakeMap(Map entries);

/// The types that the result of an operator can have, given those of its operands, for the binder;
/// an empty set when the operands can never fit (a compile-time InvalidArgumentType).
KITH_EXPORT TypeSet AddResultType(TypeSet left, TypeSet right);
KITH_EXPORT TypeSet SubtractResultType(TypeSet left, TypeSet right);
KITH_EXPORT TypeSet MultiplyResultType(TypeSet left, TypeSet right);
KITH_EXPORT TypeSet DivideResultType(TypeSet left, TypeSet right);
KITH_EXPORT TypeSet ModuloResultType(TypeSet left, TypeSet right);
KITH_EXPORT TypeSet PowerResultType(TypeSet left, TypeSet right);

}  // namespace kith::query::operators

// SPDX-License-Identifier: Apache-2.0
// The types that operators give for the types they are given. Each rule is one pair of types; sets
// are the union over their pairs.
#include "query/function/operators.h"

namespace kith::query::operators {
namespace {

using PairRule = TypeSet (*)(ValueType left, ValueType right);

constexpr unsigned kTypeCount = 16;

TypeSet OverPairs(TypeSet left, TypeSet right, PairRule rule) {
  if (left == kNullType || right == kNullType) return kNullType;
  TypeSet result;
  for (unsigned i = 1; i < kTypeCount; ++i) {
    if (!left.Contains(static_cast<ValueType>(i))) continue;
    for (unsigned j = 1; j < kTypeCount; ++j) {
      if (!right.Contains(static_cast<ValueType>(j))) continue;
      result = result | rule(static_cast<ValueType>(i), static_cast<ValueType>(j));
    }
  }
  if (result.IsEmpty()) return result;
  const bool null = left.Contains(ValueType::kNull) || right.Contains(ValueType::kNull);
  return null ? result | kNullType : result;
}

bool IsNumeric(ValueType type) {
  return type == ValueType::kInteger || type == ValueType::kFloat;
}

bool IsInstant(ValueType type) {
  return type != ValueType::kNull && kInstantType.Contains(type);
}

TypeSet NumericPair(ValueType left, ValueType right) {
  if (!IsNumeric(left) || !IsNumeric(right)) return TypeSet();
  const bool integers = left == ValueType::kInteger && right == ValueType::kInteger;
  return integers ? ValueType::kInteger : ValueType::kFloat;
}

TypeSet AddPair(ValueType left, ValueType right) {
  if (left == ValueType::kList || right == ValueType::kList) return ValueType::kList;
  const auto joins = [](ValueType type) {
    return IsNumeric(type) || type == ValueType::kString || type == ValueType::kBoolean;
  };
  const bool text = left == ValueType::kString || right == ValueType::kString;
  if (text && joins(left) && joins(right)) return ValueType::kString;
  if (right == ValueType::kDuration && (IsInstant(left) || left == right)) return left;
  if (left == ValueType::kDuration && IsInstant(right)) return right;
  return NumericPair(left, right);
}

TypeSet SubtractPair(ValueType left, ValueType right) {
  if (right == ValueType::kDuration && (IsInstant(left) || left == right)) return left;
  return NumericPair(left, right);
}

TypeSet MultiplyPair(ValueType left, ValueType right) {
  if (left == ValueType::kDuration && IsNumeric(right)) return left;
  if (right == ValueType::kDuration && IsNumeric(left)) return right;
  return NumericPair(left, right);
}

TypeSet DividePair(ValueType left, ValueType right) {
  if (left == ValueType::kDuration && IsNumeric(right)) return left;
  return NumericPair(left, right);
}

TypeSet PowerPair(ValueType left, ValueType right) {
  return IsNumeric(left) && IsNumeric(right) ? TypeSet(ValueType::kFloat) : TypeSet();
}

}  // namespace

TypeSet AddResultType(TypeSet left, TypeSet right) {
  return OverPairs(left, right, AddPair);
}
TypeSet SubtractResultType(TypeSet left, TypeSet right) {
  return OverPairs(left, right, SubtractPair);
}
TypeSet MultiplyResultType(TypeSet left, TypeSet right) {
  return OverPairs(left, right, MultiplyPair);
}
TypeSet DivideResultType(TypeSet left, TypeSet right) {
  return OverPairs(left, right, DividePair);
}
TypeSet ModuloResultType(TypeSet left, TypeSet right) {
  return OverPairs(left, right, NumericPair);
}
TypeSet PowerResultType(TypeSet left, TypeSet right) {
  return OverPairs(left, right, PowerPair);
}

}  // namespace kith::query::operators

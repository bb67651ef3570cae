// SPDX-License-Identifier: Apache-2.0
// Operators, and which operands they can never take. What may go wrong only for some values is left
// to the run.
#include <fmt/format.h>

#include <algorithm>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {
namespace {

using ast::BinaryOperator;
using bound::ExpressionPtr;

/// Chains with an operand deeper than this in the middle are not split, which would bind it twice.
constexpr uint32_t kMaxRepeatedDepth = 4;

/// What an operator gives, and what its operands may be.
struct OperatorTypes {
  TypeSet left;
  TypeSet right;
  StaticType result;
};

StaticType NumberResult(const StaticType& left, const StaticType& right) {
  const bool integers = left.IsAlways(kIntegerType) && right.IsAlways(kIntegerType);
  const bool numbers = left.IsAlways(kNumberType) && right.IsAlways(kNumberType);
  if (integers) return {kIntegerType, kAnyType};
  if (!numbers) return {kNumberType | kTemporalType, kAnyType};
  const bool a_float = left.IsAlways(kFloatType) || right.IsAlways(kFloatType);
  return {a_float ? kFloatType : kNumberType, kAnyType};
}

StaticType AddResult(const StaticType& left, const StaticType& right) {
  if (left.IsAlways(kListType) || right.IsAlways(kListType)) {
    const bool both = left.IsAlways(kListType) && right.IsAlways(kListType);
    return StaticType::ListOf(both ? left.elements | right.elements : kAnyType);
  }
  const bool numbers = left.IsAlways(kNumberType) && right.IsAlways(kNumberType);
  if (numbers) return NumberResult(left, right);
  const TypeSet text = kStringType | kNumberType;
  const bool strings = left.IsAlways(text) && right.IsAlways(text) &&
                       (left.IsAlways(kStringType) || right.IsAlways(kStringType));
  return {strings ? kStringType : kAnyType, kAnyType};
}

OperatorTypes TypesOf(BinaryOperator op, const StaticType& left, const StaticType& right) {
  const TypeSet numeric = kNumberType | kTemporalType;
  const StaticType boolean{kBooleanType, kAnyType};
  switch (op) {
    case BinaryOperator::kAdd: return {kAnyType, kAnyType, AddResult(left, right)};
    case BinaryOperator::kConcatenate:
      return {kStringType | kListType, kStringType | kListType, AddResult(left, right)};
    case BinaryOperator::kSubtract:
    case BinaryOperator::kMultiply:
    case BinaryOperator::kDivide: return {numeric, numeric, NumberResult(left, right)};
    case BinaryOperator::kModulo: return {kNumberType, kNumberType, NumberResult(left, right)};
    case BinaryOperator::kPower: return {kNumberType, kNumberType, {kFloatType, kAnyType}};
    case BinaryOperator::kIn: return {kAnyType, kListType, boolean};
    // Of other types than strings these are null.
    case BinaryOperator::kStartsWith:
    case BinaryOperator::kEndsWith:
    case BinaryOperator::kContains:
    case BinaryOperator::kRegexMatch: return {kAnyType, kAnyType, boolean};
  }
  return {kAnyType, kAnyType, {}};
}

std::string_view OperatorText(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAdd: return "+";
    case BinaryOperator::kSubtract: return "-";
    case BinaryOperator::kMultiply: return "*";
    case BinaryOperator::kDivide: return "/";
    case BinaryOperator::kModulo: return "%";
    case BinaryOperator::kPower: return "^";
    case BinaryOperator::kConcatenate: return "||";
    case BinaryOperator::kIn: return "IN";
    case BinaryOperator::kStartsWith: return "STARTS WITH";
    case BinaryOperator::kEndsWith: return "ENDS WITH";
    case BinaryOperator::kContains: return "CONTAINS";
    case BinaryOperator::kRegexMatch: return "=~";
  }
  return "";
}

Status WrongOperand(std::string_view op, const bound::Expression& operand, TypeSet wanted) {
  return SyntaxError("InvalidArgumentType", operand.range,
                     fmt::format("{} takes {}, but this is {}", op, wanted.ToString(),
                                 operand.type.types.ToString()));
}

/// + joins many types; never these, unless the other side is a list.
Status CheckAdd(const bound::Expression& left, const bound::Expression& right) {
  constexpr TypeSet kNeverAdded =
      kBooleanType | kMapType | kNodeType | kRelationshipType | kPathType;
  if (left.type.MayBe(kListType) || right.type.MayBe(kListType)) return Status::Ok();
  const TypeSet wanted = kNumberType | kStringType | kListType | kTemporalType;
  for (const bound::Expression* operand : {&left, &right}) {
    if (operand->type.IsAlways(kNeverAdded)) return WrongOperand("+", *operand, wanted);
  }
  return Status::Ok();
}

}  // namespace

Result<ExpressionPtr> StatementBinder::BindUnary(const ast::Unary& unary) {
  auto node = Make<bound::Unary>(unary.range);
  node->op = unary.op;
  if (unary.op == ast::UnaryOperator::kNot) {
    predicate_position_ = true;
    KITH_ASSIGN_OR_RETURN(node->operand, BindExpression(*unary.operand));
    if (!node->operand->type.MayBe(kBooleanType)) {
      return WrongOperand("NOT", *node->operand, kBooleanType);
    }
    node->type.types = kBooleanType;
    return ExpressionPtr(std::move(node));
  }
  KITH_ASSIGN_OR_RETURN(node->operand, BindExpression(*unary.operand));
  if (unary.op == ast::UnaryOperator::kIsNull || unary.op == ast::UnaryOperator::kIsNotNull) {
    node->type.types = kBooleanType;
    return ExpressionPtr(std::move(node));
  }
  const TypeSet wanted = kNumberType | kDurationType;
  if (!node->operand->type.MayBe(wanted)) {
    return WrongOperand(unary.op == ast::UnaryOperator::kMinus ? "-" : "+", *node->operand, wanted);
  }
  node->type.types = node->operand->type.types & wanted;
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindBinary(const ast::Binary& binary) {
  auto node = Make<bound::Binary>(binary.range);
  node->op = binary.op;
  KITH_ASSIGN_OR_RETURN(node->left, BindExpression(*binary.left));
  KITH_ASSIGN_OR_RETURN(node->right, BindExpression(*binary.right));
  const OperatorTypes types = TypesOf(binary.op, node->left->type, node->right->type);
  if (!node->left->type.MayBe(types.left)) {
    return WrongOperand(OperatorText(binary.op), *node->left, types.left);
  }
  if (!node->right->type.MayBe(types.right)) {
    return WrongOperand(OperatorText(binary.op), *node->right, types.right);
  }
  if (binary.op == BinaryOperator::kAdd) {
    KITH_RETURN_IF_ERROR(CheckAdd(*node->left, *node->right));
  }
  node->type = types.result;
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindLogical(const ast::Logical& logical) {
  auto node = Make<bound::Logical>(logical.range);
  node->op = logical.op;
  node->type.types = kBooleanType;
  for (const ast::ExpressionPtr& operand : logical.operands) {
    predicate_position_ = true;
    KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*operand));
    if (!value->type.MayBe(kBooleanType)) {
      return WrongOperand(logical.op == ast::LogicalOperator::kAnd  ? "AND"
                          : logical.op == ast::LogicalOperator::kOr ? "OR"
                                                                    : "XOR",
                          *value, kBooleanType);
    }
    // (a AND b) AND c is one AND.
    if (value->kind == bound::ExpressionKind::kLogical &&
        static_cast<bound::Logical&>(*value).op == logical.op) {
      for (ExpressionPtr& inner : static_cast<bound::Logical&>(*value).operands) {
        node->operands.push_back(std::move(inner));
      }
    } else {
      node->operands.push_back(std::move(value));
    }
  }
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindComparison(const ast::Comparison& comparison) {
  if (comparison.operators.size() == 1) return BindOneComparison(comparison, 0);
  const bool small = std::all_of(
      comparison.operands.begin() + 1, comparison.operands.end() - 1,
      [](const ast::ExpressionPtr& operand) { return operand->depth <= kMaxRepeatedDepth; });
  if (small) {
    auto chain = Make<bound::Logical>(comparison.range);
    chain->op = bound::LogicalOperator::kAnd;
    chain->type.types = kBooleanType;
    for (size_t i = 0; i < comparison.operators.size(); ++i) {
      KITH_ASSIGN_OR_RETURN(ExpressionPtr one, BindOneComparison(comparison, i));
      chain->operands.push_back(std::move(one));
    }
    return ExpressionPtr(std::move(chain));
  }
  auto node = Make<bound::Comparison>(comparison.range);
  node->operators = comparison.operators;
  node->type.types = kBooleanType;
  for (const ast::ExpressionPtr& operand : comparison.operands) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*operand));
    node->operands.push_back(std::move(value));
  }
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindOneComparison(const ast::Comparison& comparison,
                                                         size_t index) {
  const ast::Expression& left = *comparison.operands[index];
  const ast::Expression& right = *comparison.operands[index + 1];
  auto node = Make<bound::Comparison>(SourceRange{left.range.begin, right.range.end});
  node->operators.push_back(comparison.operators[index]);
  node->type.types = kBooleanType;
  KITH_ASSIGN_OR_RETURN(ExpressionPtr first, BindExpression(left));
  KITH_ASSIGN_OR_RETURN(ExpressionPtr second, BindExpression(right));
  node->operands.push_back(std::move(first));
  node->operands.push_back(std::move(second));
  return ExpressionPtr(std::move(node));
}

}  // namespace kith::query

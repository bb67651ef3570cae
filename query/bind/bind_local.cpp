// SPDX-License-Identifier: Apache-2.0
// Expressions with variables of their own: list comprehensions, quantifiers and reduce.
#include <fmt/format.h>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {

using bound::ExpressionPtr;

/// A list, or null; what its elements are goes with the type.
Result<ExpressionPtr> StatementBinder::BindListOperand(const ast::Expression& list) {
  KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(list));
  if (!value->type.MayBe(kListType)) {
    return SyntaxError(
        "InvalidArgumentType", list.range,
        fmt::format("a list is needed here, but this is {}", value->type.types.ToString()));
  }
  if (!value->type.types.Contains(ValueType::kList)) value->type.elements = kAnyType;
  return value;
}

Result<ExpressionPtr> StatementBinder::BindListComprehension(const ast::ListComprehension& node) {
  auto bound = Make<bound::ListComprehension>(node.range);
  KITH_ASSIGN_OR_RETURN(bound->list, BindListOperand(*node.list));
  const TypeSet elements = bound->list->type.elements | kNullType;
  Scope* local = NewScope(scope_, /*local=*/true);
  bound->slot = NewSlot(node.variable.text, {elements, kAnyType}, /*local=*/true);
  local->names.emplace(node.variable.text, bound->slot);
  const Restore<const Scope*> scope(&scope_, local);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  if (node.predicate) {
    KITH_ASSIGN_OR_RETURN(bound->predicate, BindPredicate(*node.predicate));
  }
  bound->type = StaticType::ListOf(elements);
  if (node.projection) {
    KITH_ASSIGN_OR_RETURN(bound->projection, BindExpression(*node.projection));
    bound->type.elements = bound->projection->type.types;
  }
  return ExpressionPtr(std::move(bound));
}

Result<ExpressionPtr> StatementBinder::BindQuantifier(const ast::Quantifier& node) {
  auto bound = Make<bound::Quantifier>(node.range);
  bound->quantifier = node.quantifier;
  bound->type.types = kBooleanType;
  KITH_ASSIGN_OR_RETURN(bound->list, BindListOperand(*node.list));
  Scope* local = NewScope(scope_, /*local=*/true);
  const TypeSet elements = bound->list->type.elements | kNullType;
  bound->slot = NewSlot(node.variable.text, {elements, kAnyType}, /*local=*/true);
  local->names.emplace(node.variable.text, bound->slot);
  const Restore<const Scope*> scope(&scope_, local);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  if (node.predicate) {
    KITH_ASSIGN_OR_RETURN(bound->predicate, BindPredicate(*node.predicate));
  } else {
    bound->predicate = MakeSlot(bound->slot, node.variable.range);
  }
  return ExpressionPtr(std::move(bound));
}

Result<ExpressionPtr> StatementBinder::BindReduce(const ast::Reduce& node) {
  auto bound = Make<bound::Reduce>(node.range);
  KITH_ASSIGN_OR_RETURN(bound->initial, BindExpression(*node.initial));
  KITH_ASSIGN_OR_RETURN(bound->list, BindListOperand(*node.list));
  Scope* local = NewScope(scope_, /*local=*/true);
  // Each step may change the type.
  bound->accumulator = NewSlot(node.accumulator.text, {}, /*local=*/true);
  const TypeSet elements = bound->list->type.elements | kNullType;
  bound->slot = NewSlot(node.variable.text, {elements, kAnyType}, /*local=*/true);
  if (node.accumulator.text == node.variable.text) {
    return SyntaxError(
        "VariableAlreadyBound", node.variable.range,
        fmt::format("reduce needs two different names, but both are '{}'", node.variable.text));
  }
  local->names.emplace(node.accumulator.text, bound->accumulator);
  local->names.emplace(node.variable.text, bound->slot);
  const Restore<const Scope*> scope(&scope_, local);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  KITH_ASSIGN_OR_RETURN(bound->step, BindExpression(*node.step));
  return ExpressionPtr(std::move(bound));
}

}  // namespace kith::query

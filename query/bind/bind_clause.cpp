// SPDX-License-Identifier: Apache-2.0
// Reading and updating clauses.
#include <fmt/format.h>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {

using bound::ClausePtr;

Result<ClausePtr> StatementBinder::BindMatch(const ast::Match& match) {
  auto bound = Make<bound::Match>(match.range);
  bound->optional = match.optional;
  PatternState state;
  state.pattern = &bound->pattern;
  state.conjuncts = &bound->conjuncts;
  state.declared = row_;
  const auto first = static_cast<bound::SlotId>(statement_->slots.size());
  KITH_RETURN_IF_ERROR(BindPatterns(match.patterns, &state));
  if (match.patterns.size() > 1) WarnOfProduct(match, state);
  if (match.search) KITH_RETURN_IF_ERROR(BindSearch(*match.search, first, bound.get()));
  auto& conditions = bound->search ? bound->search->found_conjuncts : bound->conjuncts;
  if (match.where) KITH_RETURN_IF_ERROR(BindConjuncts(*match.where, &conditions));
  return ClausePtr(std::move(bound));
}

/// Splits at AND.
Status StatementBinder::BindConjuncts(const ast::Expression& where,
                                      std::vector<bound::ExpressionPtr>* out) {
  if (where.kind == ast::ExpressionKind::kLogical) {
    const auto& logical = ast::As<ast::Logical>(where);
    if (logical.op == ast::LogicalOperator::kAnd) {
      for (const ast::ExpressionPtr& operand : logical.operands) {
        KITH_RETURN_IF_ERROR(BindConjuncts(*operand, out));
      }
      return Status::Ok();
    }
  }
  KITH_ASSIGN_OR_RETURN(bound::ExpressionPtr predicate, BindPredicate(where));
  // a < b < c has become an AND.
  if (predicate->kind == bound::ExpressionKind::kLogical) {
    auto& logical = static_cast<bound::Logical&>(*predicate);
    if (logical.op == bound::LogicalOperator::kAnd) {
      for (bound::ExpressionPtr& operand : logical.operands) out->push_back(std::move(operand));
      return Status::Ok();
    }
  }
  out->push_back(std::move(predicate));
  return Status::Ok();
}

Result<ClausePtr> StatementBinder::BindUnwind(const ast::Unwind& unwind) {
  auto bound = Make<bound::Unwind>(unwind.range);
  KITH_ASSIGN_OR_RETURN(bound->list, BindExpression(*unwind.list));
  const StaticType list = bound->list->type;
  // A value that is no list is unwound as a list of one.
  StaticType element;
  element.types = list.types.IsAny() ? kAnyType : list.types;
  if (list.types.Contains(ValueType::kList)) {
    element.types = list.IsAlways(kListType) ? list.elements : kAnyType;
  }
  KITH_ASSIGN_OR_RETURN(bound->slot, DeclareRowVariable(unwind.variable, element));
  return ClausePtr(std::move(bound));
}

Result<ClausePtr> StatementBinder::BindMerge(const ast::Merge& merge) {
  auto bound = Make<bound::Merge>(merge.range);
  PatternState state;
  state.mode = PatternMode::kMerge;
  state.pattern = &bound->pattern;
  KITH_RETURN_IF_ERROR(BindPath(merge.pattern, &state));
  KITH_RETURN_IF_ERROR(BindSetItems(merge.on_create, false, &bound->on_create));
  KITH_RETURN_IF_ERROR(BindSetItems(merge.on_match, false, &bound->on_match));
  return ClausePtr(std::move(bound));
}

Result<ClausePtr> StatementBinder::BindSet(const ast::Set& set) {
  auto bound = Make<bound::Set>(set.range);
  KITH_RETURN_IF_ERROR(BindSetItems(set.items, false, &bound->items));
  return ClausePtr(std::move(bound));
}

Result<ClausePtr> StatementBinder::BindRemove(const ast::Remove& remove) {
  auto bound = Make<bound::Set>(remove.range);
  KITH_RETURN_IF_ERROR(BindSetItems(remove.items, true, &bound->items));
  return ClausePtr(std::move(bound));
}

Status StatementBinder::BindSetItems(const std::vector<ast::SetItem>& items, bool remove,
                                     std::vector<bound::SetItem>* out) {
  for (const ast::SetItem& item : items) {
    KITH_ASSIGN_OR_RETURN(bound::SetItem bound, BindSetItem(item, remove));
    out->push_back(std::move(bound));
  }
  return Status::Ok();
}

Result<bound::SetItem> StatementBinder::BindSetItem(const ast::SetItem& item, bool remove) {
  bound::SetItem bound;
  bound.range = item.range;
  KITH_ASSIGN_OR_RETURN(bound.target, BindExpression(*item.target));
  const bool labels = item.kind == ast::SetItemKind::kLabels;
  const TypeSet wanted = labels ? kNodeType : kNodeType | kRelationshipType;
  if (!bound.target->type.MayBe(wanted)) {
    return SyntaxError("InvalidArgumentType", item.target->range,
                       fmt::format("{} belong to {}, but '{}' is {}",
                                   labels ? "labels" : "properties", wanted.ToString(),
                                   Text(item.target->range), bound.target->type.types.ToString()));
  }
  switch (item.kind) {
    case ast::SetItemKind::kProperty:
      bound.kind = remove ? bound::SetKind::kRemoveProperty : bound::SetKind::kProperty;
      bound.key = item.key.text;
      break;
    case ast::SetItemKind::kDynamicProperty: {
      bound.kind =
          remove ? bound::SetKind::kRemoveDynamicProperty : bound::SetKind::kDynamicProperty;
      KITH_ASSIGN_OR_RETURN(bound.key_value, BindExpression(*item.key_value));
      break;
    }
    case ast::SetItemKind::kReplaceAll: bound.kind = bound::SetKind::kReplaceAll; break;
    case ast::SetItemKind::kMergeAll: bound.kind = bound::SetKind::kMergeAll; break;
    case ast::SetItemKind::kLabels:
      bound.kind = remove ? bound::SetKind::kRemoveLabels : bound::SetKind::kAddLabels;
      for (const ast::Name& label : item.labels) bound.labels.push_back(label.text);
      break;
  }
  if (!item.value) return bound;
  KITH_ASSIGN_OR_RETURN(bound.value, BindExpression(*item.value));
  const bool whole =
      item.kind == ast::SetItemKind::kReplaceAll || item.kind == ast::SetItemKind::kMergeAll;
  if (whole && !bound.value->type.MayBe(kMapType | kNodeType | kRelationshipType)) {
    return SyntaxError(
        "InvalidArgumentType", item.value->range,
        fmt::format("properties are set from a map, a node or a relationship, not from {}",
                    bound.value->type.types.ToString()));
  }
  return bound;
}

Result<ClausePtr> StatementBinder::BindDelete(const ast::Delete& clause) {
  auto bound = Make<bound::Delete>(clause.range);
  bound->detach = clause.detach;
  for (const ast::ExpressionPtr& expression : clause.expressions) {
    if (expression->kind == ast::ExpressionKind::kLabelTest) {
      return SyntaxError(
          "InvalidDelete", expression->range,
          "DELETE removes nodes and relationships; to take a label away write REMOVE "
          "n:Label");
    }
    KITH_ASSIGN_OR_RETURN(bound::ExpressionPtr value, BindExpression(*expression));
    if (!value->type.MayBe(kNodeType | kRelationshipType | kPathType)) {
      return SyntaxError("InvalidArgumentType", expression->range,
                         fmt::format("DELETE takes a node, a relationship or a path, not {}",
                                     value->type.types.ToString()));
    }
    bound->expressions.push_back(std::move(value));
  }
  return ClausePtr(std::move(bound));
}

Result<ClausePtr> StatementBinder::BindForeach(const ast::Foreach& foreach) {
  auto bound = Make<bound::Foreach>(foreach.range);
  KITH_ASSIGN_OR_RETURN(bound->list, BindListOperand(*foreach.list));
  const Restore<Scope*> row(&row_, NewScope(row_));
  const Restore<const Scope*> scope(&scope_, row_);
  StaticType element;
  element.types = bound->list->type.elements;
  bound->slot = NewSlot(foreach.variable.text, element);
  row_->names.emplace(foreach.variable.text, bound->slot);
  for (const ast::ClausePtr& clause : foreach.clauses) {
    switch (clause->kind) {
      case ast::ClauseKind::kCreate:
      case ast::ClauseKind::kMerge:
      case ast::ClauseKind::kSet:
      case ast::ClauseKind::kRemove:
      case ast::ClauseKind::kDelete:
      case ast::ClauseKind::kForeach: break;
      default:
        return SyntaxError(
            "InvalidClauseComposition", clause->keyword,
            fmt::format("{} cannot stand in FOREACH, which only changes the graph; use "
                        "UNWIND or CALL {{ }}",
                        Text(clause->keyword)));
    }
  }
  KITH_RETURN_IF_ERROR(BindClauses(foreach.clauses, &bound->clauses));
  return ClausePtr(std::move(bound));
}

}  // namespace kith::query

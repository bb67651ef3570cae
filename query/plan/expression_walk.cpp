// SPDX-License-Identifier: Apache-2.0
// Walking and recognising bound expressions.
#include "query/plan/expression_walk.h"

#include <algorithm>

#include "query/execute/evaluator.h"

namespace kith::query::plan {

namespace {

using bound::ExpressionKind;
using Visit = std::function<void(const Expression&)>;

void One(const bound::ExpressionPtr& expression, const Visit& visit) {
  if (expression != nullptr) visit(*expression);
}
void Many(const std::vector<bound::ExpressionPtr>& expressions, const Visit& visit) {
  for (const bound::ExpressionPtr& expression : expressions) One(expression, visit);
}
void Entries(const std::vector<bound::MapEntry>& entries, const Visit& visit) {
  for (const auto& [key, value] : entries) One(value, visit);
}

void CaseChildren(const bound::Case& e, const Visit& visit) {
  One(e.operand, visit);
  for (const bound::CaseBranch& branch : e.branches) {
    Many(branch.when, visit);
    One(branch.then, visit);
  }
  One(e.otherwise, visit);
}

void LocalChildren(const Expression& e, const Visit& visit) {
  if (e.kind == ExpressionKind::kListComprehension) {
    const auto& list = bound::As<bound::ListComprehension>(e);
    One(list.list, visit);
    One(list.predicate, visit);
    One(list.projection, visit);
  } else if (e.kind == ExpressionKind::kQuantifier) {
    const auto& quantifier = bound::As<bound::Quantifier>(e);
    One(quantifier.list, visit);
    One(quantifier.predicate, visit);
  } else if (e.kind == ExpressionKind::kReduce) {
    const auto& reduce = bound::As<bound::Reduce>(e);
    One(reduce.initial, visit);
    One(reduce.list, visit);
    One(reduce.step, visit);
  }
}

}  // namespace

void ForEachChild(const Expression& e, const Visit& visit) {
  switch (e.kind) {
    case ExpressionKind::kConstant:
    case ExpressionKind::kParameter:
    case ExpressionKind::kSlot:
    case ExpressionKind::kSubquery: return;
    case ExpressionKind::kProperty: One(bound::As<bound::Property>(e).object, visit); return;
    case ExpressionKind::kSubscript:
      One(bound::As<bound::Subscript>(e).object, visit);
      One(bound::As<bound::Subscript>(e).index, visit);
      return;
    case ExpressionKind::kSlice:
      One(bound::As<bound::Slice>(e).list, visit);
      One(bound::As<bound::Slice>(e).from, visit);
      One(bound::As<bound::Slice>(e).to, visit);
      return;
    case ExpressionKind::kUnary: One(bound::As<bound::Unary>(e).operand, visit); return;
    case ExpressionKind::kBinary:
      One(bound::As<bound::Binary>(e).left, visit);
      One(bound::As<bound::Binary>(e).right, visit);
      return;
    case ExpressionKind::kLogical: Many(bound::As<bound::Logical>(e).operands, visit); return;
    case ExpressionKind::kComparison: Many(bound::As<bound::Comparison>(e).operands, visit); return;
    case ExpressionKind::kLabelTest: One(bound::As<bound::LabelTest>(e).object, visit); return;
    case ExpressionKind::kFunction: Many(bound::As<bound::Function>(e).arguments, visit); return;
    case ExpressionKind::kCase: CaseChildren(bound::As<bound::Case>(e), visit); return;
    case ExpressionKind::kList: Many(bound::As<bound::List>(e).elements, visit); return;
    case ExpressionKind::kMap: Entries(bound::As<bound::Map>(e).entries, visit); return;
    case ExpressionKind::kMapProjection:
      One(bound::As<bound::MapProjection>(e).object, visit);
      Entries(bound::As<bound::MapProjection>(e).entries, visit);
      return;
    default: LocalChildren(e, visit);
  }
}

SlotSet SlotsOf(const Expression& expression) {
  SlotSet slots;
  CollectSlots(expression, &slots);
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

void FindSubqueries(const Expression& expression, std::vector<const bound::Subquery*>* found) {
  if (expression.kind == ExpressionKind::kSubquery) {
    found->push_back(&bound::As<bound::Subquery>(expression));
    return;
  }
  ForEachChild(expression, [found](const Expression& child) { FindSubqueries(child, found); });
}

SlotId AsSlot(const Expression& expression) {
  return expression.kind == ExpressionKind::kSlot ? bound::As<bound::Slot>(expression).slot
                                                  : kNoSlot;
}

bool AsPropertyOfSlot(const Expression& expression, SlotId* slot, std::string* key) {
  if (expression.kind != ExpressionKind::kProperty) return false;
  const auto& property = bound::As<bound::Property>(expression);
  *slot = AsSlot(*property.object);
  *key = property.key;
  return *slot != kNoSlot;
}

bool IsRunConstant(const Expression& expression) {
  return expression.kind == ExpressionKind::kConstant ||
         expression.kind == ExpressionKind::kParameter;
}

bool AsConjunctionOfNames(const bound::LabelExpression& labels, std::vector<std::string>* names) {
  if (labels.kind == bound::LabelKind::kName) {
    names->push_back(labels.name);
    return true;
  }
  if (labels.kind != bound::LabelKind::kAnd) return false;
  return std::all_of(labels.operands.begin(), labels.operands.end(), [names](const auto& operand) {
    return AsConjunctionOfNames(*operand, names);
  });
}

bool AsDisjunctionOfNames(const bound::LabelExpression& labels, std::vector<std::string>* names) {
  if (labels.kind == bound::LabelKind::kName) {
    names->push_back(labels.name);
    return true;
  }
  if (labels.kind != bound::LabelKind::kOr) return false;
  return std::all_of(labels.operands.begin(), labels.operands.end(), [names](const auto& operand) {
    return AsDisjunctionOfNames(*operand, names);
  });
}

}  // namespace kith::query::plan

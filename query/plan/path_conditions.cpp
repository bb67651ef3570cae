// SPDX-License-Identifier: Apache-2.0
// Recognising conditions that hold for a path only if they hold for each of its steps.
#include "query/plan/path_conditions.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "query/function/registry.h"
#include "query/plan/expression_walk.h"

namespace kith::query::plan {

namespace {

class ConditionTaker {
 public:
  ConditionTaker(SlotId path, ShortestPath* node) : path_(path), node_(node) {
    own_ = {node->pattern->slot};
    if (path != kNoSlot) Insert(&own_, path);
  }

  /// False when the condition reads something that is not known here.
  bool Take(const Expression& condition, const SlotSet& needs) {
    SlotSet known = node_->provides;
    InsertAll(&known, own_);
    if (!ContainsAll(known, needs)) return false;
    if (TakeQuantifier(condition) || TakeBound(condition)) return true;
    node_->conjuncts.push_back(&condition);
    if (Contains(needs, path_)) node_->path = path_;
    return true;
  }

 private:
  /// `name` is a function of the path alone: name(path).
  bool IsOfPath(const Expression& expression, std::string_view name) const {
    if (expression.kind != bound::ExpressionKind::kFunction) return false;
    const auto& call = bound::As<bound::Function>(expression);
    return path_ != kNoSlot && call.function->signature.name == name &&
           AsSlot(*call.arguments[0]) == path_;
  }

  bool TakeQuantifier(const Expression& condition) {
    if (condition.kind != bound::ExpressionKind::kQuantifier) return false;
    const auto& quantifier = bound::As<bound::Quantifier>(condition);
    if (quantifier.quantifier != bound::QuantifierKind::kAll &&
        quantifier.quantifier != bound::QuantifierKind::kNone) {
      return false;
    }
    const SlotSet reads = SlotsOf(*quantifier.predicate);
    if (std::any_of(own_.begin(), own_.end(),
                    [&reads](SlotId slot) { return Contains(reads, slot); })) {
      return false;
    }
    const Expression& list = *quantifier.list;
    if (IsOfPath(list, "relationships") || AsSlot(list) == node_->pattern->slot) {
      // One slot holds the relationship of a step; the pattern's own conditions come first.
      if (node_->element_slot != kNoSlot) return false;
      node_->element_slot = quantifier.slot;
      node_->every_relationship = &quantifier;
      return true;
    }
    if (!IsOfPath(list, "nodes") || node_->every_node != nullptr) return false;
    node_->every_node = &quantifier;
    return true;
  }

  /// length(path), or size() of the relationships where the pattern names them.
  bool IsLength(const Expression& expression) const {
    if (IsOfPath(expression, "length")) return true;
    if (expression.kind != bound::ExpressionKind::kFunction) return false;
    const auto& call = bound::As<bound::Function>(expression);
    return call.function->signature.name == "size" &&
           AsSlot(*call.arguments[0]) == node_->pattern->slot;
  }

  /// length(path) <= 5 and its like. An equality bounds the search too, but is still to be tested.
  bool TakeBound(const Expression& condition) {
    if (condition.kind != bound::ExpressionKind::kComparison) return false;
    const auto& comparison = bound::As<bound::Comparison>(condition);
    if (comparison.operators.size() != 1) return false;
    using Operator = bound::ComparisonOperator;
    const Operator op = comparison.operators[0];
    const Expression& left = *comparison.operands[0];
    const Expression& right = *comparison.operands[1];
    if (op == Operator::kLess || op == Operator::kLessEqual) {
      return Limit(left, right, op == Operator::kLess);
    }
    if (op == Operator::kGreater || op == Operator::kGreaterEqual) {
      return Limit(right, left, op == Operator::kGreater);
    }
    if (op == Operator::kEqual && !Limit(left, right, false)) Limit(right, left, false);
    return false;
  }

  bool Limit(const Expression& length, const Expression& bound, bool strictly) {
    if (!IsLength(length) || bound.kind != bound::ExpressionKind::kConstant) return false;
    const Value& value = bound::As<bound::Constant>(bound).value;
    if (!value.IsInteger() || value.AsInteger() < (strictly ? 1 : 0)) return false;
    const uint64_t most = static_cast<uint64_t>(value.AsInteger()) - (strictly ? 1 : 0);
    node_->maximum = std::min(node_->maximum.value_or(most), most);
    return true;
  }

  const SlotId path_;
  ShortestPath* node_;
  SlotSet own_;  ///< What the search itself gives.
};

}  // namespace

void TakePathConditions(SlotId path, std::vector<Conjunct>* conjuncts, ShortestPath* node) {
  ConditionTaker taker(path, node);
  for (Conjunct& conjunct : *conjuncts) {
    if (conjunct.used || conjunct.is_volatile || conjunct.expression == nullptr) continue;
    conjunct.used = taker.Take(*conjunct.expression, conjunct.needs);
  }
}

}  // namespace kith::query::plan

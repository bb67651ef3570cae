// SPDX-License-Identifier: Apache-2.0
// Operators that filter, compute, group, order and join rows.
#include "query/plan/operator_builder.h"

#include "query/function/registry.h"
#include "query/plan/slot_reads.h"

namespace kith::query::plan {

namespace {

/// True when rows come in the order of the argument's rows.
bool KeepsOrder(const PlanNode& node) {
  if (node.kind == PlanKind::kVariableExpand) return false;
  return node.children.empty() || KeepsOrder(*node.children[0]);
}

/// A call of range(), else null.
const bound::Function* AsRange(const Expression& expression) {
  if (expression.kind != bound::ExpressionKind::kFunction) return nullptr;
  const auto& call = bound::As<bound::Function>(expression);
  return call.function->signature.name == "range" ? &call : nullptr;
}

}  // namespace

Result<OperatorPtr> OperatorBuilder::BuildFilter(const Filter& node, const SlotSet& needed) {
  std::vector<Condition> conditions;
  for (const PropertyTest& test : node.tests) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr equality,
                          PropertyEquality(test.slot, test.key, *test.value));
    conditions.push_back({std::move(equality), {}});
  }
  for (const Expression* conjunct : node.conjuncts) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr predicate, Expr(conjunct));
    conditions.push_back({std::move(predicate), conjunct->range});
  }
  for (const auto& [a, b] : node.disjoint) {
    conditions.push_back({NewDisjointRelationships(a, b), {}});
  }
  SlotSet below = needed;
  for (const Condition& condition : conditions) InsertAll(&below, condition.predicate->reads());
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return NewFilter(std::move(child), std::move(conditions));
}

Result<OperatorPtr> OperatorBuilder::BuildProject(const Project& node, const SlotSet& needed) {
  SlotSet below = needed;
  std::vector<query::Assignment> assignments;
  for (const Assignment& assignment : node.assignments) {
    // An unread value is computed all the same: it may fail.
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr value, Expr(assignment.expression));
    InsertAll(&below, value->reads());
    assignments.push_back({assignment.slot, std::move(value)});
  }
  SlotSet drop = Without(Intersection(below, node.children[0]->provides), needed);
  for (const query::Assignment& assignment : assignments) std::erase(drop, assignment.column);
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return NewProject(std::move(child), std::move(assignments), std::move(drop));
}

Result<AggregateColumn> OperatorBuilder::BuildAggregateColumn(const bound::Aggregate& aggregate,
                                                              SlotSet* below) {
  AggregateColumn column;
  column.function = aggregate.function;
  column.distinct = aggregate.distinct;
  column.column = aggregate.slot;
  column.range = aggregate.range;
  for (const auto& argument : aggregate.arguments) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr value, Expr(argument.get()));
    InsertAll(below, value->reads());
    column.arguments.push_back(std::move(value));
  }
  return column;
}

Result<OperatorPtr> OperatorBuilder::BuildAggregate(const Aggregate& node, const SlotSet& needed) {
  AggregateOptions options;
  options.outer_number = node.outer.argument;
  options.outer_carry = Intersection(needed, node.outer.slots);
  SlotSet below;
  for (const Assignment& key : node.keys) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr value, Expr(key.expression));
    InsertAll(&below, value->reads());
    options.keys.push_back({key.slot, std::move(value)});
    std::erase(options.outer_carry, key.slot);
  }
  if (!options.outer_carry.empty()) {
    InsertAll(&argument_reads_[options.outer_number], options.outer_carry);
  }
  for (const bound::Aggregate* aggregate : node.aggregates) {
    KITH_ASSIGN_OR_RETURN(AggregateColumn column, BuildAggregateColumn(*aggregate, &below));
    options.aggregates.push_back(std::move(column));
  }
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewAggregate(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildDistinct(const Distinct& node, const SlotSet& needed) {
  SlotSet below = needed;
  for (SlotId slot : node.slots) Insert(&below, slot);
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return NewDistinct(std::move(child), node.slots);
}

Result<OperatorPtr> OperatorBuilder::BuildSort(const Sort& node, const SlotSet& needed) {
  SortOptions options;
  SlotSet below = needed;
  for (const SortKey& key : node.keys) {
    options.keys.push_back({key.slot, key.descending});
    Insert(&below, key.slot);
  }
  KITH_ASSIGN_OR_RETURN(options.limit, Expr(node.limit));
  KITH_ASSIGN_OR_RETURN(options.skip, Expr(node.skip));
  options.carry = Intersection(below, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewSort(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildSkip(const Skip& node, const SlotSet& needed) {
  KITH_ASSIGN_OR_RETURN(EvaluatorPtr count, Expr(node.count));
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, needed));
  return NewSkip(std::move(child), std::move(count));
}

Result<OperatorPtr> OperatorBuilder::BuildLimit(const Limit& node, const SlotSet& needed) {
  KITH_ASSIGN_OR_RETURN(EvaluatorPtr count, Expr(node.count));
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, needed));
  return NewLimit(std::move(child), std::move(count), node.exhaust);
}

Result<OperatorPtr> OperatorBuilder::BuildUnion(const Union& node) {
  UnionOptions options;
  options.to = node.to;
  for (size_t i = 0; i < node.children.size(); ++i) {
    SlotSet below;
    for (SlotId slot : node.from[i]) Insert(&below, slot);
    KITH_ASSIGN_OR_RETURN(OperatorPtr part, Build(*node.children[i], below));
    options.parts.push_back(std::move(part));
    options.from.push_back(node.from[i]);
  }
  return NewUnion(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildUnwind(const Unwind& node, const SlotSet& needed) {
  UnwindOptions options;
  options.column = node.slot;
  options.source = node.list->range;
  SlotSet below = needed;
  if (const bound::Function* range = AsRange(*node.list); range != nullptr) {
    for (const auto& argument : range->arguments) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr bound, Expr(argument.get()));
      InsertAll(&below, bound->reads());
      options.range.push_back(std::move(bound));
    }
  } else {
    KITH_ASSIGN_OR_RETURN(options.list, Expr(node.list));
    InsertAll(&below, options.list->reads());
  }
  options.carry = Intersection(needed, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewUnwind(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildEager(const PlanNode& node, const SlotSet& needed) {
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, needed));
  return NewEager(std::move(child), needed);
}

Result<OperatorPtr> OperatorBuilder::BuildApply(const Apply& node, const SlotSet& needed) {
  const PlanNode& left = *node.children[0];
  const PlanNode& right = *node.children[1];
  ApplyOptions options;
  options.number = node.argument;
  options.row_column = node.row_slot;
  options.optional = node.optional;
  options.keep_left = node.keep_left;
  options.ordered = KeepsOrder(right);
  options.left_carry = Intersection(needed, left.provides);
  if (!node.keep_left) {
    options.right_carry = Intersection(needed, Without(right.provides, left.provides));
  }
  SlotSet right_needed = options.right_carry;
  if (node.row_slot != kNoSlot) Insert(&right_needed, node.row_slot);
  KITH_ASSIGN_OR_RETURN(options.right, Build(right, right_needed));
  SlotSet left_needed = options.left_carry;
  InsertAll(&left_needed, argument_reads_[node.argument]);
  KITH_ASSIGN_OR_RETURN(options.left, Build(left, left_needed));
  return NewApply(std::move(options));
}

Result<ProductOptions> OperatorBuilder::BuildSides(const PlanNode& node, const SlotSet& needed,
                                                   const SlotSet& left_reads,
                                                   const SlotSet& right_reads) {
  ProductOptions options;
  options.left_carry = Intersection(needed, node.children[0]->provides);
  options.right_carry =
      Without(Intersection(needed, node.children[1]->provides), options.left_carry);
  SlotSet left_needed = options.left_carry;
  SlotSet right_needed = options.right_carry;
  InsertAll(&left_needed, left_reads);
  InsertAll(&right_needed, right_reads);
  KITH_ASSIGN_OR_RETURN(options.left, Build(*node.children[0], left_needed));
  KITH_ASSIGN_OR_RETURN(options.right, Build(*node.children[1], right_needed));
  return options;
}

Result<OperatorPtr> OperatorBuilder::BuildProduct(const Product& node, const SlotSet& needed) {
  KITH_ASSIGN_OR_RETURN(ProductOptions options, BuildSides(node, needed, {}, {}));
  options.rebuild = node.rebuild;
  return NewProduct(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildHashJoin(const HashJoin& node, const SlotSet& needed) {
  HashJoinOptions options;
  KITH_ASSIGN_OR_RETURN(options.left_keys, Exprs(node.left_keys));
  KITH_ASSIGN_OR_RETURN(options.right_keys, Exprs(node.right_keys));
  SlotSet left_reads;
  SlotSet right_reads;
  for (const EvaluatorPtr& key : options.left_keys) InsertAll(&left_reads, key->reads());
  for (const EvaluatorPtr& key : options.right_keys) InsertAll(&right_reads, key->reads());
  KITH_ASSIGN_OR_RETURN(options.sides, BuildSides(node, needed, left_reads, right_reads));
  options.sides.rebuild = node.rebuild;
  return NewHashJoin(std::move(options));
}

}  // namespace kith::query::plan

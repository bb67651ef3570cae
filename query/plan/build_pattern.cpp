// SPDX-License-Identifier: Apache-2.0
// Operators that match patterns.
#include "query/plan/operator_builder.h"

#include <algorithm>
#include <optional>

#include "query/execute/shortest_path.h"
#include "query/execute/variable_expand.h"
#include "query/plan/slot_reads.h"

namespace kith::query::plan {

Result<OperatorPtr> OperatorBuilder::BuildExpand(const Expand& node, const SlotSet& needed) {
  query::ExpandOptions options;
  options.from = node.from;
  options.to = node.to;
  options.into = node.into;
  options.types = node.types;
  options.direction = node.direction;
  options.distinct_from = node.distinct_from;
  if (Contains(needed, node.relationship)) options.relationship = node.relationship;
  SlotSet below = needed;
  Insert(&below, node.from);
  if (node.into) Insert(&below, node.to);
  InsertAll(&below, node.distinct_from);
  options.carry = Intersection(needed, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewExpand(std::move(options));
}

Result<std::shared_ptr<const Evaluator>> OperatorBuilder::WalkPredicate(
    const bound::RelationshipPattern& pattern, SlotId element, SlotSet* below) {
  std::vector<EvaluatorPtr> parts;
  for (const auto& [key, value] : pattern.properties.entries) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr part, PropertyEquality(element, key, *value));
    parts.push_back(std::move(part));
  }
  if (pattern.element_predicate != nullptr) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr part, Expr(pattern.element_predicate.get()));
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return std::shared_ptr<const Evaluator>();
  SlotSet reads;
  for (const EvaluatorPtr& part : parts) InsertAll(&reads, part->reads());
  InsertAll(below, reads);
  EvaluatorPtr all =
      parts.size() == 1 ? std::move(parts[0])
                        : NewLogical(bound::LogicalOperator::kAnd, std::move(parts), pattern.range);
  const_cast<Evaluator&>(*all).set_reads(std::move(reads));
  return std::shared_ptr<const Evaluator>(std::move(all));
}

Result<OperatorPtr> OperatorBuilder::BuildWalk(const VariableExpand& node, const SlotSet& needed) {
  VariableExpandOptions options;
  SlotSet below = needed;
  Insert(&below, node.from);
  if (node.into) Insert(&below, node.to);
  InsertAll(&below, node.distinct_from);
  options.from = node.from;
  options.to = node.to;
  options.to_bound = node.into;
  options.reversed = node.reversed;
  options.minimum = node.pattern->length->minimum;
  options.maximum = node.pattern->length->maximum;
  options.exclude = node.distinct_from;
  if (Contains(needed, node.pattern->slot)) options.relationships = node.pattern->slot;
  options.step.direction = node.direction;
  options.step.types = node.types;
  options.step.element_column = node.element_slot;
  KITH_ASSIGN_OR_RETURN(options.step.predicate,
                        WalkPredicate(*node.pattern, node.element_slot, &below));
  options.carried = Intersection(needed, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return OperatorPtr(std::make_unique<query::VariableExpand>(std::move(child), std::move(options)));
}

Result<EvaluatorPtr> OperatorBuilder::ForEachElement(const bound::Quantifier& quantifier) {
  KITH_ASSIGN_OR_RETURN(EvaluatorPtr predicate, Expr(quantifier.predicate.get()));
  if (quantifier.quantifier == bound::QuantifierKind::kAll) return predicate;
  SlotSet reads = predicate->reads();
  EvaluatorPtr none =
      NewUnary(bound::UnaryOperator::kNot, std::move(predicate), quantifier.predicate->range);
  const_cast<Evaluator&>(*none).set_reads(std::move(reads));
  return none;
}

Status OperatorBuilder::BuildPathLimits(const ShortestPath& node, PathLimits* limits,
                                        SlotSet* below) {
  limits->minimum = node.pattern->length.has_value() ? node.pattern->length->minimum : 1;
  limits->maximum =
      node.pattern->length.has_value() ? node.pattern->length->maximum : std::optional<uint64_t>(1);
  if (node.maximum.has_value()) {
    limits->maximum = std::min(limits->maximum.value_or(UINT64_MAX), *node.maximum);
  }
  limits->step.direction = node.direction;
  limits->step.types = node.types;
  limits->step.element_column = node.element_slot;
  if (node.every_relationship != nullptr) {
    KITH_ASSIGN_OR_RETURN(limits->step.predicate, ForEachElement(*node.every_relationship));
    InsertAll(below, limits->step.predicate->reads());
  } else {
    KITH_ASSIGN_OR_RETURN(limits->step.predicate,
                          WalkPredicate(*node.pattern, node.element_slot, below));
  }
  if (node.every_node == nullptr) return Status::Ok();
  limits->step.node_column = node.every_node->slot;
  KITH_ASSIGN_OR_RETURN(limits->step.node_predicate, ForEachElement(*node.every_node));
  InsertAll(below, limits->step.node_predicate->reads());
  return Status::Ok();
}

Result<OperatorPtr> OperatorBuilder::BuildShortest(const ShortestPath& node,
                                                   const SlotSet& needed) {
  ShortestPathOptions options;
  SlotSet below = needed;
  Insert(&below, node.from);
  Insert(&below, node.to);
  options.from = node.from;
  options.to = node.to;
  options.relationships = node.pattern->slot;
  options.all = node.all;
  options.path = node.path;
  KITH_RETURN_IF_ERROR(BuildPathLimits(node, &options.limits, &below));
  KITH_ASSIGN_OR_RETURN(options.predicates, Exprs(node.conjuncts));
  for (const EvaluatorPtr& predicate : options.predicates) InsertAll(&below, predicate->reads());
  options.carried = Intersection(below, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return OperatorPtr(std::make_unique<query::ShortestPath>(std::move(child), std::move(options)));
}

Result<OperatorPtr> OperatorBuilder::BuildEndpoints(const Endpoints& node, const SlotSet& needed) {
  EndpointsOptions options;
  SlotSet below = needed;
  Insert(&below, node.pattern->slot);
  if (node.left_bound) Insert(&below, node.left);
  if (node.right_bound) Insert(&below, node.right);
  InsertAll(&below, node.distinct_from);
  options.relationship = node.pattern->slot;
  options.list = node.pattern->length.has_value();
  if (options.list) {
    options.minimum = node.pattern->length->minimum;
    options.maximum = node.pattern->length->maximum.value_or(UINT64_MAX);
  }
  options.types = node.types;
  options.direction = node.direction;
  options.left = node.left;
  options.right = node.right;
  options.left_bound = node.left_bound;
  options.right_bound = node.right_bound;
  options.distinct_from = node.distinct_from;
  options.carry = Intersection(needed, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewEndpoints(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildPathNode(const BuildPath& node, const SlotSet& needed) {
  // Nobody reads the path: its child alone gives the same rows.
  if (!Contains(needed, node.slot)) return Build(*node.children[0], needed);
  SlotSet below = needed;
  Insert(&below, node.start);
  for (SlotId segment : node.segments) Insert(&below, segment);
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  std::vector<query::Assignment> assignments;
  assignments.push_back({node.slot, NewPath({node.start, node.segments})});
  return NewProject(std::move(child), std::move(assignments), {});
}

}  // namespace kith::query::plan

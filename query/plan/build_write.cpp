// SPDX-License-Identifier: Apache-2.0
// Operators that write, and calls of procedures.
#include "query/plan/operator_builder.h"

#include "query/plan/expression_walk.h"
#include "query/plan/slot_reads.h"

namespace kith::query::plan {

Result<std::vector<std::pair<std::string, EvaluatorPtr>>> OperatorBuilder::Properties(
    const bound::PropertyMap& map) {
  std::vector<std::pair<std::string, EvaluatorPtr>> properties;
  for (const auto& [key, value] : map.entries) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Expr(value.get()));
    properties.emplace_back(key, std::move(evaluator));
  }
  return properties;
}

Result<CreatePlan> OperatorBuilder::CreateOf(const bound::Pattern& pattern) {
  CreatePlan create;
  for (const bound::NodePattern& node : pattern.nodes) {
    if (node.bound) continue;
    NewNode element;
    element.column = node.slot;
    if (node.labels != nullptr) AsConjunctionOfNames(*node.labels, &element.labels);
    KITH_ASSIGN_OR_RETURN(element.properties, Properties(node.properties));
    KITH_ASSIGN_OR_RETURN(element.map, Expr(node.properties.map.get()));
    create.nodes.push_back(std::move(element));
    create.next_is_node.push_back(true);
  }
  for (const bound::RelationshipPattern& relationship : pattern.relationships) {
    NewRelationship element;
    const bool incoming = relationship.direction == bound::Direction::kIncoming;
    const SlotId left = pattern.nodes[relationship.left].slot;
    const SlotId right = pattern.nodes[relationship.right].slot;
    element.column = relationship.slot;
    element.start = incoming ? right : left;
    element.end = incoming ? left : right;
    element.range = relationship.range;
    std::vector<std::string> types;
    if (relationship.types != nullptr) AsDisjunctionOfNames(*relationship.types, &types);
    if (!types.empty()) element.type = types[0];
    KITH_ASSIGN_OR_RETURN(element.properties, Properties(relationship.properties));
    KITH_ASSIGN_OR_RETURN(element.map, Expr(relationship.properties.map.get()));
    create.relationships.push_back(std::move(element));
    create.next_is_node.push_back(false);
  }
  return create;
}

Result<OperatorPtr> OperatorBuilder::BuildCreate(const Create& node, const SlotSet& needed) {
  SlotSet below = needed;
  AddReads(*node.pattern, &below);
  KITH_ASSIGN_OR_RETURN(CreatePlan create, CreateOf(*node.pattern));
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return NewCreate(std::move(child), std::move(create));
}

Result<std::vector<SetAction>> OperatorBuilder::Actions(const std::vector<bound::SetItem>& items) {
  std::vector<SetAction> actions;
  for (const bound::SetItem& item : items) {
    SetAction action;
    action.kind = item.kind;
    action.key = item.key;
    action.labels = item.labels;
    action.range = item.range;
    KITH_ASSIGN_OR_RETURN(action.target, Expr(item.target.get()));
    KITH_ASSIGN_OR_RETURN(action.key_value, Expr(item.key_value.get()));
    KITH_ASSIGN_OR_RETURN(action.value, Expr(item.value.get()));
    actions.push_back(std::move(action));
  }
  return actions;
}

Result<OperatorPtr> OperatorBuilder::BuildMerge(const Merge& node, const SlotSet& needed) {
  MergeOptions options;
  const bound::Merge& clause = *node.clause;
  const SlotSet& before = node.children[0]->provides;
  options.number = node.argument;
  KITH_ASSIGN_OR_RETURN(options.create, CreateOf(clause.pattern));
  options.create.merging = true;
  KITH_ASSIGN_OR_RETURN(options.on_create, Actions(clause.on_create));
  KITH_ASSIGN_OR_RETURN(options.on_match, Actions(clause.on_match));
  for (const auto& element : clause.pattern.nodes) {
    if (!element.bound) Insert(&options.created, element.slot);
  }
  for (const auto& element : clause.pattern.relationships) {
    Insert(&options.created, element.slot);
  }
  KITH_ASSIGN_OR_RETURN(options.match, Build(*node.children[1], options.created));
  SlotSet reads = needed;
  AddReads(clause.pattern, &reads);
  AddReads(clause.on_create, &reads);
  AddReads(clause.on_match, &reads);
  options.carry = Intersection(reads, before);
  SlotSet below = options.carry;
  InsertAll(&below, argument_reads_[node.argument]);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewMerge(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildSet(const Set& node, const SlotSet& needed) {
  SlotSet below = needed;
  AddReads(node.clause->items, &below);
  KITH_ASSIGN_OR_RETURN(std::vector<SetAction> actions, Actions(node.clause->items));
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return NewSet(std::move(child), std::move(actions));
}

Result<OperatorPtr> OperatorBuilder::BuildDelete(const Delete& node, const SlotSet& needed) {
  SlotSet below = needed;
  std::vector<DeleteAction> actions;
  for (const auto& expression : node.clause->expressions) {
    AddReads(expression.get(), &below);
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr target, Expr(expression.get()));
    actions.push_back({std::move(target), expression->range});
  }
  KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
  return NewDelete(std::move(child), std::move(actions), node.clause->detach,
                   Intersection(needed, node.children[0]->provides));
}

Result<OperatorPtr> OperatorBuilder::BuildForeach(const Foreach& node, const SlotSet& needed) {
  ForeachOptions options;
  options.number = node.argument;
  options.column = node.clause->slot;
  options.range = node.clause->list->range;
  KITH_ASSIGN_OR_RETURN(options.list, Expr(node.clause->list.get()));
  KITH_ASSIGN_OR_RETURN(options.body, Build(*node.children[1], {}));
  options.reads = argument_reads_[node.argument];
  std::erase(options.reads, node.clause->slot);
  SlotSet below = needed;
  InsertAll(&below, options.reads);
  InsertAll(&below, options.list->reads());
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewForeach(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildCall(const ProcedureCall& node, const SlotSet& needed) {
  ProcedureCallOptions options;
  SlotSet below = needed;
  options.procedure = node.clause->procedure;
  options.optional = node.clause->optional;
  options.range = node.clause->range;
  for (const auto& argument : node.clause->arguments) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr value, Expr(argument.get()));
    InsertAll(&below, value->reads());
    options.arguments.push_back(std::move(value));
  }
  for (const bound::YieldColumn& column : node.clause->yields) {
    options.yields.emplace_back(column.output, column.slot);
  }
  options.carry = Intersection(needed, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewProcedureCall(std::move(options));
}

}  // namespace kith::query::plan

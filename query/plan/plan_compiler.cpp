// SPDX-License-Identifier: Apache-2.0
// One function for each kind of plan node. `needed` are the slots that something above reads.
//
// Length: the mapping of all nodes in one place.
#include "query/plan/plan_compiler.h"

#include <algorithm>

#include "query/execute/operators.h"
#include "query/execute/shortest_path.h"
#include "query/execute/variable_expand.h"
#include "query/plan/expression_walk.h"

namespace kith::query::plan {

namespace {

/// True when rows come in the order of the argument's rows.
bool KeepsOrder(const PlanNode& node) {
  if (node.kind == PlanKind::kVariableExpand) return false;
  return node.children.empty() || KeepsOrder(*node.children[0]);
}

SlotSet Intersection(const SlotSet& a, const SlotSet& b) {
  SlotSet both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

SlotSet Without(const SlotSet& set, const SlotSet& removed) {
  SlotSet rest;
  std::set_difference(set.begin(), set.end(), removed.begin(), removed.end(),
                      std::back_inserter(rest));
  return rest;
}

void AddReads(const Expression* expression, SlotSet* needed) {
  if (expression != nullptr) InsertAll(needed, SlotsOf(*expression));
}

void AddReads(const bound::PropertyMap& properties, SlotSet* needed) {
  for (const auto& [key, value] : properties.entries) AddReads(value.get(), needed);
  AddReads(properties.map.get(), needed);
}

void AddReads(const std::vector<bound::SetItem>& items, SlotSet* needed) {
  for (const bound::SetItem& item : items) {
    AddReads(item.target.get(), needed);
    AddReads(item.key_value.get(), needed);
    AddReads(item.value.get(), needed);
  }
}

void AddReads(const bound::Pattern& pattern, SlotSet* needed) {
  for (const auto& node : pattern.nodes) {
    if (node.bound) Insert(needed, node.slot);
    AddReads(node.properties, needed);
  }
  for (const auto& relationship : pattern.relationships) {
    AddReads(relationship.properties, needed);
  }
}

class PlanCompiler final : public EvaluatorCompiler {
 public:
  explicit PlanCompiler(const LogicalPlan& plan)
      : plan_(plan), physical_(std::make_unique<PhysicalPlan>()), argument_reads_(plan.arguments) {
    physical_->slots = plan.slots;
    physical_->arguments = plan.arguments;
    physical_->nodes = plan.nodes;
    physical_->deletes = plan.deletes;
  }

  Result<std::unique_ptr<const PhysicalPlan>> Compile() {
    SlotSet needed;
    const PlanNode& root = *plan_.root;
    if (root.kind == PlanKind::kProduceResults) {
      physical_->outputs = As<ProduceResults>(root).slots;
      for (SlotId slot : physical_->outputs) Insert(&needed, slot);
    }
    KITH_ASSIGN_OR_RETURN(physical_->root, Build(root, needed));
    return std::unique_ptr<const PhysicalPlan>(std::move(physical_));
  }

  uint32_t ColumnOf(SlotId slot) override { return slot; }

  Result<EvaluatorPtr> CompileSubquery(const bound::Subquery& subquery) override {
    const auto found = plan_.subqueries.find(&subquery);
    if (found == plan_.subqueries.end()) {
      return Status(StatusCode::kInternal, "a subquery of this statement was not planned");
    }
    const SubqueryPlan& inner = found->second;
    SubqueryOptions options;
    options.kind = subquery.subquery;
    options.number = inner.argument;
    options.row_column = inner.row_slot;
    const bool keeps_values = subquery.subquery == bound::SubqueryKind::kCollect ||
                              subquery.subquery == bound::SubqueryKind::kFirst;
    SlotSet needed;
    if (inner.row_slot != kNoSlot) Insert(&needed, inner.row_slot);
    if (keeps_values) {
      options.output = inner.output;
      Insert(&needed, inner.output);
    }
    KITH_ASSIGN_OR_RETURN(OperatorPtr root, Build(*inner.root, needed));
    options.plan = root.get();
    options.arguments = argument_reads_[inner.argument];
    // An expression may be compiled more than once (a join key and the filter that checks it).
    options.subplan = static_cast<uint32_t>(physical_->subplans.size());
    physical_->subplans.push_back(std::move(root));
    return NewSubquery(std::move(options));
  }

 private:
  Result<OperatorPtr> Build(const PlanNode& node, const SlotSet& needed) {
    KITH_ASSIGN_OR_RETURN(OperatorPtr op, Dispatch(node, needed));
    // A node without an operator of its own has its child's, which is numbered already.
    if (op->number() == kUnnumbered) op->set_number(node.number);
    op->set_slots(plan_.slots);
    return op;
  }

  Result<OperatorPtr> Dispatch(const PlanNode& node, const SlotSet& needed) {
    switch (node.kind) {
      case PlanKind::kUnit: return NewUnit();
      case PlanKind::kArgument: return BuildArgument(As<Argument>(node), needed);
      case PlanKind::kNodeScan: return BuildNodeScan(As<NodeScan>(node));
      case PlanKind::kNodeCount:
        return NewNodeCount({As<NodeCount>(node).slot, As<NodeCount>(node).label});
      case PlanKind::kIndexSeek: return BuildIndexSeek(As<IndexSeek>(node), needed);
      case PlanKind::kIdSeek: return BuildIdSeek(As<IdSeek>(node), needed);
      case PlanKind::kExpand: return BuildExpand(As<Expand>(node), needed);
      case PlanKind::kVariableExpand: return BuildWalk(As<VariableExpand>(node), needed);
      case PlanKind::kShortestPath: return BuildShortest(As<ShortestPath>(node), needed);
      case PlanKind::kEndpoints: return BuildEndpoints(As<Endpoints>(node), needed);
      case PlanKind::kBuildPath: return BuildPathNode(As<BuildPath>(node), needed);
      case PlanKind::kFilter: return BuildFilter(As<Filter>(node), needed);
      case PlanKind::kProject: return BuildProject(As<Project>(node), needed);
      case PlanKind::kAggregate: return BuildAggregate(As<Aggregate>(node));
      case PlanKind::kDistinct: return BuildDistinct(As<Distinct>(node), needed);
      case PlanKind::kSort: return BuildSort(As<Sort>(node), needed);
      case PlanKind::kSkip: return BuildSkip(As<Skip>(node), needed);
      case PlanKind::kLimit: return BuildLimit(As<Limit>(node), needed);
      case PlanKind::kUnion: return BuildUnion(As<Union>(node));
      case PlanKind::kUnwind: return BuildUnwind(As<Unwind>(node), needed);
      case PlanKind::kApply: return BuildApply(As<Apply>(node), needed);
      case PlanKind::kProduct: return BuildProduct(As<Product>(node), needed);
      case PlanKind::kHashJoin: return BuildHashJoin(As<HashJoin>(node), needed);
      case PlanKind::kCreate: return BuildCreate(As<Create>(node), needed);
      case PlanKind::kMerge: return BuildMerge(As<Merge>(node), needed);
      case PlanKind::kSet: return BuildSet(As<Set>(node), needed);
      case PlanKind::kDelete: return BuildDelete(As<Delete>(node), needed);
      case PlanKind::kForeach: return BuildForeach(As<Foreach>(node), needed);
      case PlanKind::kProcedureCall: return BuildCall(As<ProcedureCall>(node), needed);
      case PlanKind::kEager: return BuildEager(node, needed);
      case PlanKind::kEmptyResult: {
        KITH_ASSIGN_OR_RETURN(OperatorPtr child, Build(*node.children[0], {}));
        return NewDrain(std::move(child));
      }
      case PlanKind::kProduceResults: return Build(*node.children[0], needed);
    }
    return Status(StatusCode::kInternal, "the plan holds a node of an unknown kind");
  }

  // ---- Expressions

  Result<EvaluatorPtr> Expr(const Expression* expression) {
    if (expression == nullptr) return EvaluatorPtr();
    return CompileExpression(*expression, *this);
  }

  Result<std::vector<EvaluatorPtr>> Exprs(const std::vector<const Expression*>& expressions) {
    std::vector<EvaluatorPtr> evaluators;
    for (const Expression* expression : expressions) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Expr(expression));
      evaluators.push_back(std::move(evaluator));
    }
    return evaluators;
  }

  /// slot.key = value
  Result<EvaluatorPtr> PropertyEquality(SlotId slot, const std::string& key,
                                        const Expression& value) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr right, Expr(&value));
    SlotSet reads = right->reads();
    Insert(&reads, slot);
    EvaluatorPtr left = NewProperty(NewSlot(slot), key, value.range);
    EvaluatorPtr equality =
        NewComparison(bound::ComparisonOperator::kEqual, std::move(left), std::move(right));
    const_cast<Evaluator&>(*equality).set_reads(std::move(reads));
    return equality;
  }

  // ---- Leaves

  Result<OperatorPtr> BuildArgument(const Argument& node, const SlotSet& needed) {
    ArgumentOptions options;
    options.number = node.argument;
    options.carry = Intersection(needed, node.provides);
    std::erase(options.carry, node.row_slot);
    InsertAll(&argument_reads_[node.argument], options.carry);
    options.row_column = node.row_slot;
    return NewArgument(std::move(options));
  }

  Result<OperatorPtr> BuildNodeScan(const NodeScan& node) {
    NodeScanOptions options;
    options.column = node.slot;
    options.label = node.label;
    for (const ScanTest& test : node.tests) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr operand, Expr(test.operand));
      options.predicates.push_back({test.property, test.op, std::move(operand)});
    }
    return NewNodeScan(std::move(options));
  }

  Result<OperatorPtr> BuildIndexSeek(const IndexSeek& node, const SlotSet& needed) {
    IndexSeekOptions options;
    SlotSet below = needed;
    for (const Expression* e : node.equal) AddReads(e, &below);
    for (const Expression* e : {node.lower, node.upper, node.prefix, node.in}) {
      AddReads(e, &below);
    }
    options.catalog = node.catalog;
    options.definition = node.definition;
    options.column = node.slot;
    KITH_ASSIGN_OR_RETURN(options.equal, Exprs(node.equal));
    KITH_ASSIGN_OR_RETURN(options.lower, Expr(node.lower));
    KITH_ASSIGN_OR_RETURN(options.upper, Expr(node.upper));
    KITH_ASSIGN_OR_RETURN(options.prefix, Expr(node.prefix));
    KITH_ASSIGN_OR_RETURN(options.in, Expr(node.in));
    options.lower_inclusive = node.lower_inclusive;
    options.upper_inclusive = node.upper_inclusive;
    options.carry = Intersection(needed, node.children[0]->provides);
    KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
    return NewIndexSeek(std::move(options));
  }

  Result<OperatorPtr> BuildIdSeek(const IdSeek& node, const SlotSet& needed) {
    IdSeekOptions options;
    SlotSet below = needed;
    AddReads(node.ids, &below);
    options.column = node.slot;
    KITH_ASSIGN_OR_RETURN(options.ids, Expr(node.ids));
    options.carry = Intersection(needed, node.children[0]->provides);
    KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
    return NewIdSeek(std::move(options));
  }

  Result<OperatorPtr> BuildChild(const PlanNode& node, const SlotSet& below) {
    return Build(*node.children[0], Intersection(below, node.children[0]->provides));
  }

  // ---- Patterns

  Result<OperatorPtr> BuildExpand(const Expand& node, const SlotSet& needed) {
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

  /// The conditions on each relationship of a walk, as one evaluator; null without any.
  Result<std::shared_ptr<const Evaluator>> WalkPredicate(const bound::RelationshipPattern& pattern,
                                                         SlotId element, SlotSet* below) {
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
    EvaluatorPtr all = parts.size() == 1 ? std::move(parts[0])
                                         : NewLogical(bound::LogicalOperator::kAnd,
                                                      std::move(parts), pattern.range);
    const_cast<Evaluator&>(*all).set_reads(std::move(reads));
    return std::shared_ptr<const Evaluator>(std::move(all));
  }

  Result<OperatorPtr> BuildWalk(const VariableExpand& node, const SlotSet& needed) {
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
    return OperatorPtr(
        std::make_unique<query::VariableExpand>(std::move(child), std::move(options)));
  }

  Result<OperatorPtr> BuildShortest(const ShortestPath& node, const SlotSet& needed) {
    ShortestPathOptions options;
    SlotSet below = needed;
    Insert(&below, node.from);
    Insert(&below, node.to);
    options.from = node.from;
    options.to = node.to;
    options.relationships = node.pattern->slot;
    options.minimum = node.pattern->length.has_value() ? node.pattern->length->minimum : 1;
    options.maximum = node.pattern->length.has_value() ? node.pattern->length->maximum
                                                       : std::optional<uint64_t>(1);
    options.all = node.all;
    options.step.direction = node.direction;
    options.step.types = node.types;
    options.step.element_column = node.element_slot;
    KITH_ASSIGN_OR_RETURN(options.step.predicate,
                          WalkPredicate(*node.pattern, node.element_slot, &below));
    options.carried = Intersection(below, node.children[0]->provides);
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
    return OperatorPtr(std::make_unique<query::ShortestPath>(std::move(child), std::move(options)));
  }

  Result<OperatorPtr> BuildEndpoints(const Endpoints& node, const SlotSet& needed) {
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

  Result<OperatorPtr> BuildPathNode(const BuildPath& node, const SlotSet& needed) {
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

  // ---- Rows

  Result<OperatorPtr> BuildFilter(const Filter& node, const SlotSet& needed) {
    std::vector<EvaluatorPtr> predicates;
    for (const PropertyTest& test : node.tests) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr equality,
                            PropertyEquality(test.slot, test.key, *test.value));
      predicates.push_back(std::move(equality));
    }
    for (const Expression* conjunct : node.conjuncts) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr predicate, Expr(conjunct));
      predicates.push_back(std::move(predicate));
    }
    for (const auto& [a, b] : node.disjoint) predicates.push_back(NewDisjointRelationships(a, b));
    SlotSet below = needed;
    for (const EvaluatorPtr& predicate : predicates) InsertAll(&below, predicate->reads());
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
    return NewFilter(std::move(child), std::move(predicates));
  }

  Result<OperatorPtr> BuildProject(const Project& node, const SlotSet& needed) {
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

  Result<OperatorPtr> BuildAggregate(const Aggregate& node) {
    AggregateOptions options;
    SlotSet below;
    for (const Assignment& key : node.keys) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr value, Expr(key.expression));
      InsertAll(&below, value->reads());
      options.keys.push_back({key.slot, std::move(value)});
    }
    for (const bound::Aggregate* aggregate : node.aggregates) {
      AggregateColumn column;
      column.function = aggregate->function;
      column.distinct = aggregate->distinct;
      column.column = aggregate->slot;
      column.range = aggregate->range;
      for (const auto& argument : aggregate->arguments) {
        KITH_ASSIGN_OR_RETURN(EvaluatorPtr value, Expr(argument.get()));
        InsertAll(&below, value->reads());
        column.arguments.push_back(std::move(value));
      }
      options.aggregates.push_back(std::move(column));
    }
    KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
    return NewAggregate(std::move(options));
  }

  Result<OperatorPtr> BuildDistinct(const Distinct& node, const SlotSet& needed) {
    SlotSet below = needed;
    for (SlotId slot : node.slots) Insert(&below, slot);
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
    return NewDistinct(std::move(child), node.slots);
  }

  Result<OperatorPtr> BuildSort(const Sort& node, const SlotSet& needed) {
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

  Result<OperatorPtr> BuildSkip(const Skip& node, const SlotSet& needed) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr count, Expr(node.count));
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, needed));
    return NewSkip(std::move(child), std::move(count));
  }

  Result<OperatorPtr> BuildLimit(const Limit& node, const SlotSet& needed) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr count, Expr(node.count));
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, needed));
    return NewLimit(std::move(child), std::move(count), node.exhaust);
  }

  Result<OperatorPtr> BuildUnion(const Union& node) {
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

  Result<OperatorPtr> BuildUnwind(const Unwind& node, const SlotSet& needed) {
    UnwindOptions options;
    options.column = node.slot;
    KITH_ASSIGN_OR_RETURN(options.list, Expr(node.list));
    SlotSet below = needed;
    InsertAll(&below, options.list->reads());
    options.carry = Intersection(needed, node.children[0]->provides);
    KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
    return NewUnwind(std::move(options));
  }

  Result<OperatorPtr> BuildEager(const PlanNode& node, const SlotSet& needed) {
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, needed));
    return NewEager(std::move(child), needed);
  }

  // ---- Several children

  Result<OperatorPtr> BuildApply(const Apply& node, const SlotSet& needed) {
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

  Result<ProductOptions> BuildSides(const PlanNode& node, const SlotSet& needed,
                                    const SlotSet& left_reads, const SlotSet& right_reads) {
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

  Result<OperatorPtr> BuildProduct(const Product& node, const SlotSet& needed) {
    KITH_ASSIGN_OR_RETURN(ProductOptions options, BuildSides(node, needed, {}, {}));
    options.rebuild = node.rebuild;
    return NewProduct(std::move(options));
  }

  Result<OperatorPtr> BuildHashJoin(const HashJoin& node, const SlotSet& needed) {
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

  // ---- Writes

  Result<std::vector<std::pair<std::string, EvaluatorPtr>>> Properties(
      const bound::PropertyMap& map) {
    std::vector<std::pair<std::string, EvaluatorPtr>> properties;
    for (const auto& [key, value] : map.entries) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Expr(value.get()));
      properties.emplace_back(key, std::move(evaluator));
    }
    return properties;
  }

  /// Path by path from left to right: all nodes that are not bound, then all relationships.
  Result<CreatePlan> CreateOf(const bound::Pattern& pattern) {
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

  Result<OperatorPtr> BuildCreate(const Create& node, const SlotSet& needed) {
    SlotSet below = needed;
    AddReads(*node.pattern, &below);
    KITH_ASSIGN_OR_RETURN(CreatePlan create, CreateOf(*node.pattern));
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
    return NewCreate(std::move(child), std::move(create));
  }

  Result<std::vector<SetAction>> Actions(const std::vector<bound::SetItem>& items) {
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

  Result<OperatorPtr> BuildMerge(const Merge& node, const SlotSet& needed) {
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

  Result<OperatorPtr> BuildSet(const Set& node, const SlotSet& needed) {
    SlotSet below = needed;
    AddReads(node.clause->items, &below);
    KITH_ASSIGN_OR_RETURN(std::vector<SetAction> actions, Actions(node.clause->items));
    KITH_ASSIGN_OR_RETURN(OperatorPtr child, BuildChild(node, below));
    return NewSet(std::move(child), std::move(actions));
  }

  Result<OperatorPtr> BuildDelete(const Delete& node, const SlotSet& needed) {
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

  Result<OperatorPtr> BuildForeach(const Foreach& node, const SlotSet& needed) {
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

  Result<OperatorPtr> BuildCall(const ProcedureCall& node, const SlotSet& needed) {
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

  const LogicalPlan& plan_;
  std::unique_ptr<PhysicalPlan> physical_;
  /// By argument number: what the plans below it read of the outer row.
  std::vector<SlotSet> argument_reads_;
};

}  // namespace

Result<std::unique_ptr<const PhysicalPlan>> CompilePlan(const LogicalPlan& plan) {
  return PlanCompiler(plan).Compile();
}

}  // namespace kith::query::plan

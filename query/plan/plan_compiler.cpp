// SPDX-License-Identifier: Apache-2.0
// The whole plan, its expressions and its leaves.
#include "query/plan/plan_compiler.h"

#include "query/plan/operator_builder.h"
#include "query/plan/slot_reads.h"

namespace kith::query::plan {

OperatorBuilder::OperatorBuilder(const LogicalPlan& plan)
    : plan_(plan), physical_(std::make_unique<PhysicalPlan>()), argument_reads_(plan.arguments) {
  physical_->slots = plan.slots;
  physical_->arguments = plan.arguments;
  physical_->nodes = plan.nodes;
  physical_->deletes = plan.deletes;
}

Result<std::unique_ptr<const PhysicalPlan>> OperatorBuilder::Compile() {
  SlotSet needed;
  const PlanNode& root = *plan_.root;
  if (root.kind == PlanKind::kProduceResults) {
    physical_->outputs = As<ProduceResults>(root).slots;
    for (SlotId slot : physical_->outputs) Insert(&needed, slot);
  }
  KITH_ASSIGN_OR_RETURN(physical_->root, Build(root, needed));
  return std::unique_ptr<const PhysicalPlan>(std::move(physical_));
}

uint32_t OperatorBuilder::ColumnOf(SlotId slot) {
  return slot;
}

Result<EvaluatorPtr> OperatorBuilder::CompileSubquery(const bound::Subquery& subquery) {
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

Result<OperatorPtr> OperatorBuilder::Build(const PlanNode& node, const SlotSet& needed) {
  KITH_ASSIGN_OR_RETURN(OperatorPtr op, Dispatch(node, needed));
  // A node without an operator of its own has its child's, which is numbered already.
  if (op->number() == kUnnumbered) op->set_number(node.number);
  op->set_slots(plan_.slots);
  return op;
}

Result<OperatorPtr> OperatorBuilder::Dispatch(const PlanNode& node, const SlotSet& needed) {
  switch (node.kind) {
    case PlanKind::kUnit: return NewUnit();
    case PlanKind::kArgument: return BuildArgument(As<Argument>(node), needed);
    case PlanKind::kNodeScan: return BuildNodeScan(As<NodeScan>(node));
    case PlanKind::kNodeCount:
      return NewNodeCount({As<NodeCount>(node).slot, As<NodeCount>(node).label});
    case PlanKind::kIndexSeek: return BuildIndexSeek(As<IndexSeek>(node), needed);
    case PlanKind::kIdSeek: return BuildIdSeek(As<IdSeek>(node), needed);
    case PlanKind::kVectorSearch: return BuildVectorSearch(As<VectorSearch>(node), needed);
    case PlanKind::kExpand: return BuildExpand(As<Expand>(node), needed);
    case PlanKind::kVariableExpand: return BuildWalk(As<VariableExpand>(node), needed);
    case PlanKind::kShortestPath: return BuildShortest(As<ShortestPath>(node), needed);
    case PlanKind::kEndpoints: return BuildEndpoints(As<Endpoints>(node), needed);
    case PlanKind::kBuildPath: return BuildPathNode(As<BuildPath>(node), needed);
    case PlanKind::kFilter: return BuildFilter(As<Filter>(node), needed);
    case PlanKind::kProject: return BuildProject(As<Project>(node), needed);
    case PlanKind::kAggregate: return BuildAggregate(As<Aggregate>(node), needed);
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

Result<EvaluatorPtr> OperatorBuilder::Expr(const Expression* expression) {
  if (expression == nullptr) return EvaluatorPtr();
  return CompileExpression(*expression, *this);
}

Result<std::vector<EvaluatorPtr>> OperatorBuilder::Exprs(
    const std::vector<const Expression*>& expressions) {
  std::vector<EvaluatorPtr> evaluators;
  for (const Expression* expression : expressions) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Expr(expression));
    evaluators.push_back(std::move(evaluator));
  }
  return evaluators;
}

Result<EvaluatorPtr> OperatorBuilder::PropertyEquality(SlotId slot, const std::string& key,
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

Result<OperatorPtr> OperatorBuilder::BuildArgument(const Argument& node, const SlotSet& needed) {
  ArgumentOptions options;
  options.number = node.argument;
  options.carry = Intersection(needed, node.provides);
  std::erase(options.carry, node.row_slot);
  InsertAll(&argument_reads_[node.argument], options.carry);
  options.row_column = node.row_slot;
  return NewArgument(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildNodeScan(const NodeScan& node) {
  NodeScanOptions options;
  options.column = node.slot;
  options.label = node.label;
  for (const ScanTest& test : node.tests) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr operand, Expr(test.operand));
    options.predicates.push_back({test.property, test.op, std::move(operand)});
  }
  return NewNodeScan(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildIndexSeek(const IndexSeek& node, const SlotSet& needed) {
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

Result<OperatorPtr> OperatorBuilder::BuildIdSeek(const IdSeek& node, const SlotSet& needed) {
  IdSeekOptions options;
  SlotSet below = needed;
  AddReads(node.ids, &below);
  options.column = node.slot;
  KITH_ASSIGN_OR_RETURN(options.ids, Expr(node.ids));
  options.carry = Intersection(needed, node.children[0]->provides);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewIdSeek(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildVectorSearch(const VectorSearch& node,
                                                       const SlotSet& needed) {
  const bound::VectorSearch& search = *node.search;
  const SlotSet& provided = node.children[0]->provides;
  VectorSearchOptions options;
  options.catalog = node.catalog;
  options.definition = node.definition;
  options.relationships = search.relationship;
  options.column = search.slot;
  if (Contains(needed, search.score)) options.score = search.score;
  KITH_ASSIGN_OR_RETURN(options.vector, Expr(search.vector.get()));
  options.vector_range = search.vector->range;
  KITH_ASSIGN_OR_RETURN(options.limit, Expr(search.limit.get()));
  options.limit_range = search.limit->range;
  SlotSet below = needed;
  InsertAll(&below, options.vector->reads());
  if (node.children.size() > 1) {
    SlotSet filter_needed = node.gathers ? SlotSet{search.slot} : SlotSet();
    if (node.keeps) {
      options.kept = Without(Intersection(needed, node.children[1]->provides), provided);
      InsertAll(&filter_needed, options.kept);
      std::erase(options.kept, search.slot);
    }
    KITH_ASSIGN_OR_RETURN(options.filter, Build(*node.children[1], filter_needed));
    options.gathers = node.gathers;
    options.keeps = node.keeps;
    options.number = node.argument;
    options.filter_reads = Intersection(argument_reads_[node.argument], provided);
    InsertAll(&below, options.filter_reads);
  }
  options.carry = Intersection(needed, provided);
  KITH_ASSIGN_OR_RETURN(options.child, BuildChild(node, below));
  return NewVectorSearch(std::move(options));
}

Result<OperatorPtr> OperatorBuilder::BuildChild(const PlanNode& node, const SlotSet& below) {
  return Build(*node.children[0], Intersection(below, node.children[0]->provides));
}

Result<std::unique_ptr<const PhysicalPlan>> CompilePlan(const LogicalPlan& plan) {
  return OperatorBuilder(plan).Compile();
}

}  // namespace kith::query::plan

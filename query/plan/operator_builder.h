// SPDX-License-Identifier: Apache-2.0
// Builds the operators of one plan. Internal to query/plan: use plan_compiler.h. The methods are
// spread over plan_compiler.cpp (the whole, expressions, leaves), build_pattern.cpp, build_rows.cpp
// and build_write.cpp.
//
// Each Build takes the slots that something above the node reads, `needed`, and asks its children
// for those and its own.
//
// Thread safety: belongs to one compilation.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "query/execute/operators.h"
#include "query/execute/path_search.h"
#include "query/plan/plan_compiler.h"

namespace kith::query::plan {

class OperatorBuilder final : public EvaluatorCompiler {
 public:
  explicit OperatorBuilder(const LogicalPlan& plan);

  Result<std::unique_ptr<const PhysicalPlan>> Compile();
  uint32_t ColumnOf(SlotId slot) override;
  Result<EvaluatorPtr> CompileSubquery(const bound::Subquery& subquery) override;

 private:
  Result<OperatorPtr> Build(const PlanNode& node, const SlotSet& needed);
  Result<OperatorPtr> Dispatch(const PlanNode& node, const SlotSet& needed);

  // ---- Expressions (plan_compiler.cpp)
  Result<EvaluatorPtr> Expr(const Expression* expression);
  Result<std::vector<EvaluatorPtr>> Exprs(const std::vector<const Expression*>& expressions);
  /// slot.key = value
  Result<EvaluatorPtr> PropertyEquality(SlotId slot, const std::string& key,
                                        const Expression& value);

  // ---- Leaves (plan_compiler.cpp)
  Result<OperatorPtr> BuildArgument(const Argument& node, const SlotSet& needed);
  Result<OperatorPtr> BuildNodeScan(const NodeScan& node);
  Result<OperatorPtr> BuildIndexSeek(const IndexSeek& node, const SlotSet& needed);
  Result<OperatorPtr> BuildIdSeek(const IdSeek& node, const SlotSet& needed);
  Result<OperatorPtr> BuildVectorSearch(const VectorSearch& node, const SlotSet& needed);
  Result<OperatorPtr> BuildChild(const PlanNode& node, const SlotSet& below);

  // ---- Patterns (build_pattern.cpp)
  Result<OperatorPtr> BuildExpand(const Expand& node, const SlotSet& needed);
  /// The conditions on each relationship of a walk, as one evaluator; null without any.
  Result<std::shared_ptr<const Evaluator>> WalkPredicate(const bound::RelationshipPattern& pattern,
                                                         SlotId element, SlotSet* below);
  Result<OperatorPtr> BuildWalk(const VariableExpand& node, const SlotSet& needed);
  /// What each relationship or node of a path must be for the whole quantifier to be true.
  Result<EvaluatorPtr> ForEachElement(const bound::Quantifier& quantifier);
  Status BuildPathLimits(const ShortestPath& node, PathLimits* limits, SlotSet* below);
  Result<OperatorPtr> BuildShortest(const ShortestPath& node, const SlotSet& needed);
  Result<OperatorPtr> BuildEndpoints(const Endpoints& node, const SlotSet& needed);
  Result<OperatorPtr> BuildPathNode(const BuildPath& node, const SlotSet& needed);

  // ---- Rows (build_rows.cpp)
  Result<OperatorPtr> BuildFilter(const Filter& node, const SlotSet& needed);
  Result<OperatorPtr> BuildProject(const Project& node, const SlotSet& needed);
  Result<AggregateColumn> BuildAggregateColumn(const bound::Aggregate& aggregate, SlotSet* below);
  Result<OperatorPtr> BuildAggregate(const Aggregate& node, const SlotSet& needed);
  Result<OperatorPtr> BuildDistinct(const Distinct& node, const SlotSet& needed);
  Result<OperatorPtr> BuildSort(const Sort& node, const SlotSet& needed);
  Result<OperatorPtr> BuildSkip(const Skip& node, const SlotSet& needed);
  Result<OperatorPtr> BuildLimit(const Limit& node, const SlotSet& needed);
  Result<OperatorPtr> BuildUnion(const Union& node);
  Result<OperatorPtr> BuildUnwind(const Unwind& node, const SlotSet& needed);
  Result<OperatorPtr> BuildEager(const PlanNode& node, const SlotSet& needed);

  // ---- Several children (build_rows.cpp)
  Result<OperatorPtr> BuildApply(const Apply& node, const SlotSet& needed);
  Result<ProductOptions> BuildSides(const PlanNode& node, const SlotSet& needed,
                                    const SlotSet& left_reads, const SlotSet& right_reads);
  Result<OperatorPtr> BuildProduct(const Product& node, const SlotSet& needed);
  Result<OperatorPtr> BuildHashJoin(const HashJoin& node, const SlotSet& needed);

  // ---- Writes (build_write.cpp)
  Result<std::vector<std::pair<std::string, EvaluatorPtr>>> Properties(
      const bound::PropertyMap& map);
  /// Path by path from left to right: all nodes that are not bound, then all relationships.
  Result<CreatePlan> CreateOf(const bound::Pattern& pattern);
  Result<OperatorPtr> BuildCreate(const Create& node, const SlotSet& needed);
  Result<std::vector<SetAction>> Actions(const std::vector<bound::SetItem>& items);
  Result<OperatorPtr> BuildMerge(const Merge& node, const SlotSet& needed);
  Result<OperatorPtr> BuildSet(const Set& node, const SlotSet& needed);
  Result<OperatorPtr> BuildDelete(const Delete& node, const SlotSet& needed);
  Result<OperatorPtr> BuildForeach(const Foreach& node, const SlotSet& needed);
  Result<OperatorPtr> BuildCall(const ProcedureCall& node, const SlotSet& needed);

  const LogicalPlan& plan_;
  std::unique_ptr<PhysicalPlan> physical_;
  /// By argument number: what the plans below it read of the outer row.
  std::vector<SlotSet> argument_reads_;
};

}  // namespace kith::query::plan

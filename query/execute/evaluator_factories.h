// SPDX-License-Identifier: Apache-2.0
// One factory for each kind of evaluator; internal to query/execute and the plan builder.
//
// Thread safety: functions without state.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "query/execute/evaluator.h"
#include "query/execute/path_builder.h"
#include "query/function/operators.h"

namespace kith::query {

EvaluatorPtr NewConstant(Value value);
EvaluatorPtr NewParameter(uint32_t index);
EvaluatorPtr NewSlot(uint32_t column);
EvaluatorPtr NewProperty(EvaluatorPtr object, std::string key, SourceRange range);
EvaluatorPtr NewSubscript(EvaluatorPtr object, EvaluatorPtr index, SourceRange range);
/// `from` and `to` may be null.
EvaluatorPtr NewSlice(EvaluatorPtr list, EvaluatorPtr from, EvaluatorPtr to, SourceRange range);
EvaluatorPtr NewLabelTest(EvaluatorPtr object, const bound::LabelExpression& labels,
                          SourceRange range);
EvaluatorPtr NewFunction(const ScalarFunction& function, std::vector<EvaluatorPtr> arguments,
                         SourceRange range);

EvaluatorPtr NewUnary(bound::UnaryOperator op, EvaluatorPtr operand, SourceRange range);
EvaluatorPtr NewBinary(bound::BinaryOperator op, EvaluatorPtr left, EvaluatorPtr right,
                       SourceRange range);
EvaluatorPtr NewComparison(bound::ComparisonOperator op, EvaluatorPtr left, EvaluatorPtr right);
EvaluatorPtr NewLogical(bound::LogicalOperator op, std::vector<EvaluatorPtr> operands,
                        SourceRange range);

struct CaseParts {
  EvaluatorPtr operand;  ///< may be null
  std::vector<std::pair<std::vector<EvaluatorPtr>, EvaluatorPtr>> branches;
  EvaluatorPtr otherwise;  ///< may be null
};
EvaluatorPtr NewCase(CaseParts parts, SourceRange range);

using MapParts = std::vector<std::pair<std::string, EvaluatorPtr>>;
EvaluatorPtr NewList(std::vector<EvaluatorPtr> elements, SourceRange range);
EvaluatorPtr NewMap(MapParts entries, SourceRange range);
EvaluatorPtr NewMapProjection(EvaluatorPtr object, bool all_entries, MapParts entries,
                              SourceRange range);

/// `predicate` and `projection` may be null.
EvaluatorPtr NewListComprehension(uint32_t column, EvaluatorPtr list, EvaluatorPtr predicate,
                                  EvaluatorPtr projection, SourceRange range);
EvaluatorPtr NewQuantifier(bound::QuantifierKind kind, uint32_t column, EvaluatorPtr list,
                           EvaluatorPtr predicate, SourceRange range);

struct ReduceParts {
  uint32_t accumulator = 0;
  EvaluatorPtr initial;
  uint32_t column = 0;
  EvaluatorPtr list;
  EvaluatorPtr step;
};
EvaluatorPtr NewReduce(ReduceParts parts, SourceRange range);

EvaluatorPtr NewPath(PathColumns columns);

/// The property ids of a name, looked up when first needed: the name may be unused until then.
class LazyProperty {
 public:
  explicit LazyProperty(std::string name) : name_(std::move(name)) {}
  /// False while nobody has used the name.
  bool Find(const storage::ReadView& view, PropertyId* id) const;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  mutable std::atomic<uint64_t> id_{UINT64_MAX};
};

}  // namespace kith::query

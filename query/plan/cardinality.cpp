// SPDX-License-Identifier: Apache-2.0
// Estimates.
#include "query/plan/cardinality.h"

#include <algorithm>

#include "storage/catalog.h"

namespace kith::query::plan {

namespace {

// Rules of thumb as System R used them (Selinger et al., "Access Path Selection in a Relational
// Database Management System", 1979, table 1), with a guess for the rest.
constexpr double kEquality = 0.1;
constexpr double kRange = 1.0 / 3;
constexpr double kMembership = 0.2;
constexpr double kNotEqual = 0.9;
constexpr double kOther = 0.5;
/// Of a LIMIT that is no constant.
constexpr double kLimit = 10;

}  // namespace

double NodesOf(const PlanContext& context, const std::optional<std::string>& label) {
  if (!label.has_value()) return static_cast<double>(context.statistics->NodeCount());
  const std::optional<LabelId> id = context.view->catalog().FindLabel(*label);
  return id.has_value() ? static_cast<double>(context.statistics->NodeCount(*id)) : 0;
}

double RelationshipsOf(const PlanContext& context, std::span<const std::string> types) {
  if (types.empty()) return static_cast<double>(context.statistics->RelationshipCount());
  double count = 0;
  for (const std::string& type : types) {
    const std::optional<RelTypeId> id = context.view->catalog().FindRelType(type);
    if (id.has_value()) count += static_cast<double>(context.statistics->RelationshipCount(*id));
  }
  return count;
}

double DegreeOf(const PlanContext& context, std::span<const std::string> types,
                storage::Direction direction, const std::optional<std::string>& label) {
  const double nodes = std::max(1.0, NodesOf(context, label));
  const double degree = RelationshipsOf(context, types) / nodes;
  return direction == storage::Direction::kBoth ? 2 * degree : degree;
}

double LabelSelectivity(const PlanContext& context, const std::string& label) {
  const double all = std::max(1.0, NodesOf(context, std::nullopt));
  return std::min(1.0, NodesOf(context, label) / all);
}

double LimitRows(const Expression& limit) {
  if (limit.kind != bound::ExpressionKind::kConstant) return kLimit;
  const Value& value = bound::As<bound::Constant>(limit).value;
  return value.IsInteger() ? static_cast<double>(value.AsInteger()) : kLimit;
}

double SelectivityOf(const Expression& predicate) {
  switch (predicate.kind) {
    case bound::ExpressionKind::kComparison: {
      const auto& comparison = bound::As<bound::Comparison>(predicate);
      if (comparison.operators[0] == bound::ComparisonOperator::kEqual) return kEquality;
      if (comparison.operators[0] == bound::ComparisonOperator::kNotEqual) return kNotEqual;
      return kRange;
    }
    case bound::ExpressionKind::kBinary: {
      const bound::BinaryOperator op = bound::As<bound::Binary>(predicate).op;
      if (op == bound::BinaryOperator::kIn) return kMembership;
      return op == bound::BinaryOperator::kStartsWith ? kEquality : kRange;
    }
    case bound::ExpressionKind::kLogical: {
      const auto& logical = bound::As<bound::Logical>(predicate);
      double all = 1;
      double any = 0;
      for (const bound::ExpressionPtr& operand : logical.operands) {
        const double part = SelectivityOf(*operand);
        all *= part;
        any += part;
      }
      return logical.op == bound::LogicalOperator::kAnd ? all : std::min(1.0, any);
    }
    default: return kOther;
  }
}

}  // namespace kith::query::plan

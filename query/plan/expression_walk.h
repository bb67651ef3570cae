// SPDX-License-Identifier: Apache-2.0
// Looking into bound expressions: children, slots, subqueries, shapes that rules care about.
//
// Thread safety: functions without state.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "query/plan/logical_plan.h"

namespace kith::query::plan {

/// Calls `visit` for each direct child; a subquery's query is not entered.
void ForEachChild(const Expression& expression,
                  const std::function<void(const Expression&)>& visit);

/// The slots that an expression reads from outside itself.
SlotSet SlotsOf(const Expression& expression);

/// All subqueries in an expression, outermost only.
void FindSubqueries(const Expression& expression, std::vector<const bound::Subquery*>* found);

/// The slot when the expression is just a variable, else kNoSlot.
SlotId AsSlot(const Expression& expression);

/// `slot.key`: true and both set.
bool AsPropertyOfSlot(const Expression& expression, SlotId* slot, std::string* key);

/// A constant or a parameter: the same for all rows.
bool IsRunConstant(const Expression& expression);

/// Names when the label expression is a name or a conjunction (disjunction) of names, else false.
bool AsConjunctionOfNames(const bound::LabelExpression& labels, std::vector<std::string>* names);
bool AsDisjunctionOfNames(const bound::LabelExpression& labels, std::vector<std::string>* names);

/// How an expression reads in EXPLAIN.
std::string DescribeExpression(const Expression& expression, const BoundStatement& statement);
std::string DescribeSlot(SlotId slot, const BoundStatement& statement);
/// The name, in backticks when it is no plain identifier.
std::string DescribeName(const std::string& name);

}  // namespace kith::query::plan

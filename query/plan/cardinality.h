// SPDX-License-Identifier: Apache-2.0
// Guesses of how many rows things give, from the counts of the snapshot. Only orders of magnitude
// matter: they rank plans.
//
// Thread safety: functions without state.
#pragma once

#include <span>
#include <string>

#include "query/plan/plan_context.h"

namespace kith::query::plan {

/// Nodes of a label; of all labels for nullopt; 0 for an unknown label.
double NodesOf(const PlanContext& context, const std::optional<std::string>& label);

/// Relationships of any of these types; of all types for none.
double RelationshipsOf(const PlanContext& context, std::span<const std::string> types);

/// Relationships that one node has, on average. `label` of the node, where known.
double DegreeOf(const PlanContext& context, std::span<const std::string> types,
                storage::Direction direction, const std::optional<std::string>& label);

/// The part of the rows that a predicate keeps.
double SelectivityOf(const Expression& predicate);

/// Rows that a LIMIT lets through.
double LimitRows(const Expression& limit);

/// The part of all nodes that have the label.
double LabelSelectivity(const PlanContext& context, const std::string& label);

}  // namespace kith::query::plan

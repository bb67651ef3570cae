// SPDX-License-Identifier: Apache-2.0
// A pattern made ready for planning: its predicates one by one with what they read, the names that
// nodes and relationships must have, and its connected parts.
//
// Thread safety: plain data; belongs to one planning.
#pragma once

#include <string>
#include <vector>

#include "query/plan/leaf_planner.h"

namespace kith::query::plan {

/// The entity of the pattern that a vector search looks for, and the label or type that all have
/// which its index holds. kNoSlot: there is none.
struct SearchedEntity {
  SlotId slot = kNoSlot;
  std::string label;
  bool found = false;  ///< The rows that the pattern is matched for have it.
};

/// A connected part of a pattern; shortest paths do not connect.
struct PatternPart {
  std::vector<size_t> nodes;
  std::vector<size_t> relationships;
  bool bound = false;  ///< Touches something that the input has.
};

/// Vectors by node or relationship have the pattern's order.
struct PatternGraph {
  const bound::Pattern* pattern = nullptr;
  std::vector<Conjunct> conjuncts;
  std::vector<std::vector<std::string>> labels;  ///< Names that each node must have.
  std::vector<std::vector<std::string>> types;   ///< Names of which each relationship has one.
  /// The shortestPath() that a relationship belongs to, else null.
  std::vector<const bound::PathPattern*> shortest;
  std::vector<double> node_selectivity;  ///< Of the predicates on each node alone.
  SlotId found = kNoSlot;                ///< A SearchedEntity that was found.

  /// Whether the rows that the pattern is matched for have it.
  bool NodeIsKnown(size_t i) const {
    return pattern->nodes[i].bound || pattern->nodes[i].slot == found;
  }
  bool RelationshipIsKnown(size_t i) const {
    return pattern->relationships[i].bound || pattern->relationships[i].slot == found;
  }

  /// Whether two relationships could be matched by one: they must be kept apart.
  bool MayBeSame(size_t a, size_t b) const;
  std::vector<PatternPart> Parts() const;
};

/// `conjuncts` come from WHERE; both arguments are borrowed. Predicates that the pattern implies
/// are owned by the context's plan.
PatternGraph MakePatternGraph(PlanContext& context, const bound::Pattern& pattern,
                              const std::vector<bound::ExpressionPtr>& conjuncts,
                              const SearchedEntity& searched);

}  // namespace kith::query::plan

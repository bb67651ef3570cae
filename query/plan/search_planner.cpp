// SPDX-License-Identifier: Apache-2.0
// Choosing how a vector search is filtered.
#include "query/plan/search_planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/plan/cardinality.h"
#include "query/plan/effects.h"
#include "query/plan/expression_walk.h"
#include "query/plan/match_planner.h"

namespace kith::query::plan {

namespace {

/// Entities that a walk of the index comes near to when it is not filtered, about: its breadth.
constexpr double kEntitiesMet = 64;
/// Rows of a batch that take as long as a test, which runs a plan for one row: of 20,000 nodes a
/// scan looked at each in 0.7 to 0.9 us, and a search that had to test all took 5 to 6 us for each.
constexpr double kRowsOfTest = 8;

/// Every entity of the index has a match: nothing is asked of it, or only which ends it has.
bool MatchesAll(const PlanNode& plan) {
  switch (plan.kind) {
    case PlanKind::kArgument: return true;
    case PlanKind::kBuildPath: return MatchesAll(*plan.children[0]);
    case PlanKind::kEndpoints: {
      const auto& ends = As<Endpoints>(plan);
      return !ends.left_bound && !ends.right_bound && ends.left != ends.right &&
             ends.distinct_from.empty() && MatchesAll(*plan.children[0]);
    }
    default: return false;
  }
}

class SearchPlanner {
 public:
  SearchPlanner(PlanContext& context, const bound::Match& match)
      : context_(context), match_(match), search_(*match.search) {}

  Result<PlanPtr> Plan(PlanPtr input) {
    KITH_ASSIGN_OR_RETURN(definition_, FindIndex());
    KITH_RETURN_IF_ERROR(CheckCovers());
    KITH_RETURN_IF_ERROR(PlanSubqueriesOf(context_, *search_.vector));
    auto node = MakeNode<VectorSearch>(std::move(input));
    node->search = &search_;
    node->catalog = context_.indexes;
    node->definition = definition_;
    node->argument = context_.NewArgument();
    KITH_RETURN_IF_ERROR(EffectsOfMatching(match_).is_volatile ? AddMatches(node.get())
                                                               : AddEntityFilter(node.get()));
    node->rows *= std::min(LimitRows(*search_.limit), Entities());
    Insert(&node->provides, search_.slot);
    if (search_.score != kNoSlot) Insert(&node->provides, search_.score);
    if (node->keeps || IsOnlyTheEntity()) return PlanPtr(std::move(node));
    return PlanMatch(context_, std::move(node), match_.pattern, match_.conjuncts, Searched(true));
  }

 private:
  SearchedEntity Searched(bool found) const {
    return {search_.slot, definition_->labels[0], found};
  }

  Status Refuse(Status status) const {
    return status.WithPosition(search_.index_range).WithPhase(ErrorPhase::kCompileTime);
  }

  Result<const index::IndexDefinition*> FindIndex() const {
    if (context_.indexes == nullptr) {
      return Refuse(Status(StatusCode::kNotFound,
                           fmt::format("there is no vector index '{}'", search_.index)));
    }
    auto found = context_.indexes->FindVector(search_.index, search_.relationship
                                                                 ? index::EntityKind::kRelationship
                                                                 : index::EntityKind::kNode);
    if (!found.ok()) return Refuse(found.status());
    return *found;
  }

  /// A relationship has one type, so that of the index must be possible. Nodes with two labels
  /// exist, but who names none that the index is over has most likely named the wrong index.
  Status CheckCovers() const {
    std::vector<std::string> names;
    if (!NamesOfPattern(&names) || names.empty()) return Status::Ok();
    const std::string& covered = definition_->labels[0];
    if (std::find(names.begin(), names.end(), covered) != names.end()) return Status::Ok();
    const std::string& variable = context_.statement->slots[search_.slot].name;
    const std::string fact =
        fmt::format("the pattern wants '{}' to be {}, and vector index '{}' is over {}", variable,
                    fmt::join(names, search_.relationship ? " or " : " and "), search_.index,
                    definition_->Describe());
    const std::string advice =
        search_.relationship
            ? "name another index or type"
            : fmt::format("name another index, or write ({}:{}:{}) for nodes that are both",
                          variable, DescribeName(covered), fmt::join(names, ":"));
    return Refuse(Status(StatusCode::kArgumentError, fact + "; " + advice));
  }

  /// Labels that the entity must all have, or types of which it must have one; false when the
  /// pattern says it in another way.
  bool NamesOfPattern(std::vector<std::string>* names) const {
    for (const bound::NodePattern& node : match_.pattern.nodes) {
      if (node.slot != search_.slot || node.labels == nullptr) continue;
      return AsConjunctionOfNames(*node.labels, names);
    }
    for (const bound::RelationshipPattern& relationship : match_.pattern.relationships) {
      if (relationship.slot != search_.slot || relationship.types == nullptr) continue;
      return AsDisjunctionOfNames(*relationship.types, names);
    }
    return true;
  }

  /// Plans both ways and keeps the one that costs less. A scan of 100,000 nodes for the
  /// few that pass is slower than a walk that tests what it meets, until it meets too many that do
  /// not; an index seek for 50 is faster than either.
  Status AddEntityFilter(VectorSearch* node) {
    SlotSet provides = node->provides;
    Insert(&provides, search_.slot);
    KITH_ASSIGN_OR_RETURN(PlanPtr test,
                          PlanMatch(context_, NewArgument(*node, provides), match_.pattern,
                                    match_.conjuncts, Searched(true)));
    if (MatchesAll(*test)) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(PlanPtr candidates, PlanCandidates(*node));
    node->gathers = Work(*candidates) <= kRowsOfTest * Tests(candidates->rows);
    node->children.push_back(node->gathers ? std::move(candidates) : std::move(test));
    return Status::Ok();
  }

  Status AddMatches(VectorSearch* node) {
    KITH_ASSIGN_OR_RETURN(PlanPtr candidates, PlanCandidates(*node));
    node->gathers = true;
    node->keeps = true;
    InsertAll(&node->provides, candidates->provides);
    node->children.push_back(std::move(candidates));
    return Status::Ok();
  }

  Result<PlanPtr> PlanCandidates(const VectorSearch& node) {
    // Without a row around it the pattern may begin with a scan at once.
    PlanPtr leaf =
        node.provides.empty() ? PlanPtr(MakeNode<Unit>()) : NewArgument(node, node.provides);
    return PlanMatch(context_, std::move(leaf), match_.pattern, match_.conjuncts, Searched(false));
  }

  static PlanPtr NewArgument(const VectorSearch& node, SlotSet provides) {
    auto argument = std::make_unique<Argument>();
    argument->argument = node.argument;
    argument->provides = std::move(provides);
    return argument;
  }

  /// Entities that a walk has to test where `matches` of all are found by it: it passes by as many
  /// that have no match as there are to one that has.
  double Tests(double matches) const {
    const double entities = Entities();
    const double met = std::max(kEntitiesMet, LimitRows(*search_.limit));
    return std::min(entities, met * entities / std::clamp(matches, 1.0, entities));
  }

  /// At least 1. Some have no vector: the index counts those that have, and that count changes
  /// without the plan being made anew, as this one does.
  double Entities() const {
    const double count = search_.relationship ? RelationshipsOf(context_, definition_->labels)
                                              : NodesOf(context_, definition_->labels[0]);
    return std::max(1.0, count);
  }

  /// Rows that a plan looks at.
  double Work(const PlanNode& plan) const {
    double rows = plan.rows;
    if (plan.kind == PlanKind::kNodeScan) rows = NodesOf(context_, As<NodeScan>(plan).label);
    for (const PlanPtr& child : plan.children) rows += Work(*child);
    return rows;
  }

  /// Nothing but the entity: the search gives the rows of the clause itself.
  bool IsOnlyTheEntity() const {
    const bound::Pattern& pattern = match_.pattern;
    return pattern.nodes.size() == 1 && pattern.relationships.empty() &&
           std::all_of(pattern.paths.begin(), pattern.paths.end(),
                       [](const bound::PathPattern& path) { return path.slot == kNoSlot; });
  }

  PlanContext& context_;
  const bound::Match& match_;
  const bound::VectorSearch& search_;
  const index::IndexDefinition* definition_ = nullptr;
};

}  // namespace

Result<PlanPtr> PlanSearch(PlanContext& context, PlanPtr input, const bound::Match& match) {
  return SearchPlanner(context, match).Plan(std::move(input));
}

}  // namespace kith::query::plan

// SPDX-License-Identifier: Apache-2.0
// Greedy planning of a pattern graph.
#include "query/plan/match_planner.h"

#include <algorithm>
#include <limits>

#include "query/plan/expand_order.h"
#include "query/plan/expression_walk.h"
#include "query/plan/path_conditions.h"

namespace kith::query::plan {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// A seek that finds at most about this many nodes may begin in the middle of a pattern.
constexpr double kSecondAnchorRows = 2;
/// Larger patterns try only their cheapest starts, to bound planning time.
constexpr size_t kMaxStarts = 24;

storage::Direction Flip(storage::Direction direction) {
  if (direction == storage::Direction::kOutgoing) return storage::Direction::kIncoming;
  if (direction == storage::Direction::kIncoming) return storage::Direction::kOutgoing;
  return direction;
}

class MatchPlanner {
 public:
  MatchPlanner(PlanContext& context, const bound::Pattern& pattern,
               const std::vector<bound::ExpressionPtr>& conjuncts, const SearchedEntity& searched)
      : context_(context),
        pattern_(pattern),
        graph_(MakePatternGraph(context, pattern, conjuncts, searched)),
        order_(context, graph_) {}

  Result<PlanPtr> Plan(PlanPtr input) {
    Begin(*input);
    for (const Conjunct& conjunct : graph_.conjuncts) {
      if (conjunct.expression != nullptr) {
        KITH_RETURN_IF_ERROR(PlanSubqueriesOf(context_, *conjunct.expression));
      }
    }
    ApplyReady(&input);
    const std::vector<PatternPart> parts = graph_.Parts();
    for (const PatternPart& part : parts) {
      if (part.bound) KITH_RETURN_IF_ERROR(Grow(part, &input));
    }
    for (const PatternPart& part : parts) {
      if (!part.bound) KITH_RETURN_IF_ERROR(AddFreePart(part, &input));
    }
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) {
      if (!progress_.relationships[i]) KITH_RETURN_IF_ERROR(AddShortest(i, &input));
    }
    BuildPaths(&input);
    ApplyReady(&input);
    return input;
  }

 private:
  /// What the input has is solved.
  void Begin(const PlanNode& input) {
    progress_.nodes.assign(pattern_.nodes.size(), false);
    progress_.relationships.assign(pattern_.relationships.size(), false);
    progress_.rows = input.rows;
    path_built_.assign(pattern_.paths.size(), false);
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) {
      progress_.nodes[i] = graph_.NodeIsKnown(i);
    }
  }

  // ---- Parts

  /// A part that shares nothing with what is planned.
  Status AddFreePart(const PatternPart& part, PlanPtr* plan) {
    KITH_ASSIGN_OR_RETURN(const size_t start, BestStart(part, **plan));
    KITH_ASSIGN_OR_RETURN(const Leaf leaf, LeafOf(start, (*plan)->provides));
    KITH_ASSIGN_OR_RETURN(const Leaf own_leaf, LeafOf(start, {}));
    // A seek that reads the rows before it runs for each of them, and so does any seek when there
    // is about one row; everything else runs once, apart.
    const bool for_each_row =
        leaf.kind != LeafKind::kScan &&
        (own_leaf.kind == LeafKind::kScan || (*plan)->rows <= 1 || leaf.rows < own_leaf.rows);
    if (for_each_row || (*plan)->kind == PlanKind::kUnit) {
      PlaceLeaf(start, leaf, plan);
      return Grow(part, plan);
    }
    const std::vector<bool> before = progress_.relationships;
    const double outer_rows = progress_.rows;
    PlanPtr other = MakeNode<Unit>();
    progress_.rows = 1;
    PlaceLeaf(start, own_leaf, &other);
    KITH_RETURN_IF_ERROR(Grow(part, &other));
    *plan = Join(std::move(*plan), std::move(other));
    progress_.rows = outer_rows * progress_.rows;
    SeparateRelationships(before, part, plan);
    ApplyReady(plan);
    return Status::Ok();
  }

  /// Relationship uniqueness between parts that were planned apart.
  void SeparateRelationships(const std::vector<bool>& before, const PatternPart& part,
                             PlanPtr* plan) {
    std::vector<std::pair<SlotId, SlotId>> pairs;
    for (size_t a = 0; a < before.size(); ++a) {
      if (!before[a] || graph_.shortest[a] != nullptr) continue;
      for (size_t b : part.relationships) {
        if (graph_.MayBeSame(a, b)) {
          pairs.emplace_back(pattern_.relationships[a].slot, pattern_.relationships[b].slot);
        }
      }
    }
    if (pairs.empty()) return;
    auto filter = MakeNode<Filter>(std::move(*plan));
    filter->disjoint = std::move(pairs);
    *plan = std::move(filter);
  }

  /// A hash join where an equality connects the two, else the product.
  PlanPtr Join(PlanPtr left, PlanPtr right) {
    std::vector<const Expression*> left_keys;
    std::vector<const Expression*> right_keys;
    for (const Conjunct& conjunct : graph_.conjuncts) {
      if (conjunct.used || conjunct.is_volatile) continue;
      AddJoinKeys(conjunct, *left, *right, &left_keys, &right_keys);
    }
    const double rows = left->rows * right->rows;
    PlanPtr join;
    if (!left_keys.empty()) {
      auto hash = std::make_unique<HashJoin>();
      hash->left_keys = std::move(left_keys);
      hash->right_keys = std::move(right_keys);
      hash->rebuild = context_.updating;
      join = std::move(hash);
    } else {
      auto product = std::make_unique<Product>();
      product->rebuild = context_.updating;
      join = std::move(product);
    }
    join->rows = rows;
    join->provides = left->provides;
    InsertAll(&join->provides, right->provides);
    join->children.push_back(std::move(left));
    join->children.push_back(std::move(right));
    return join;
  }

  void AddJoinKeys(const Conjunct& conjunct, const PlanNode& left, const PlanNode& right,
                   std::vector<const Expression*>* left_keys,
                   std::vector<const Expression*>* right_keys) const {
    const auto within = [](const SlotSet& slots, const PlanNode& side) {
      return !slots.empty() && ContainsAll(side.provides, slots);
    };
    if (conjunct.expression == nullptr ||
        conjunct.expression->kind != bound::ExpressionKind::kComparison) {
      return;
    }
    const auto& comparison = bound::As<bound::Comparison>(*conjunct.expression);
    if (comparison.operators.size() != 1 ||
        comparison.operators[0] != bound::ComparisonOperator::kEqual) {
      return;
    }
    const SlotSet a = SlotsOf(*comparison.operands[0]);
    const SlotSet b = SlotsOf(*comparison.operands[1]);
    if (within(a, left) && within(b, right)) {
      left_keys->push_back(comparison.operands[0].get());
      right_keys->push_back(comparison.operands[1].get());
    } else if (within(b, left) && within(a, right)) {
      left_keys->push_back(comparison.operands[1].get());
      right_keys->push_back(comparison.operands[0].get());
    }
  }

  // ---- Starts

  Result<Leaf> LeafOf(size_t node, const SlotSet& available) const {
    return BestLeaf(context_, {pattern_.nodes[node].slot, graph_.labels[node], &available},
                    graph_.conjuncts);
  }

  /// The node from which the whole part costs least.
  Result<size_t> BestStart(const PatternPart& part, const PlanNode& input) const {
    std::vector<std::pair<double, size_t>> starts;
    for (size_t node : part.nodes) {
      KITH_ASSIGN_OR_RETURN(const Leaf leaf, LeafOf(node, input.provides));
      starts.emplace_back(leaf.rows, node);
    }
    std::stable_sort(starts.begin(), starts.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    if (starts.size() > kMaxStarts) starts.resize(kMaxStarts);
    double best_cost = kInfinite;
    size_t best = part.nodes[0];
    for (const auto& [rows, node] : starts) {
      const double cost = order_.CostFrom(part, node, rows, progress_);
      if (cost >= best_cost) continue;
      best_cost = cost;
      best = node;
    }
    return best;
  }

  void PlaceLeaf(size_t node, const Leaf& leaf, PlanPtr* plan) {
    const LeafRequest request{pattern_.nodes[node].slot, graph_.labels[node], nullptr};
    *plan = MakeLeaf(context_, std::move(*plan), request, leaf, &graph_.conjuncts);
    progress_.nodes[node] = true;
    BuildPaths(plan);
    ApplyReady(plan);
    progress_.rows = (*plan)->rows;
  }

  // ---- Growing

  Status Grow(const PatternPart& part, PlanPtr* plan) {
    for (;;) {
      Step step = order_.NextStep(part, progress_);
      KITH_RETURN_IF_ERROR(ConsiderAnchor(part, **plan, &step));
      if (step.kind == Step::Kind::kNone) return Status::Ok();
      if (step.kind == Step::Kind::kLeaf) {
        KITH_ASSIGN_OR_RETURN(const Leaf leaf, LeafOf(step.index, (*plan)->provides));
        PlaceLeaf(step.index, leaf, plan);
        continue;
      }
      KITH_RETURN_IF_ERROR(TakeStep(step, plan));
      order_.Advance(step, &progress_);
      (*plan)->rows = progress_.rows;
      BuildPaths(plan);
      ApplyReady(plan);
    }
  }

  /// SeekSecondAnchor: rather than expand far, seek another node that an index finds at once.
  Status ConsiderAnchor(const PatternPart& part, const PlanNode& plan, Step* step) const {
    if (step->kind != Step::Kind::kExpand || step->into ||
        step->rows <= kSecondAnchorRows * std::max(1.0, progress_.rows)) {
      return Status::Ok();
    }
    for (size_t node : part.nodes) {
      if (progress_.nodes[node] || graph_.labels[node].empty() || context_.indexes == nullptr)
        continue;
      KITH_ASSIGN_OR_RETURN(const Leaf leaf, LeafOf(node, plan.provides));
      if (leaf.kind == LeafKind::kScan || leaf.rows > kSecondAnchorRows) continue;
      *step = {Step::Kind::kLeaf, node, true, false, progress_.rows * leaf.rows};
      return Status::Ok();
    }
    return Status::Ok();
  }

  SlotSet DistinctFrom(size_t relationship, const PlanNode& plan) const {
    SlotSet slots;
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) {
      const SlotId slot = pattern_.relationships[i].slot;
      if (i == relationship || graph_.shortest[i] != nullptr || !Contains(plan.provides, slot))
        continue;
      if (graph_.MayBeSame(relationship, i)) Insert(&slots, slot);
    }
    return slots;
  }

  Status TakeStep(const Step& step, PlanPtr* plan) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[step.index];
    if (step.kind == Step::Kind::kEndpoints) {
      TakeEndpoints(step.index, plan);
      return Status::Ok();
    }
    const SlotId left = pattern_.nodes[relationship.left].slot;
    const SlotId right = pattern_.nodes[relationship.right].slot;
    const storage::Direction direction = StorageDirection(relationship.direction);
    SlotSet distinct_from = DistinctFrom(step.index, **plan);
    if (relationship.length.has_value()) {
      KITH_RETURN_IF_ERROR(CheckWalk(step.index));
      auto expand = MakeNode<VariableExpand>(std::move(*plan));
      expand->pattern = &relationship;
      expand->from = step.from_left ? left : right;
      expand->to = step.from_left ? right : left;
      expand->reversed = !step.from_left;
      expand->direction = step.from_left ? direction : Flip(direction);
      expand->types = graph_.types[step.index];
      expand->into = step.into;
      expand->element_slot = ElementSlot(relationship);
      expand->distinct_from = std::move(distinct_from);
      Insert(&expand->provides, relationship.slot);
      Insert(&expand->provides, expand->to);
      *plan = std::move(expand);
      return Status::Ok();
    }
    auto expand = MakeNode<Expand>(std::move(*plan));
    expand->from = step.from_left ? left : right;
    expand->to = step.from_left ? right : left;
    expand->relationship = relationship.slot;
    expand->direction = step.from_left ? direction : Flip(direction);
    expand->types = graph_.types[step.index];
    expand->into = step.into;
    expand->distinct_from = std::move(distinct_from);
    Insert(&expand->provides, relationship.slot);
    Insert(&expand->provides, expand->to);
    *plan = std::move(expand);
    return Status::Ok();
  }

  Status CheckWalk(size_t i) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    if (relationship.types != nullptr && graph_.types[i].empty()) {
      return Status(StatusCode::kUnsupported,
                    "a variable-length relationship takes its types as A|B; write other "
                    "conditions in a WHERE inside it")
          .WithPosition(relationship.types->range)
          .WithPhase(ErrorPhase::kCompileTime);
    }
    if (relationship.element_predicate != nullptr) {
      return PlanSubqueriesOf(context_, *relationship.element_predicate);
    }
    return Status::Ok();
  }

  SlotId ElementSlot(const bound::RelationshipPattern& relationship) {
    if (relationship.element_slot != kNoSlot) return relationship.element_slot;
    return relationship.properties.IsEmpty() ? kNoSlot : context_.NewSlot();
  }

  void TakeEndpoints(size_t i, PlanPtr* plan) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    SlotSet distinct_from = DistinctFrom(i, **plan);
    auto ends = MakeNode<Endpoints>(std::move(*plan));
    ends->pattern = &relationship;
    ends->types = graph_.types[i];
    ends->direction = StorageDirection(relationship.direction);
    ends->left = pattern_.nodes[relationship.left].slot;
    ends->right = pattern_.nodes[relationship.right].slot;
    ends->left_bound = progress_.nodes[relationship.left];
    ends->right_bound = progress_.nodes[relationship.right];
    ends->distinct_from = std::move(distinct_from);
    Insert(&ends->provides, ends->left);
    Insert(&ends->provides, ends->right);
    *plan = std::move(ends);
  }

  Status AddShortest(size_t i, PlanPtr* plan) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    KITH_RETURN_IF_ERROR(CheckWalk(i));
    auto node = MakeNode<ShortestPath>(std::move(*plan));
    node->pattern = &relationship;
    node->from = pattern_.nodes[relationship.left].slot;
    node->to = pattern_.nodes[relationship.right].slot;
    node->types = graph_.types[i];
    node->direction = StorageDirection(relationship.direction);
    node->element_slot = ElementSlot(relationship);
    node->all = graph_.shortest[i]->selector == bound::PathSelector::kAllShortest;
    TakePathConditions(graph_.shortest[i]->slot, &graph_.conjuncts, node.get());
    Insert(&node->provides, relationship.slot);
    *plan = std::move(node);
    progress_.relationships[i] = true;
    BuildPaths(plan);
    ApplyReady(plan);
    return Status::Ok();
  }

  // ---- Paths and predicates

  void BuildPaths(PlanPtr* plan) {
    for (size_t i = 0; i < pattern_.paths.size(); ++i) {
      const bound::PathPattern& path = pattern_.paths[i];
      if (path.slot == kNoSlot || path_built_[i] || !PathReady(path, **plan)) continue;
      auto build = MakeNode<BuildPath>(std::move(*plan));
      build->slot = path.slot;
      build->start = pattern_.nodes[path.nodes[0]].slot;
      for (uint32_t relationship : path.relationships) {
        build->segments.push_back(pattern_.relationships[relationship].slot);
      }
      Insert(&build->provides, path.slot);
      *plan = std::move(build);
      path_built_[i] = true;
    }
  }

  bool PathReady(const bound::PathPattern& path, const PlanNode& plan) const {
    for (uint32_t node : path.nodes) {
      if (!Contains(plan.provides, pattern_.nodes[node].slot)) return false;
    }
    for (uint32_t relationship : path.relationships) {
      if (!Contains(plan.provides, pattern_.relationships[relationship].slot) ||
          !progress_.relationships[relationship]) {
        return false;
      }
    }
    return true;
  }

  /// FilterEarly: predicates whose slots all exist go on top of the plan now, cheap ones first.
  void ApplyReady(PlanPtr* plan) {
    std::vector<const Expression*> ready;
    std::vector<PropertyTest> tests;
    double selectivity = 1;
    for (Conjunct& conjunct : graph_.conjuncts) {
      if (conjunct.used || !ContainsAll((*plan)->provides, conjunct.needs)) continue;
      conjunct.used = true;
      selectivity *= conjunct.selectivity;
      if (conjunct.test.has_value()) {
        tests.push_back(*conjunct.test);
      } else {
        ready.push_back(conjunct.expression);
      }
    }
    if (ready.empty() && tests.empty()) return;
    std::stable_partition(ready.begin(), ready.end(), [](const Expression* e) {
      std::vector<const bound::Subquery*> subqueries;
      FindSubqueries(*e, &subqueries);
      return subqueries.empty();
    });
    auto filter = MakeNode<Filter>(std::move(*plan));
    filter->conjuncts = std::move(ready);
    filter->tests = std::move(tests);
    filter->rows *= selectivity;
    *plan = std::move(filter);
  }

  PlanContext& context_;
  const bound::Pattern& pattern_;
  PatternGraph graph_;
  ExpandOrder order_;
  std::vector<bool> path_built_;
  Progress progress_;
};

}  // namespace

Result<PlanPtr> PlanMatch(PlanContext& context, PlanPtr input, const bound::Pattern& pattern,
                          const std::vector<bound::ExpressionPtr>& conjuncts,
                          const SearchedEntity& searched) {
  return MatchPlanner(context, pattern, conjuncts, searched).Plan(std::move(input));
}

}  // namespace kith::query::plan

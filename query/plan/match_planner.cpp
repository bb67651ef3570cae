// SPDX-License-Identifier: Apache-2.0
// Greedy planning of a pattern graph.
//
// Length: one class; its steps share the state of what is solved so far.
#include "query/plan/match_planner.h"

#include <algorithm>
#include <limits>

#include "query/plan/cardinality.h"
#include "query/plan/expression_walk.h"
#include "query/plan/leaf_planner.h"

namespace kith::query::plan {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// A seek that finds at most about this many nodes may begin in the middle of a pattern.
constexpr double kSecondAnchorRows = 2;
/// Steps of a variable-length expansion without limit that estimates reckon with.
constexpr uint64_t kUnboundedSteps = 4;
/// Larger patterns try only their cheapest starts, to bound planning time.
constexpr size_t kMaxStarts = 24;

storage::Direction Flip(storage::Direction direction) {
  if (direction == storage::Direction::kOutgoing) return storage::Direction::kIncoming;
  if (direction == storage::Direction::kIncoming) return storage::Direction::kOutgoing;
  return direction;
}

storage::Direction StorageDirection(bound::Direction direction) {
  switch (direction) {
    case bound::Direction::kOutgoing: return storage::Direction::kOutgoing;
    case bound::Direction::kIncoming: return storage::Direction::kIncoming;
    case bound::Direction::kBoth: return storage::Direction::kBoth;
  }
  return storage::Direction::kBoth;
}

/// What is solved so far, and what it costs.
struct Progress {
  std::vector<bool> nodes;
  std::vector<bool> relationships;
  double rows = 1;
  double cost = 0;
};

struct Step {
  enum class Kind : uint8_t { kNone, kLeaf, kExpand, kEndpoints };
  Kind kind = Kind::kNone;
  size_t index = 0;  ///< Of the node (kLeaf) or relationship.
  bool from_left = true;
  bool into = false;
  double rows = kInfinite;
};

/// A connected part of the pattern.
struct Part {
  std::vector<size_t> nodes;
  std::vector<size_t> relationships;
  bool bound = false;  ///< Touches something that the input has.
};

class MatchPlanner {
 public:
  MatchPlanner(PlanContext& context, const bound::Pattern& pattern)
      : context_(context), pattern_(pattern) {}

  Result<PlanPtr> Plan(PlanPtr input, const std::vector<bound::ExpressionPtr>& conjuncts) {
    Prepare(*input, conjuncts);
    for (const Conjunct& conjunct : conjuncts_) {
      if (conjunct.expression != nullptr) {
        KITH_RETURN_IF_ERROR(PlanSubqueriesOf(context_, *conjunct.expression));
      }
    }
    ApplyReady(&input);
    std::vector<Part> parts = FindParts();
    for (const Part& part : parts) {
      if (part.bound) KITH_RETURN_IF_ERROR(Grow(part, &input));
    }
    for (const Part& part : parts) {
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
  // ---- Preparation

  void Prepare(const PlanNode& input, const std::vector<bound::ExpressionPtr>& conjuncts) {
    progress_.nodes.assign(pattern_.nodes.size(), false);
    progress_.relationships.assign(pattern_.relationships.size(), false);
    progress_.rows = input.rows;
    path_built_.assign(pattern_.paths.size(), false);
    shortest_.assign(pattern_.relationships.size(), nullptr);
    for (const bound::PathPattern& path : pattern_.paths) {
      if (path.selector == bound::PathSelector::kNone) continue;
      for (uint32_t relationship : path.relationships) shortest_[relationship] = &path;
    }
    labels_.resize(pattern_.nodes.size());
    types_.resize(pattern_.relationships.size());
    for (const bound::ExpressionPtr& conjunct : conjuncts) AddConjunct(*conjunct);
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) PrepareNode(i);
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) PrepareRelationship(i);
    node_selectivity_.assign(pattern_.nodes.size(), 1);
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) {
      for (const Conjunct& conjunct : conjuncts_) {
        if (Contains(conjunct.needs, pattern_.nodes[i].slot) && NeedsOnlyNode(conjunct, i)) {
          node_selectivity_[i] *= conjunct.selectivity;
        }
      }
    }
  }

  bool NeedsOnlyNode(const Conjunct& conjunct, size_t node) const {
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) {
      if (i != node && Contains(conjunct.needs, pattern_.nodes[i].slot)) return false;
    }
    return std::none_of(pattern_.relationships.begin(), pattern_.relationships.end(),
                        [&conjunct](const bound::RelationshipPattern& relationship) {
                          return Contains(conjunct.needs, relationship.slot);
                        });
  }

  void AddConjunct(const Expression& expression) {
    Conjunct conjunct;
    conjunct.expression = &expression;
    conjunct.needs = SlotsOf(expression);
    conjunct.selectivity = SelectivityOf(expression);
    conjuncts_.push_back(std::move(conjunct));
  }

  void AddTests(SlotId slot, const bound::PropertyMap& properties) {
    for (const auto& [key, value] : properties.entries) {
      Conjunct conjunct;
      conjunct.test = PropertyTest{slot, key, value.get()};
      conjunct.needs = SlotsOf(*value);
      Insert(&conjunct.needs, slot);
      conjunct.selectivity = 0.1;
      conjuncts_.push_back(std::move(conjunct));
    }
  }

  void PrepareNode(size_t i) {
    const bound::NodePattern& node = pattern_.nodes[i];
    if (node.bound) progress_.nodes[i] = true;
    AddTests(node.slot, node.properties);
    if (node.labels == nullptr) return;
    std::vector<std::string> names;
    if (!AsConjunctionOfNames(*node.labels, &names)) {
      AddLabelTest(node.slot, CopyLabels(*node.labels), kSomeLabels);
      return;
    }
    for (const std::string& name : names) {
      auto labels = std::make_unique<bound::LabelExpression>();
      labels->name = name;
      labels->range = node.labels->range;
      AddLabelTest(node.slot, std::move(labels), LabelSelectivity(context_, name));
    }
    labels_[i] = std::move(names);
  }

  void PrepareRelationship(size_t i) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    if (!relationship.length.has_value()) AddTests(relationship.slot, relationship.properties);
    if (relationship.types == nullptr) return;
    if (AsDisjunctionOfNames(*relationship.types, &types_[i])) return;
    types_[i].clear();
    if (!relationship.length.has_value()) {
      AddLabelTest(relationship.slot, CopyLabels(*relationship.types), kSomeLabels);
    }
  }

  void AddLabelTest(SlotId slot, bound::LabelExpressionPtr labels, double selectivity) {
    auto test = std::make_unique<bound::LabelTest>(labels->range);
    auto object = std::make_unique<bound::Slot>(labels->range);
    object->slot = slot;
    test->object = std::move(object);
    test->labels = std::move(labels);
    Conjunct conjunct;
    conjunct.expression = context_.Own(std::move(test));
    conjunct.needs = {slot};
    conjunct.selectivity = selectivity;
    conjuncts_.push_back(std::move(conjunct));
  }

  static bound::LabelExpressionPtr CopyLabels(const bound::LabelExpression& labels) {
    auto copy = std::make_unique<bound::LabelExpression>();
    copy->kind = labels.kind;
    copy->name = labels.name;
    copy->range = labels.range;
    for (const auto& operand : labels.operands) copy->operands.push_back(CopyLabels(*operand));
    return copy;
  }

  // ---- Parts

  std::vector<Part> FindParts() const {
    std::vector<size_t> leader(pattern_.nodes.size());
    for (size_t i = 0; i < leader.size(); ++i) leader[i] = i;
    const auto find = [&leader](size_t i) {
      while (leader[i] != i) i = leader[i] = leader[leader[i]];
      return i;
    };
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) {
      if (shortest_[i] != nullptr) continue;
      leader[find(pattern_.relationships[i].left)] = find(pattern_.relationships[i].right);
    }
    std::vector<Part> parts;
    std::vector<size_t> part_of(leader.size(), SIZE_MAX);
    for (size_t i = 0; i < leader.size(); ++i) {
      size_t& part = part_of[find(i)];
      if (part == SIZE_MAX) {
        part = parts.size();
        parts.emplace_back();
      }
      parts[part].nodes.push_back(i);
      parts[part].bound = parts[part].bound || pattern_.nodes[i].bound;
    }
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) {
      if (shortest_[i] != nullptr) continue;
      Part& part = parts[part_of[find(pattern_.relationships[i].left)]];
      part.relationships.push_back(i);
      part.bound = part.bound || pattern_.relationships[i].bound;
    }
    return parts;
  }

  /// A part that shares nothing with what is planned.
  Status AddFreePart(const Part& part, PlanPtr* plan) {
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
  void SeparateRelationships(const std::vector<bool>& before, const Part& part, PlanPtr* plan) {
    std::vector<std::pair<SlotId, SlotId>> pairs;
    for (size_t a = 0; a < before.size(); ++a) {
      if (!before[a] || shortest_[a] != nullptr) continue;
      for (size_t b : part.relationships) {
        if (MayBeSame(a, b)) {
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
    for (const Conjunct& conjunct : conjuncts_) {
      if (conjunct.used) continue;
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
    return BestLeaf(context_, {pattern_.nodes[node].slot, labels_[node], &available}, conjuncts_);
  }

  /// The node from which the whole part costs least.
  Result<size_t> BestStart(const Part& part, const PlanNode& input) const {
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
      Progress progress = progress_;
      progress.nodes[node] = true;
      progress.rows = std::max(rows * node_selectivity_[node], 0.01);
      progress.cost = rows;
      for (Step step = NextStep(part, progress); step.kind != Step::Kind::kNone;
           step = NextStep(part, progress)) {
        Advance(step, &progress);
      }
      if (progress.cost < best_cost) {
        best_cost = progress.cost;
        best = node;
      }
    }
    return best;
  }

  void PlaceLeaf(size_t node, const Leaf& leaf, PlanPtr* plan) {
    const LeafRequest request{pattern_.nodes[node].slot, labels_[node], nullptr};
    *plan = MakeLeaf(context_, std::move(*plan), request, leaf, &conjuncts_);
    progress_.nodes[node] = true;
    BuildPaths(plan);
    ApplyReady(plan);
    progress_.rows = (*plan)->rows;
  }

  // ---- Growing

  Status Grow(const Part& part, PlanPtr* plan) {
    for (;;) {
      Step step = NextStep(part, progress_);
      KITH_RETURN_IF_ERROR(ConsiderAnchor(part, **plan, &step));
      if (step.kind == Step::Kind::kNone) return Status::Ok();
      if (step.kind == Step::Kind::kLeaf) {
        KITH_ASSIGN_OR_RETURN(const Leaf leaf, LeafOf(step.index, (*plan)->provides));
        PlaceLeaf(step.index, leaf, plan);
        continue;
      }
      KITH_RETURN_IF_ERROR(TakeStep(step, plan));
      Advance(step, &progress_);
      (*plan)->rows = progress_.rows;
      BuildPaths(plan);
      ApplyReady(plan);
    }
  }

  Step NextStep(const Part& part, const Progress& progress) const {
    Step best;
    for (size_t i : part.relationships) {
      if (progress.relationships[i]) continue;
      const Step step = StepOver(i, progress);
      if (step.kind != Step::Kind::kNone && step.rows < best.rows) best = step;
    }
    return best;
  }

  Step StepOver(size_t i, const Progress& progress) const {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    const bool left = progress.nodes[relationship.left];
    const bool right = progress.nodes[relationship.right];
    if (relationship.bound) return {Step::Kind::kEndpoints, i, true, false, progress.rows};
    if (!left && !right) return {};
    Step step{Step::Kind::kExpand, i, left, left && right, 0};
    const size_t from = left ? relationship.left : relationship.right;
    const size_t to = left ? relationship.right : relationship.left;
    const std::optional<std::string> label = CheapestLabel(from);
    double degree = DegreeOf(context_, types_[i], StorageDirection(relationship.direction), label);
    if (relationship.length.has_value()) degree = WalkDegree(*relationship.length, degree);
    step.rows = progress.rows * degree;
    if (step.into) {
      step.rows /= std::max(1.0, NodesOf(context_, CheapestLabel(to)));
    } else {
      step.rows *= std::max(node_selectivity_[to], 1e-6);
    }
    return step;
  }

  static double WalkDegree(const bound::PathLength& length, double degree) {
    const uint64_t steps =
        std::min(length.maximum.value_or(length.minimum + kUnboundedSteps), uint64_t{8});
    double all = length.minimum == 0 ? 1 : 0;
    double power = 1;
    for (uint64_t k = 1; k <= steps; ++k) {
      power *= degree;
      if (k >= length.minimum) all += power;
    }
    return all;
  }

  std::optional<std::string> CheapestLabel(size_t node) const {
    std::optional<std::string> best;
    double fewest = kInfinite;
    for (const std::string& label : labels_[node]) {
      const double rows = NodesOf(context_, label);
      if (rows >= fewest) continue;
      fewest = rows;
      best = label;
    }
    return best;
  }

  void Advance(const Step& step, Progress* progress) const {
    const bound::RelationshipPattern& relationship = pattern_.relationships[step.index];
    progress->relationships[step.index] = true;
    progress->nodes[relationship.left] = true;
    progress->nodes[relationship.right] = true;
    progress->rows = std::max(step.rows, 0.01);
    progress->cost += progress->rows;
  }

  /// SeekSecondAnchor: rather than expand far, seek another node that an index finds at once.
  Status ConsiderAnchor(const Part& part, const PlanNode& plan, Step* step) const {
    if (step->kind != Step::Kind::kExpand || step->into ||
        step->rows <= kSecondAnchorRows * std::max(1.0, progress_.rows)) {
      return Status::Ok();
    }
    for (size_t node : part.nodes) {
      if (progress_.nodes[node] || labels_[node].empty() || context_.indexes == nullptr) continue;
      KITH_ASSIGN_OR_RETURN(const Leaf leaf, LeafOf(node, plan.provides));
      if (leaf.kind == LeafKind::kScan || leaf.rows > kSecondAnchorRows) continue;
      *step = {Step::Kind::kLeaf, node, true, false, progress_.rows * leaf.rows};
      return Status::Ok();
    }
    return Status::Ok();
  }

  bool MayBeSame(size_t a, size_t b) const {
    if (types_[a].empty() || types_[b].empty()) return true;
    return std::any_of(types_[a].begin(), types_[a].end(), [this, b](const std::string& type) {
      return std::find(types_[b].begin(), types_[b].end(), type) != types_[b].end();
    });
  }

  SlotSet DistinctFrom(size_t relationship, const PlanNode& plan) const {
    SlotSet slots;
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) {
      const SlotId slot = pattern_.relationships[i].slot;
      if (i == relationship || shortest_[i] != nullptr || !Contains(plan.provides, slot)) continue;
      if (MayBeSame(relationship, i)) Insert(&slots, slot);
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
      expand->types = types_[step.index];
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
    expand->types = types_[step.index];
    expand->into = step.into;
    expand->distinct_from = std::move(distinct_from);
    Insert(&expand->provides, relationship.slot);
    Insert(&expand->provides, expand->to);
    *plan = std::move(expand);
    return Status::Ok();
  }

  Status CheckWalk(size_t i) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    if (relationship.types != nullptr && types_[i].empty()) {
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
    ends->types = types_[i];
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
    node->types = types_[i];
    node->direction = StorageDirection(relationship.direction);
    node->element_slot = ElementSlot(relationship);
    node->all = shortest_[i]->selector == bound::PathSelector::kAllShortest;
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
    for (Conjunct& conjunct : conjuncts_) {
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

  static constexpr double kSomeLabels = 0.5;

  PlanContext& context_;
  const bound::Pattern& pattern_;
  std::vector<Conjunct> conjuncts_;
  std::vector<std::vector<std::string>> labels_;  ///< Names that each node must have.
  std::vector<std::vector<std::string>> types_;   ///< Names of which each relationship has one.
  std::vector<const bound::PathPattern*> shortest_;
  std::vector<double> node_selectivity_;
  std::vector<bool> path_built_;
  Progress progress_;
};

}  // namespace

Result<PlanPtr> PlanMatch(PlanContext& context, PlanPtr input, const bound::Pattern& pattern,
                          const std::vector<bound::ExpressionPtr>& conjuncts) {
  return MatchPlanner(context, pattern).Plan(std::move(input), conjuncts);
}

}  // namespace kith::query::plan

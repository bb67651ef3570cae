// SPDX-License-Identifier: Apache-2.0
// Taking a pattern apart.
#include "query/plan/pattern_graph.h"

#include <algorithm>

#include "query/plan/cardinality.h"
#include "query/plan/effects.h"
#include "query/plan/expression_walk.h"

namespace kith::query::plan {

namespace {

/// Of a label expression that is no conjunction of names.
constexpr double kSomeLabels = 0.5;

bound::LabelExpressionPtr CopyLabels(const bound::LabelExpression& labels) {
  auto copy = std::make_unique<bound::LabelExpression>();
  copy->kind = labels.kind;
  copy->name = labels.name;
  copy->range = labels.range;
  for (const auto& operand : labels.operands) copy->operands.push_back(CopyLabels(*operand));
  return copy;
}

class GraphBuilder {
 public:
  GraphBuilder(PlanContext& context, const bound::Pattern& pattern, const SearchedEntity& searched)
      : context_(context), pattern_(pattern), searched_(searched) {
    graph_.pattern = &pattern;
    if (searched.found) graph_.found = searched.slot;
  }

  PatternGraph Build(const std::vector<bound::ExpressionPtr>& conjuncts) {
    graph_.shortest.assign(pattern_.relationships.size(), nullptr);
    for (const bound::PathPattern& path : pattern_.paths) {
      if (path.selector == bound::PathSelector::kNone) continue;
      for (uint32_t relationship : path.relationships) graph_.shortest[relationship] = &path;
    }
    graph_.labels.resize(pattern_.nodes.size());
    graph_.types.resize(pattern_.relationships.size());
    for (const bound::ExpressionPtr& conjunct : conjuncts) AddConjunct(*conjunct);
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) PrepareNode(i);
    for (size_t i = 0; i < pattern_.relationships.size(); ++i) PrepareRelationship(i);
    MeasureNodes();
    return std::move(graph_);
  }

 private:
  void MeasureNodes() {
    graph_.node_selectivity.assign(pattern_.nodes.size(), 1);
    for (size_t i = 0; i < pattern_.nodes.size(); ++i) {
      for (const Conjunct& conjunct : graph_.conjuncts) {
        if (Contains(conjunct.needs, pattern_.nodes[i].slot) && NeedsOnlyNode(conjunct, i)) {
          graph_.node_selectivity[i] *= conjunct.selectivity;
        }
      }
    }
  }

  /// No relationship touches the node, so that nothing but a test would miss a null.
  bool IsAlone(size_t node) const {
    return std::none_of(pattern_.relationships.begin(), pattern_.relationships.end(),
                        [node](const bound::RelationshipPattern& relationship) {
                          return relationship.left == node || relationship.right == node;
                        });
  }

  /// A variable that holds null matches no node.
  void AddNotNull(SlotId slot) {
    auto object = std::make_unique<bound::Slot>(SourceRange());
    object->slot = slot;
    auto test = std::make_unique<bound::Unary>(SourceRange());
    test->op = bound::UnaryOperator::kIsNotNull;
    test->operand = std::move(object);
    AddConjunct(*context_.Own(std::move(test)));
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
    AwaitMatch(expression, &conjunct);
    graph_.conjuncts.push_back(std::move(conjunct));
  }

  void AddTests(SlotId slot, const bound::PropertyMap& properties) {
    for (const auto& [key, value] : properties.entries) {
      Conjunct conjunct;
      conjunct.test = PropertyTest{slot, key, value.get()};
      conjunct.needs = SlotsOf(*value);
      Insert(&conjunct.needs, slot);
      conjunct.selectivity = 0.1;
      AwaitMatch(*value, &conjunct);
      graph_.conjuncts.push_back(std::move(conjunct));
    }
  }

  /// What is volatile is evaluated when the match is whole: earlier, one value would count for all
  /// the matches that come of a row.
  void AwaitMatch(const Expression& expression, Conjunct* conjunct) const {
    conjunct->is_volatile = IsVolatile(expression);
    if (!conjunct->is_volatile) return;
    for (const auto& node : pattern_.nodes) Insert(&conjunct->needs, node.slot);
    for (const auto& relationship : pattern_.relationships) {
      Insert(&conjunct->needs, relationship.slot);
    }
    for (const bound::PathPattern& path : pattern_.paths) {
      if (path.slot != kNoSlot) Insert(&conjunct->needs, path.slot);
    }
  }

  void PrepareNode(size_t i) {
    const bound::NodePattern& node = pattern_.nodes[i];
    if (node.bound && IsAlone(i)) AddNotNull(node.slot);
    AddTests(node.slot, node.properties);
    std::vector<std::string> names;
    if (node.labels != nullptr && !AsConjunctionOfNames(*node.labels, &names)) {
      AddLabelTest(node.slot, CopyLabels(*node.labels), kSomeLabels);
      names.clear();
    }
    const bool searched = node.slot == searched_.slot;
    if (searched && std::find(names.begin(), names.end(), searched_.label) == names.end()) {
      names.push_back(searched_.label);
    }
    for (const std::string& name : names) {
      // Without this label it is not in the index, and whatever says so is not asked.
      if (searched && name == searched_.label) continue;
      auto labels = std::make_unique<bound::LabelExpression>();
      labels->name = name;
      labels->range = node.labels != nullptr ? node.labels->range : node.range;
      AddLabelTest(node.slot, std::move(labels), LabelSelectivity(context_, name));
    }
    graph_.labels[i] = std::move(names);
  }

  void PrepareRelationship(size_t i) {
    const bound::RelationshipPattern& relationship = pattern_.relationships[i];
    if (!relationship.length.has_value()) AddTests(relationship.slot, relationship.properties);
    if (relationship.types != nullptr &&
        !AsDisjunctionOfNames(*relationship.types, &graph_.types[i])) {
      graph_.types[i].clear();
      if (!relationship.length.has_value()) {
        AddLabelTest(relationship.slot, CopyLabels(*relationship.types), kSomeLabels);
      }
    }
    if (relationship.slot == searched_.slot) graph_.types[i] = {searched_.label};
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
    graph_.conjuncts.push_back(std::move(conjunct));
  }

  PlanContext& context_;
  const bound::Pattern& pattern_;
  const SearchedEntity& searched_;
  PatternGraph graph_;
};

}  // namespace

bool PatternGraph::MayBeSame(size_t a, size_t b) const {
  if (types[a].empty() || types[b].empty()) return true;
  return std::any_of(types[a].begin(), types[a].end(), [this, b](const std::string& type) {
    return std::find(types[b].begin(), types[b].end(), type) != types[b].end();
  });
}

std::vector<PatternPart> PatternGraph::Parts() const {
  std::vector<size_t> leader(pattern->nodes.size());
  for (size_t i = 0; i < leader.size(); ++i) leader[i] = i;
  const auto find = [&leader](size_t i) {
    while (leader[i] != i) i = leader[i] = leader[leader[i]];
    return i;
  };
  for (size_t i = 0; i < pattern->relationships.size(); ++i) {
    if (shortest[i] != nullptr) continue;
    leader[find(pattern->relationships[i].left)] = find(pattern->relationships[i].right);
  }
  std::vector<PatternPart> parts;
  std::vector<size_t> part_of(leader.size(), SIZE_MAX);
  for (size_t i = 0; i < leader.size(); ++i) {
    size_t& part = part_of[find(i)];
    if (part == SIZE_MAX) {
      part = parts.size();
      parts.emplace_back();
    }
    parts[part].nodes.push_back(i);
    parts[part].bound = parts[part].bound || NodeIsKnown(i);
  }
  for (size_t i = 0; i < pattern->relationships.size(); ++i) {
    if (shortest[i] != nullptr) continue;
    PatternPart& part = parts[part_of[find(pattern->relationships[i].left)]];
    part.relationships.push_back(i);
    part.bound = part.bound || RelationshipIsKnown(i);
  }
  return parts;
}

PatternGraph MakePatternGraph(PlanContext& context, const bound::Pattern& pattern,
                              const std::vector<bound::ExpressionPtr>& conjuncts,
                              const SearchedEntity& searched) {
  return GraphBuilder(context, pattern, searched).Build(conjuncts);
}

}  // namespace kith::query::plan

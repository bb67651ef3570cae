// SPDX-License-Identifier: Apache-2.0
// Warnings: what is allowed and rarely meant.
#include <numeric>

#include "query/bind/statement_binder.h"
#include "query/parse/ast_children.h"

namespace kith::query {
namespace {

/// Sets of nodes that something connects: union-find with path halving.
class Components {
 public:
  explicit Components(size_t nodes) : parent_(nodes) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  uint32_t Find(uint32_t node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }
  void Join(uint32_t a, uint32_t b) { parent_[Find(a)] = Find(b); }

 private:
  std::vector<uint32_t> parent_;
};

/// Appends the names of the variables in `expression`; false when something in it is not looked
/// into.
bool AppendNames(const ast::Expression& expression, std::vector<std::string>* names) {
  std::vector<const ast::Expression*> open{&expression};
  while (!open.empty()) {
    const ast::Expression* at = open.back();
    open.pop_back();
    switch (at->kind) {
      case ast::ExpressionKind::kVariable:
        names->push_back(ast::As<ast::Variable>(*at).name);
        break;
      case ast::ExpressionKind::kSubquery:
      case ast::ExpressionKind::kPatternComprehension:
      case ast::ExpressionKind::kPatternPredicate:
      case ast::ExpressionKind::kShortestPath: return false;
      default: ast::AppendChildren(*at, &open);
    }
  }
  return true;
}

/// The operands of a top-level AND, or the whole.
std::vector<const ast::Expression*> Conditions(const ast::Expression* where) {
  std::vector<const ast::Expression*> conditions;
  if (where == nullptr) return conditions;
  const bool split = where->kind == ast::ExpressionKind::kLogical &&
                     ast::As<ast::Logical>(*where).op == ast::LogicalOperator::kAnd;
  if (split) {
    ast::AppendChildren(*where, &conditions);
  } else {
    conditions.push_back(where);
  }
  return conditions;
}

}  // namespace

/// MATCH (a), (b) gives every pair. Whatever speaks of both sides counts as a connection.
void StatementBinder::WarnOfProduct(const ast::Match& match, const PatternState& state) {
  const bound::Pattern& pattern = *state.pattern;
  Components components(pattern.nodes.size());
  for (const bound::RelationshipPattern& relationship : pattern.relationships) {
    components.Join(relationship.left, relationship.right);
  }
  std::unordered_map<std::string, uint32_t> node_of;
  for (const auto& [slot, index] : state.node_indexes) {
    if (!statement_->slots[slot].name.empty()) node_of.emplace(statement_->slots[slot].name, index);
  }
  for (const bound::RelationshipPattern& relationship : pattern.relationships) {
    const std::string& name = statement_->slots[relationship.slot].name;
    if (!name.empty()) node_of.emplace(name, relationship.left);
  }
  // Joins what one condition speaks of, beginning with `start` when that is a node.
  constexpr uint32_t kNoNode = UINT32_MAX;
  const auto connect = [&](const ast::Expression& expression, uint32_t start) {
    std::vector<std::string> names;
    if (!AppendNames(expression, &names)) return false;
    for (const std::string& name : names) {
      const auto found = node_of.find(name);
      if (found == node_of.end()) continue;
      if (start != kNoNode) components.Join(start, found->second);
      start = found->second;
    }
    return true;
  };
  std::vector<const ast::Expression*> conditions = Conditions(match.where.get());
  if (match.search) {
    const auto inside = Conditions(match.search->where.get());
    conditions.insert(conditions.end(), inside.begin(), inside.end());
  }
  for (const ast::Expression* condition : conditions) {
    if (!connect(*condition, kNoNode)) return;
  }
  for (size_t p = 0; p < match.patterns.size(); ++p) {
    for (size_t n = 0; n < match.patterns[p].nodes.size(); ++n) {
      const ast::NodePattern& node = match.patterns[p].nodes[n];
      const uint32_t index = pattern.paths[p].nodes[n];
      if (node.properties && !connect(*node.properties, index)) return;
      if (node.where && !connect(*node.where, index)) return;
    }
  }
  const uint32_t first = components.Find(0);
  for (uint32_t i = 1; i < pattern.nodes.size(); ++i) {
    if (components.Find(i) == first || pattern.nodes[i].bound || pattern.nodes[0].bound) continue;
    statement_->warnings.push_back(
        {"this MATCH has parts that nothing connects, so it gives every combination of their "
         "matches; "
         "connect them with a relationship or a condition if that is not meant",
         pattern.nodes[i].range});
    return;
  }
}

}  // namespace kith::query

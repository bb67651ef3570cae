// SPDX-License-Identifier: Apache-2.0
// Patterns of MATCH, CREATE and MERGE become graphs of slots. First every element of a clause is
// declared, in the order of the text; then properties and predicates are bound, so that in MATCH
// they may speak of each other.
#include <fmt/format.h>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {
namespace {

Status TypeConflict(const std::string& name, SourceRange range, TypeSet wanted, TypeSet actual) {
  return SyntaxError("VariableTypeConflict", range,
                     fmt::format("'{}' is used as {} here, but it is {}", name, wanted.ToString(),
                                 actual.ToString()));
}

Status AlreadyBound(const std::string& name, SourceRange range, std::string_view why) {
  return SyntaxError("VariableAlreadyBound", range,
                     fmt::format("the variable '{}' is defined already; {}", name, why));
}

bound::LabelExpressionPtr JoinLabels(bound::LabelExpressionPtr a, bound::LabelExpressionPtr b) {
  if (!a) return b;
  auto both = std::make_unique<bound::LabelExpression>();
  both->kind = bound::LabelKind::kAnd;
  both->range = b->range;
  both->operands.push_back(std::move(a));
  both->operands.push_back(std::move(b));
  return both;
}

bool IsPlainLabels(const ast::LabelExpression& labels) {
  if (labels.kind == ast::LabelKind::kName) return true;
  if (labels.kind != ast::LabelKind::kAnd) return false;
  for (const auto& operand : labels.operands) {
    if (operand->kind != ast::LabelKind::kName) return false;
  }
  return true;
}

}  // namespace

Status StatementBinder::BindPatterns(const std::vector<ast::PathPattern>& patterns,
                                     PatternState* state) {
  if (state->mode != PatternMode::kMatch) {
    for (const ast::PathPattern& path : patterns) KITH_RETURN_IF_ERROR(BindPath(path, state));
    return Status::Ok();
  }
  for (const ast::PathPattern& path : patterns) KITH_RETURN_IF_ERROR(DeclarePath(path, state));
  for (size_t i = 0; i < patterns.size(); ++i) {
    KITH_RETURN_IF_ERROR(BindContents(patterns[i], i, state));
  }
  return Status::Ok();
}

/// CREATE and MERGE: declares one path and binds its properties, which see what was before the
/// path: also earlier paths of the clause.
Status StatementBinder::BindPath(const ast::PathPattern& path, PatternState* state) {
  Scope* own = NewScope(row_);
  state->declared = own;
  {
    const Restore<const Scope*> scope(&scope_, own);
    KITH_RETURN_IF_ERROR(DeclarePath(path, state));
  }
  KITH_RETURN_IF_ERROR(BindContents(path, state->pattern->paths.size() - 1, state));
  row_->names.merge(own->names);
  return Status::Ok();
}

/// One path inside an expression.
Status StatementBinder::BindMatchPath(const ast::PathPattern& path, PatternState* state) {
  KITH_RETURN_IF_ERROR(DeclarePath(path, state));
  return BindContents(path, 0, state);
}

/// Labels, properties and predicates of the path at `index` of the pattern.
Status StatementBinder::BindContents(const ast::PathPattern& path, size_t index,
                                     PatternState* state) {
  for (size_t n = 0; n < path.nodes.size(); ++n) {
    const uint32_t node = state->pattern->paths[index].nodes[n];
    KITH_RETURN_IF_ERROR(BindNodeContents(path.nodes[n], node, state));
  }
  for (size_t r = 0; r < path.relationships.size(); ++r) {
    const uint32_t relationship = state->pattern->paths[index].relationships[r];
    KITH_RETURN_IF_ERROR(BindRelationshipContents(path.relationships[r], relationship, state));
  }
  return Status::Ok();
}

Status StatementBinder::DeclarePath(const ast::PathPattern& path, PatternState* state) {
  bound::PathPattern bound;
  bound.range = path.range;
  bound.selector = path.selector;
  state->single_node = path.relationships.empty();
  KITH_ASSIGN_OR_RETURN(uint32_t left, DeclareNode(path.nodes[0], state));
  bound.nodes.push_back(left);
  for (size_t i = 0; i < path.relationships.size(); ++i) {
    const ast::RelationshipPattern& relationship = path.relationships[i];
    // The relationship comes first in the text; the node behind it may not exist yet.
    const bool has_length = relationship.length || path.selector != ast::PathSelector::kNone;
    KITH_ASSIGN_OR_RETURN(const uint32_t index,
                          DeclareRelationship(relationship, left, left, has_length, state));
    KITH_ASSIGN_OR_RETURN(const uint32_t right, DeclareNode(path.nodes[i + 1], state));
    state->pattern->relationships[index].right = right;
    bound.relationships.push_back(index);
    bound.nodes.push_back(right);
    left = right;
  }
  KITH_RETURN_IF_ERROR(CheckSelector(path, state, bound));
  if (!path.variable.empty()) {
    KITH_ASSIGN_OR_RETURN(const bound::SlotId found,
                          Lookup(path.variable.text, path.variable.range));
    if (found != bound::kNoSlot) {
      return AlreadyBound(path.variable.text, path.variable.range, "a path needs a new name");
    }
    bound.slot = NewSlot(path.variable.text, {kPathType, kAnyType});
    state->declared->names.emplace(path.variable.text, bound.slot);
  }
  state->pattern->paths.push_back(std::move(bound));
  return Status::Ok();
}

Status StatementBinder::CheckSelector(const ast::PathPattern& path, PatternState* state,
                                      const bound::PathPattern& bound) {
  if (path.selector == ast::PathSelector::kNone) return Status::Ok();
  if (state->mode != PatternMode::kMatch) {
    return SyntaxError("UnexpectedSyntax", path.range,
                       "a shortest path can only be searched with MATCH, not created");
  }
  if (bound.relationships.size() != 1) {
    return SyntaxError(
        "UnexpectedSyntax", path.range,
        "a shortest path goes between two nodes over one relationship pattern, such as "
        "(a)-[:KNOWS*]->(b)");
  }
  bound::RelationshipPattern& relationship = state->pattern->relationships[bound.relationships[0]];
  if (!relationship.length) relationship.length = bound::PathLength{1, 1};
  if (relationship.length->minimum > 1) {
    return SyntaxError("UnexpectedSyntax", path.range,
                       "a shortest path may have no minimum length but 0 or 1");
  }
  return Status::Ok();
}

Result<uint32_t> StatementBinder::DeclareNode(const ast::NodePattern& node, PatternState* state) {
  if (state->mode != PatternMode::kCreate) KITH_RETURN_IF_ERROR(CountPlanned(node.range));
  if (!node.variable.empty()) {
    KITH_ASSIGN_OR_RETURN(const bound::SlotId slot,
                          Lookup(node.variable.text, node.variable.range));
    if (slot != bound::kNoSlot) return DeclareBoundNode(node, slot, state);
    if (!state->may_declare) return UndefinedVariable(node.variable.text, node.variable.range);
  }
  bound::NodePattern bound;
  bound.range = node.range;
  bound.slot = NewSlot(node.variable.text, {kNodeType, kAnyType});
  if (!node.variable.empty()) state->declared->names.emplace(node.variable.text, bound.slot);
  const auto index = static_cast<uint32_t>(state->pattern->nodes.size());
  state->node_indexes.emplace(bound.slot, index);
  state->pattern->nodes.push_back(std::move(bound));
  return index;
}

/// A node whose variable exists, from before or from this clause.
Result<uint32_t> StatementBinder::DeclareBoundNode(const ast::NodePattern& node, bound::SlotId slot,
                                                   PatternState* state) {
  const std::string& name = node.variable.text;
  if (!TypeOf(slot).MayBe(kNodeType)) {
    return TypeConflict(name, node.variable.range, kNodeType, TypeOf(slot).types);
  }
  if (state->mode != PatternMode::kMatch) {
    if (state->single_node)
      return AlreadyBound(name, node.variable.range, "it cannot be created again");
    if (node.labels || node.properties) {
      return AlreadyBound(name, node.variable.range,
                          "labels and properties can be given only where it is created; use SET");
    }
  }
  if (const auto known = state->node_indexes.find(slot); known != state->node_indexes.end()) {
    return known->second;
  }
  bound::NodePattern bound;
  bound.range = node.range;
  bound.slot = slot;
  bound.bound = true;
  const auto index = static_cast<uint32_t>(state->pattern->nodes.size());
  state->node_indexes.emplace(slot, index);
  state->pattern->nodes.push_back(std::move(bound));
  return index;
}

Result<uint32_t> StatementBinder::DeclareRelationship(const ast::RelationshipPattern& relationship,
                                                      uint32_t left, uint32_t right,
                                                      bool has_length, PatternState* state) {
  if (state->mode != PatternMode::kCreate) KITH_RETURN_IF_ERROR(CountPlanned(relationship.range));
  bound::RelationshipPattern bound;
  bound.range = relationship.range;
  bound.left = left;
  bound.right = right;
  switch (relationship.direction) {
    case ast::Direction::kOutgoing: bound.direction = bound::Direction::kOutgoing; break;
    case ast::Direction::kIncoming: bound.direction = bound::Direction::kIncoming; break;
    case ast::Direction::kBoth: bound.direction = bound::Direction::kBoth; break;
  }
  if (relationship.length) {
    bound.length =
        bound::PathLength{relationship.length->minimum.value_or(1), relationship.length->maximum};
  }
  KITH_RETURN_IF_ERROR(DeclareRelationshipVariable(relationship, has_length, state, &bound));
  if (state->mode != PatternMode::kMatch) {
    KITH_RETURN_IF_ERROR(CheckCreatedRelationship(relationship, state->mode));
  }
  state->pattern->relationships.push_back(std::move(bound));
  return static_cast<uint32_t>(state->pattern->relationships.size() - 1);
}

Status StatementBinder::DeclareRelationshipVariable(const ast::RelationshipPattern& relationship,
                                                    bool has_length, PatternState* state,
                                                    bound::RelationshipPattern* out) {
  const ast::Name& name = relationship.variable;
  const StaticType type =
      has_length ? StaticType::ListOf(kRelationshipType) : StaticType{kRelationshipType, kAnyType};
  if (!name.empty()) {
    KITH_ASSIGN_OR_RETURN(const bound::SlotId slot, Lookup(name.text, name.range));
    if (slot != bound::kNoSlot) {
      if (!TypeOf(slot).MayBe(type.types)) {
        return TypeConflict(name.text, name.range, type.types, TypeOf(slot).types);
      }
      if (state->mode != PatternMode::kMatch) {
        return AlreadyBound(name.text, name.range, "a relationship cannot be created again");
      }
      for (const bound::RelationshipPattern& other : state->pattern->relationships) {
        if (other.slot == slot) {
          return SyntaxError("RelationshipUniquenessViolation", name.range,
                             fmt::format("the relationship '{}' occurs twice in one pattern, but a "
                                         "pattern never matches a relationship twice",
                                         name.text));
        }
      }
      out->slot = slot;
      out->bound = true;
      return Status::Ok();
    }
    if (!state->may_declare) return UndefinedVariable(name.text, name.range);
  }
  out->slot = NewSlot(name.text, type);
  if (!name.empty()) state->declared->names.emplace(name.text, out->slot);
  return Status::Ok();
}

Status StatementBinder::CheckCreatedRelationship(const ast::RelationshipPattern& relationship,
                                                 PatternMode mode) const {
  if (relationship.length) {
    return SyntaxError("CreatingVarLength", relationship.length->range,
                       "a relationship of variable length can only be matched, not created");
  }
  if (!relationship.types || relationship.types->kind != ast::LabelKind::kName) {
    return SyntaxError("NoSingleRelationshipType", relationship.range,
                       "a relationship is created with exactly one type, such as -[:KNOWS]->");
  }
  if (mode == PatternMode::kCreate && relationship.direction == ast::Direction::kBoth) {
    return SyntaxError("RequiresDirectedRelationship", relationship.range,
                       "a relationship is created with a direction: -[:KNOWS]-> or <-[:KNOWS]-");
  }
  if (relationship.where) {
    return SyntaxError("UnexpectedSyntax", relationship.where->range,
                       "WHERE inside a pattern is for MATCH; here nothing is searched");
  }
  return Status::Ok();
}

Status StatementBinder::CheckCreatedLabels(const ast::NodePattern& node) const {
  if (node.labels && !IsPlainLabels(*node.labels)) {
    return SyntaxError("UnexpectedSyntax", node.labels->range,
                       "a node is created with a list of labels, such as :Person:Author");
  }
  if (node.where) {
    return SyntaxError("UnexpectedSyntax", node.where->range,
                       "WHERE inside a pattern is for MATCH; here nothing is searched");
  }
  return Status::Ok();
}

Status StatementBinder::BindNodeContents(const ast::NodePattern& node, uint32_t index,
                                         PatternState* state) {
  bound::NodePattern& bound = state->pattern->nodes[index];
  if (state->mode != PatternMode::kMatch) KITH_RETURN_IF_ERROR(CheckCreatedLabels(node));
  if (node.labels) bound.labels = JoinLabels(std::move(bound.labels), BindLabels(*node.labels));
  if (node.properties) {
    if (state->mode == PatternMode::kMatch) {
      KITH_RETURN_IF_ERROR(BindPropertyConjuncts(*node.properties, bound.slot, state));
    } else {
      KITH_RETURN_IF_ERROR(BindProperties(*node.properties, state->mode, &bound.properties));
    }
  }
  if (node.where) KITH_RETURN_IF_ERROR(BindConjuncts(*node.where, state->conjuncts));
  return Status::Ok();
}

Status StatementBinder::BindRelationshipContents(const ast::RelationshipPattern& relationship,
                                                 uint32_t index, PatternState* state) {
  bound::RelationshipPattern& bound = state->pattern->relationships[index];
  if (relationship.types) bound.types = BindLabels(*relationship.types);
  const bool plain_match = state->mode == PatternMode::kMatch && !bound.length;
  if (relationship.properties && plain_match) {
    KITH_RETURN_IF_ERROR(BindPropertyConjuncts(*relationship.properties, bound.slot, state));
  } else if (relationship.properties) {
    KITH_RETURN_IF_ERROR(BindProperties(*relationship.properties, state->mode, &bound.properties));
  }
  if (!relationship.where) return Status::Ok();
  if (plain_match) return BindConjuncts(*relationship.where, state->conjuncts);
  // Inside the brackets the variable means each relationship, not their list.
  Scope* local = NewScope(scope_, /*local=*/true);
  bound.element_slot =
      NewSlot(relationship.variable.text, {kRelationshipType, kAnyType}, /*local=*/true);
  if (!relationship.variable.empty()) {
    local->names.emplace(relationship.variable.text, bound.element_slot);
  }
  const Restore<const Scope*> scope(&scope_, local);
  KITH_ASSIGN_OR_RETURN(bound.element_predicate, BindPredicate(*relationship.where));
  return Status::Ok();
}

Status StatementBinder::BindProperties(const ast::Expression& properties, PatternMode mode,
                                       bound::PropertyMap* out) {
  if (properties.kind == ast::ExpressionKind::kParameter) {
    if (mode != PatternMode::kCreate) {
      return SyntaxError("InvalidParameterUse", properties.range,
                         "a parameter cannot stand for all properties in MATCH and MERGE; write "
                         "{key: $parameter.key}");
    }
    KITH_ASSIGN_OR_RETURN(out->map, BindExpression(properties));
    return Status::Ok();
  }
  for (const ast::MapEntry& entry : ast::As<ast::Map>(properties).entries) {
    KITH_ASSIGN_OR_RETURN(bound::ExpressionPtr value, BindExpression(*entry.value));
    out->entries.emplace_back(entry.key.text, std::move(value));
  }
  return Status::Ok();
}

/// {key: value} of a single node or relationship: Property(slot, key) = value.
Status StatementBinder::BindPropertyConjuncts(const ast::Expression& properties, bound::SlotId slot,
                                              PatternState* state) {
  bound::PropertyMap map;
  KITH_RETURN_IF_ERROR(BindProperties(properties, state->mode, &map));
  for (auto& [key, value] : map.entries) {
    const SourceRange range = value->range;
    auto property = Make<bound::Property>(range);
    property->object = MakeSlot(slot, range);
    property->key = key;
    auto equal = Make<bound::Comparison>(range);
    equal->type.types = kBooleanType;
    equal->operators.push_back(bound::ComparisonOperator::kEqual);
    equal->operands.push_back(std::move(property));
    equal->operands.push_back(std::move(value));
    state->conjuncts->push_back(std::move(equal));
  }
  return Status::Ok();
}

bound::LabelExpressionPtr StatementBinder::BindLabels(const ast::LabelExpression& labels) {
  auto bound = std::make_unique<bound::LabelExpression>();
  bound->kind = labels.kind;
  bound->name = labels.name;
  bound->range = labels.range;
  for (const auto& operand : labels.operands) bound->operands.push_back(BindLabels(*operand));
  return bound;
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Shows the shape of a parsed expression as nested calls, so that a test can state it in one line:
// 1 + 2 * 3 is +(1, *(2, 3)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/parse/ast.h"

namespace kith::query::test {

std::string Outline(const ast::Expression& expression);

inline std::string Join(std::string_view name, const std::vector<std::string>& parts) {
  std::string text(name);
  text += '(';
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += ", ";
    text += parts[i];
  }
  return text + ")";
}

inline std::string Outline(const ast::LabelExpression& labels) {
  if (labels.kind == ast::LabelKind::kName) return labels.name;
  if (labels.kind == ast::LabelKind::kAny) return "%";
  std::vector<std::string> parts;
  for (const auto& operand : labels.operands) parts.push_back(Outline(*operand));
  constexpr std::string_view kNames[] = {"", "&", "|", "!"};
  return Join(kNames[static_cast<size_t>(labels.kind)], parts);
}

inline std::string Outline(const ast::PathPattern& path) {
  std::string text = path.variable.text + "<";
  for (size_t i = 0; i < path.nodes.size(); ++i) {
    if (i > 0) {
      const ast::RelationshipPattern& r = path.relationships[i - 1];
      text += r.direction == ast::Direction::kIncoming ? "<-" : "-";
      text += r.variable.text;
      if (r.types) text += ":" + Outline(*r.types);
      if (r.length) {
        text += "*" + (r.length->minimum ? std::to_string(*r.length->minimum) : "") + ".." +
                (r.length->maximum ? std::to_string(*r.length->maximum) : "");
      }
      if (r.properties) text += Outline(*r.properties);
      text += r.direction == ast::Direction::kOutgoing ? "->" : "-";
    }
    const ast::NodePattern& n = path.nodes[i];
    text += "(" + n.variable.text + (n.labels ? ":" + Outline(*n.labels) : "") +
            (n.properties ? Outline(*n.properties) : "") +
            (n.where ? " WHERE " + Outline(*n.where) : "") + ")";
  }
  return text + ">";
}

inline std::string Outline(const ast::ExpressionPtr& expression) {
  return expression ? Outline(*expression) : "-";
}

inline std::string OutlineOperators(const ast::Expression& expression) {
  using Kind = ast::ExpressionKind;
  if (expression.kind == Kind::kUnary) {
    const auto& node = ast::As<ast::Unary>(expression);
    constexpr std::string_view kNames[] = {"not", "+", "-", "isnull", "isnotnull"};
    return Join(kNames[static_cast<size_t>(node.op)], {Outline(node.operand)});
  }
  if (expression.kind == Kind::kBinary) {
    const auto& node = ast::As<ast::Binary>(expression);
    constexpr std::string_view kNames[] = {"+",  "-",  "*",      "/",    "%",        "^",
                                           "||", "in", "starts", "ends", "contains", "=~"};
    return Join(kNames[static_cast<size_t>(node.op)], {Outline(node.left), Outline(node.right)});
  }
  std::vector<std::string> parts;
  if (expression.kind == Kind::kLogical) {
    const auto& node = ast::As<ast::Logical>(expression);
    for (const auto& operand : node.operands) parts.push_back(Outline(operand));
    constexpr std::string_view kNames[] = {"and", "or", "xor"};
    return Join(kNames[static_cast<size_t>(node.op)], parts);
  }
  const auto& node = ast::As<ast::Comparison>(expression);
  constexpr std::string_view kNames[] = {"=", "<>", "<", "<=", ">", ">="};
  std::string name;
  for (const auto op : node.operators) name += kNames[static_cast<size_t>(op)];
  for (const auto& operand : node.operands) parts.push_back(Outline(operand));
  return Join(name, parts);
}

inline std::string OutlineCollections(const ast::Expression& expression) {
  using Kind = ast::ExpressionKind;
  std::vector<std::string> parts;
  if (expression.kind == Kind::kList) {
    for (const auto& e : ast::As<ast::List>(expression).elements) parts.push_back(Outline(e));
    return Join("list", parts);
  }
  if (expression.kind == Kind::kMap) {
    for (const auto& e : ast::As<ast::Map>(expression).entries) {
      parts.push_back(e.key.text + ":" + Outline(e.value));
    }
    return Join("map", parts);
  }
  const auto& node = ast::As<ast::MapProjection>(expression);
  parts.push_back(Outline(node.object));
  for (const auto& item : node.items) {
    switch (item.kind) {
      case ast::MapProjectionItemKind::kEntry:
        parts.push_back(item.key.text + ":" + Outline(item.value));
        break;
      case ast::MapProjectionItemKind::kProperty: parts.push_back("." + item.key.text); break;
      case ast::MapProjectionItemKind::kVariable: parts.push_back(item.key.text); break;
      case ast::MapProjectionItemKind::kAllEntries: parts.push_back(".*"); break;
    }
  }
  return Join("project", parts);
}

inline std::string OutlineScoped(const ast::Expression& expression) {
  using Kind = ast::ExpressionKind;
  if (expression.kind == Kind::kListComprehension) {
    const auto& node = ast::As<ast::ListComprehension>(expression);
    return Join("comprehension", {node.variable.text, Outline(node.list), Outline(node.predicate),
                                  Outline(node.projection)});
  }
  if (expression.kind == Kind::kQuantifier) {
    const auto& node = ast::As<ast::Quantifier>(expression);
    constexpr std::string_view kNames[] = {"all", "any", "none", "single"};
    return Join(kNames[static_cast<size_t>(node.quantifier)],
                {node.variable.text, Outline(node.list), Outline(node.predicate)});
  }
  const auto& node = ast::As<ast::Reduce>(expression);
  return Join("reduce", {node.accumulator.text, Outline(node.initial), node.variable.text,
                         Outline(node.list), Outline(node.step)});
}

inline std::string OutlineCase(const ast::Case& node) {
  std::vector<std::string> parts{Outline(node.operand)};
  for (const ast::CaseBranch& branch : node.branches) {
    std::vector<std::string> when;
    for (const auto& value : branch.when) when.push_back(Outline(value));
    parts.push_back(Join("when", when) + "->" + Outline(branch.then));
  }
  parts.push_back(Outline(node.otherwise));
  return Join("case", parts);
}

inline std::string Outline(const ast::Expression& expression) {
  using Kind = ast::ExpressionKind;
  switch (expression.kind) {
    case Kind::kLiteral: return ast::As<ast::Literal>(expression).value.ToString();
    case Kind::kParameter: return "$" + ast::As<ast::Parameter>(expression).name;
    case Kind::kVariable: return ast::As<ast::Variable>(expression).name;
    case Kind::kProperty:
      return Outline(ast::As<ast::Property>(expression).object) + "." +
             ast::As<ast::Property>(expression).key.text;
    case Kind::kSubscript:
      return Join("at", {Outline(ast::As<ast::Subscript>(expression).object),
                         Outline(ast::As<ast::Subscript>(expression).index)});
    case Kind::kSlice:
      return Join("slice", {Outline(ast::As<ast::Slice>(expression).list),
                            Outline(ast::As<ast::Slice>(expression).from),
                            Outline(ast::As<ast::Slice>(expression).to)});
    case Kind::kUnary:
    case Kind::kBinary:
    case Kind::kLogical:
    case Kind::kComparison: return OutlineOperators(expression);
    case Kind::kLabelTest:
      return Join("labels", {Outline(ast::As<ast::LabelTest>(expression).object),
                             Outline(*ast::As<ast::LabelTest>(expression).labels)});
    case Kind::kFunctionCall: {
      const auto& node = ast::As<ast::FunctionCall>(expression);
      std::vector<std::string> parts;
      if (node.distinct) parts.push_back("DISTINCT");
      for (const auto& argument : node.arguments) parts.push_back(Outline(argument));
      return Join(node.name.text, parts);
    }
    case Kind::kCountStar: return "count(*)";
    case Kind::kCase: return OutlineCase(ast::As<ast::Case>(expression));
    case Kind::kList:
    case Kind::kMap:
    case Kind::kMapProjection: return OutlineCollections(expression);
    case Kind::kListComprehension:
    case Kind::kQuantifier:
    case Kind::kReduce: return OutlineScoped(expression);
    case Kind::kPatternComprehension: {
      const auto& node = ast::As<ast::PatternComprehension>(expression);
      return Join("matches",
                  {Outline(node.pattern), Outline(node.predicate), Outline(node.projection)});
    }
    case Kind::kPatternPredicate:
      return Outline(ast::As<ast::PatternPredicate>(expression).pattern);
    case Kind::kShortestPath:
      return Join("shortest", {Outline(ast::As<ast::ShortestPath>(expression).pattern)});
    case Kind::kSubquery: return "subquery";
  }
  return "?";
}

}  // namespace kith::query::test

// SPDX-License-Identifier: Apache-2.0
// See ast_children.h.
#include "query/parse/ast_children.h"

#include "query/parse/ast.h"

namespace kith::query::ast {
namespace {

class Appender {
 public:
  explicit Appender(std::vector<const Expression*>* out) : out_(out) {}

  void Add(const ExpressionPtr& child) {
    if (child) out_->push_back(child.get());
  }
  void Add(const std::vector<ExpressionPtr>& children) {
    for (const ExpressionPtr& child : children) Add(child);
  }

  void AddCase(const Case& node) {
    Add(node.operand);
    for (const CaseBranch& branch : node.branches) {
      Add(branch.when);
      Add(branch.then);
    }
    Add(node.otherwise);
  }

  void AddMaps(const Expression& expression) {
    if (expression.kind == ExpressionKind::kMap) {
      for (const MapEntry& entry : As<Map>(expression).entries) Add(entry.value);
      return;
    }
    const auto& projection = As<MapProjection>(expression);
    Add(projection.object);
    for (const MapProjectionItem& item : projection.items) Add(item.value);
  }

  void AddLocal(const Expression& expression) {
    if (expression.kind == ExpressionKind::kListComprehension) {
      const auto& node = As<ListComprehension>(expression);
      Add(node.list);
      Add(node.predicate);
      Add(node.projection);
    } else if (expression.kind == ExpressionKind::kQuantifier) {
      const auto& node = As<Quantifier>(expression);
      Add(node.list);
      Add(node.predicate);
    } else {
      const auto& node = As<Reduce>(expression);
      Add(node.initial);
      Add(node.list);
      Add(node.step);
    }
  }

 private:
  std::vector<const Expression*>* out_;
};

}  // namespace

void AppendChildren(const Expression& expression, std::vector<const Expression*>* children) {
  Appender out(children);
  switch (expression.kind) {
    case ExpressionKind::kProperty: out.Add(As<Property>(expression).object); break;
    case ExpressionKind::kSubscript:
      out.Add(As<Subscript>(expression).object);
      out.Add(As<Subscript>(expression).index);
      break;
    case ExpressionKind::kSlice:
      out.Add(As<Slice>(expression).list);
      out.Add(As<Slice>(expression).from);
      out.Add(As<Slice>(expression).to);
      break;
    case ExpressionKind::kUnary: out.Add(As<Unary>(expression).operand); break;
    case ExpressionKind::kBinary:
      out.Add(As<Binary>(expression).left);
      out.Add(As<Binary>(expression).right);
      break;
    case ExpressionKind::kLogical: out.Add(As<Logical>(expression).operands); break;
    case ExpressionKind::kComparison: out.Add(As<Comparison>(expression).operands); break;
    case ExpressionKind::kLabelTest: out.Add(As<LabelTest>(expression).object); break;
    case ExpressionKind::kFunctionCall: out.Add(As<FunctionCall>(expression).arguments); break;
    case ExpressionKind::kCase: out.AddCase(As<Case>(expression)); break;
    case ExpressionKind::kList: out.Add(As<List>(expression).elements); break;
    case ExpressionKind::kMap:
    case ExpressionKind::kMapProjection: out.AddMaps(expression); break;
    case ExpressionKind::kListComprehension:
    case ExpressionKind::kQuantifier:
    case ExpressionKind::kReduce: out.AddLocal(expression); break;
    case ExpressionKind::kLiteral:
    case ExpressionKind::kParameter:
    case ExpressionKind::kVariable:
    case ExpressionKind::kCountStar:
    case ExpressionKind::kPatternComprehension:
    case ExpressionKind::kPatternPredicate:
    case ExpressionKind::kShortestPath:
    case ExpressionKind::kSubquery: break;
  }
}

}  // namespace kith::query::ast

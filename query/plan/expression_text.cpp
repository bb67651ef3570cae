// SPDX-License-Identifier: Apache-2.0
// Expressions as EXPLAIN shows them: close to what the user wrote, with planner-made parts too.
#include <algorithm>
#include <cctype>

#include "query/function/registry.h"
#include "query/plan/expression_walk.h"

namespace kith::query::plan {

namespace {

using bound::ExpressionKind;

/// Longer texts are cut: a plan is read line by line.
constexpr size_t kMaxText = 120;

std::string LabelsText(const bound::LabelExpression& labels) {
  switch (labels.kind) {
    case bound::LabelKind::kName: return DescribeName(labels.name);
    case bound::LabelKind::kAny: return "%";
    case bound::LabelKind::kNot: return "!" + LabelsText(*labels.operands[0]);
    default: break;
  }
  std::string text;
  for (const auto& operand : labels.operands) {
    if (!text.empty()) text += labels.kind == bound::LabelKind::kAnd ? "&" : "|";
    text += LabelsText(*operand);
  }
  return "(" + text + ")";
}

const char* ComparisonText(bound::ComparisonOperator op) {
  using Op = bound::ComparisonOperator;
  switch (op) {
    case Op::kEqual: return " = ";
    case Op::kNotEqual: return " <> ";
    case Op::kLess: return " < ";
    case Op::kLessEqual: return " <= ";
    case Op::kGreater: return " > ";
    case Op::kGreaterEqual: return " >= ";
  }
  return " ? ";
}

class Describer {
 public:
  explicit Describer(const BoundStatement& statement) : statement_(statement) {}

  std::string Text(const Expression& e) const {
    switch (e.kind) {
      case ExpressionKind::kConstant: return bound::As<bound::Constant>(e).value.ToString();
      case ExpressionKind::kParameter:
        return "$" + statement_.parameters[bound::As<bound::Parameter>(e).index].name;
      case ExpressionKind::kSlot: return DescribeSlot(bound::As<bound::Slot>(e).slot, statement_);
      case ExpressionKind::kProperty:
        return Text(*bound::As<bound::Property>(e).object) + "." +
               DescribeName(bound::As<bound::Property>(e).key);
      case ExpressionKind::kComparison: return Comparison(bound::As<bound::Comparison>(e));
      case ExpressionKind::kLabelTest:
        return Text(*bound::As<bound::LabelTest>(e).object) + ":" +
               LabelsText(*bound::As<bound::LabelTest>(e).labels);
      case ExpressionKind::kFunction: return Function(bound::As<bound::Function>(e));
      case ExpressionKind::kSubquery: return Subquery(bound::As<bound::Subquery>(e));
      default: return Source(e.range);
    }
  }

 private:
  /// The user's own words.
  std::string Source(SourceRange range) const {
    std::string text(statement_.syntax->TextOf(range));
    for (char& c : text) {
      if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    }
    return text;
  }

  std::string Operand(const Expression& e) const {
    return e.kind == ExpressionKind::kComparison ? "(" + Text(e) + ")" : Text(e);
  }

  std::string Comparison(const bound::Comparison& e) const {
    std::string text = Operand(*e.operands[0]);
    for (size_t i = 0; i < e.operators.size(); ++i) {
      text += ComparisonText(e.operators[i]) + Operand(*e.operands[i + 1]);
    }
    return text;
  }

  std::string Function(const bound::Function& e) const {
    std::string text;
    for (const bound::ExpressionPtr& argument : e.arguments) {
      if (!text.empty()) text += ", ";
      text += Text(*argument);
    }
    return e.function->signature.name + "(" + text + ")";
  }

  std::string Subquery(const bound::Subquery& e) const {
    const std::string source = Source(e.range);
    if (!source.empty()) return source;
    return e.subquery == bound::SubqueryKind::kExists ? "EXISTS {...}" : "{...}";
  }

  const BoundStatement& statement_;
};

}  // namespace

std::string DescribeName(const std::string& name) {
  const bool plain = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       const auto byte = static_cast<unsigned char>(c);
                       return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
                     });
  return plain ? name : "`" + name + "`";
}

std::string DescribeSlot(SlotId slot, const BoundStatement& statement) {
  if (slot < statement.slots.size() && !statement.slots[slot].name.empty()) {
    return DescribeName(statement.slots[slot].name);
  }
  return "_" + std::to_string(slot);
}

std::string DescribeExpression(const Expression& expression, const BoundStatement& statement) {
  std::string text = Describer(statement).Text(expression);
  if (text.size() <= kMaxText) return text;
  size_t cut = kMaxText;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "...";
}

}  // namespace kith::query::plan

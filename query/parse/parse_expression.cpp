// SPDX-License-Identifier: Apache-2.0
// Operators of expressions by precedence climbing. Chains of one logical operator and of
// comparisons become one flat node; other operators join to the left.
#include <fmt/format.h>

#include "query/parse/statement_parser.h"

namespace kith::query {
namespace {

using ast::BinaryOperator;
using ast::ExpressionPtr;

// Levels of precedence, from the loosest; openCypher's grammar orders them so.
enum Level : int {
  kOrLevel = 1,
  kXorLevel,
  kAndLevel,
  kNotLevel,
  kComparisonLevel,
  kPredicateLevel,  ///< IN, STARTS WITH, IS NULL, :Label...
  kAddLevel,
  kMultiplyLevel,
  kPowerLevel,
};

enum class Form : uint8_t { kNone, kLogical, kComparison, kBinary, kIsNull, kLabelTest };

struct Operator {
  Form form = Form::kNone;
  int level = 0;
  BinaryOperator binary = BinaryOperator::kAdd;
  ast::LogicalOperator logical = ast::LogicalOperator::kAnd;
};

Operator Binary(int level, BinaryOperator op) {
  return {Form::kBinary, level, op, ast::LogicalOperator::kAnd};
}

Operator Logical(int level, ast::LogicalOperator op) {
  return {Form::kLogical, level, BinaryOperator::kAdd, op};
}

Operator WordOperator(const Token& token, const Token& next) {
  switch (token.keyword) {
    case Keyword::kOR: return Logical(kOrLevel, ast::LogicalOperator::kOr);
    case Keyword::kXOR: return Logical(kXorLevel, ast::LogicalOperator::kXor);
    case Keyword::kAND: return Logical(kAndLevel, ast::LogicalOperator::kAnd);
    case Keyword::kIN: return Binary(kPredicateLevel, BinaryOperator::kIn);
    case Keyword::kCONTAINS: return Binary(kPredicateLevel, BinaryOperator::kContains);
    case Keyword::kSTARTS:
      if (next.keyword != Keyword::kWITH) return {};
      return Binary(kPredicateLevel, BinaryOperator::kStartsWith);
    case Keyword::kENDS:
      if (next.keyword != Keyword::kWITH) return {};
      return Binary(kPredicateLevel, BinaryOperator::kEndsWith);
    case Keyword::kIS: return {Form::kIsNull, kPredicateLevel, {}, {}};
    default: return {};
  }
}

Operator OperatorAt(const Token& token, const Token& next) {
  switch (token.kind) {
    case TokenKind::kWord: return WordOperator(token, next);
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual: return {Form::kComparison, kComparisonLevel, {}, {}};
    case TokenKind::kRegexMatch: return Binary(kPredicateLevel, BinaryOperator::kRegexMatch);
    case TokenKind::kColon: return {Form::kLabelTest, kPredicateLevel, {}, {}};
    case TokenKind::kPlus: return Binary(kAddLevel, BinaryOperator::kAdd);
    case TokenKind::kMinus: return Binary(kAddLevel, BinaryOperator::kSubtract);
    case TokenKind::kDoubleBar: return Binary(kAddLevel, BinaryOperator::kConcatenate);
    case TokenKind::kStar: return Binary(kMultiplyLevel, BinaryOperator::kMultiply);
    case TokenKind::kSlash: return Binary(kMultiplyLevel, BinaryOperator::kDivide);
    case TokenKind::kPercent: return Binary(kMultiplyLevel, BinaryOperator::kModulo);
    case TokenKind::kCaret: return Binary(kPowerLevel, BinaryOperator::kPower);
    default: return {};
  }
}

bool ToComparison(TokenKind kind, ast::ComparisonOperator* op) {
  switch (kind) {
    case TokenKind::kEqual: *op = ast::ComparisonOperator::kEqual; return true;
    case TokenKind::kNotEqual: *op = ast::ComparisonOperator::kNotEqual; return true;
    case TokenKind::kLess: *op = ast::ComparisonOperator::kLess; return true;
    case TokenKind::kLessEqual: *op = ast::ComparisonOperator::kLessEqual; return true;
    case TokenKind::kGreater: *op = ast::ComparisonOperator::kGreater; return true;
    case TokenKind::kGreaterEqual: *op = ast::ComparisonOperator::kGreaterEqual; return true;
    default: return false;
  }
}

Keyword KeywordOf(ast::LogicalOperator op) {
  switch (op) {
    case ast::LogicalOperator::kAnd: return Keyword::kAND;
    case ast::LogicalOperator::kOr: return Keyword::kOR;
    case ast::LogicalOperator::kXor: return Keyword::kXOR;
  }
  return Keyword::kNone;
}

}  // namespace

Result<ExpressionPtr> StatementParser::ParseExpression() {
  return ParseOperators(kOrLevel);
}

Result<ExpressionPtr> StatementParser::ParseOperators(int lowest) {
  const Nesting nesting(this);
  if (!nesting.ok()) return TooDeep();
  const bool negated = lowest <= kNotLevel && At(Keyword::kNOT);
  KITH_ASSIGN_OR_RETURN(ExpressionPtr left, negated ? ParseNot() : ParseUnary());
  while (true) {
    const Operator op = OperatorAt(Peek(), Peek(1));
    if (op.form == Form::kNone || op.level < lowest) return left;
    Result<ExpressionPtr> joined = ExpressionPtr();
    switch (op.form) {
      case Form::kLogical: joined = ParseLogical(std::move(left), op.logical, op.level); break;
      case Form::kComparison: joined = ParseComparison(std::move(left), op.level); break;
      case Form::kBinary: joined = ParseBinary(std::move(left), op.binary, op.level); break;
      case Form::kIsNull: joined = ParseIsNull(std::move(left)); break;
      case Form::kLabelTest: joined = ParseLabelTest(std::move(left)); break;
      case Form::kNone: break;
    }
    if (!joined.ok()) return joined;
    left = *std::move(joined);
  }
}

Result<ExpressionPtr> StatementParser::ParseNot() {
  std::vector<uint32_t> begins;
  while (At(Keyword::kNOT)) {
    begins.push_back(BeginHere());
    Advance();
  }
  KITH_ASSIGN_OR_RETURN(ExpressionPtr operand, ParseOperators(kComparisonLevel));
  for (size_t i = begins.size(); i-- > 0;) {
    auto node = Make<ast::Unary>(begins[i]);
    node->op = ast::UnaryOperator::kNot;
    const uint32_t depth = operand->depth;
    node->operand = std::move(operand);
    KITH_ASSIGN_OR_RETURN(operand, Seal(std::move(node), depth));
  }
  return operand;
}

Result<ExpressionPtr> StatementParser::ParseLogical(ExpressionPtr first, ast::LogicalOperator op,
                                                    int level) {
  auto node = Make<ast::Logical>(first->range.begin);
  node->op = op;
  uint32_t depth = first->depth;
  node->operands.push_back(std::move(first));
  while (Accept(KeywordOf(op))) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr next, ParseOperators(level + 1));
    depth = std::max(depth, next->depth);
    node->operands.push_back(std::move(next));
  }
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseComparison(ExpressionPtr first, int level) {
  auto node = Make<ast::Comparison>(first->range.begin);
  uint32_t depth = first->depth;
  node->operands.push_back(std::move(first));
  ast::ComparisonOperator op{};
  while (ToComparison(Peek().kind, &op)) {
    Advance();
    if (At(TokenKind::kEqual)) {
      return Unexpected("a value; equality is written '=' and inequality '<>'");
    }
    node->operators.push_back(op);
    KITH_ASSIGN_OR_RETURN(ExpressionPtr next, ParseOperators(level + 1));
    depth = std::max(depth, next->depth);
    node->operands.push_back(std::move(next));
  }
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseBinary(ExpressionPtr left, ast::BinaryOperator op,
                                                   int level) {
  auto node = Make<ast::Binary>(left->range.begin);
  node->op = op;
  Advance();
  if (op == BinaryOperator::kStartsWith || op == BinaryOperator::kEndsWith) Advance();
  KITH_ASSIGN_OR_RETURN(node->right, ParseOperators(level + 1));
  node->left = std::move(left);
  const uint32_t depth = std::max(Depth(node->left), Depth(node->right));
  return Seal(std::move(node), depth);
}

/// IS NULL and IS NOT NULL; IS Label is a label test.
Result<ExpressionPtr> StatementParser::ParseIsNull(ExpressionPtr operand) {
  const bool negated = Peek(1).keyword == Keyword::kNOT;
  const size_t next = negated ? 2 : 1;
  // After a label named Typed stands no word but a keyword.
  const Token& type = Peek(next + 1);
  if (Peek(next).kind == TokenKind::kDoubleColon ||
      (Peek(next).keyword == Keyword::kTYPED && type.kind == TokenKind::kWord &&
       type.keyword == Keyword::kNone)) {
    return SyntaxError("UnexpectedSyntax", Peek().range,
                       "IS :: TYPE is not supported; write valueType(x) STARTS WITH 'INTEGER' or "
                       "the like");
  }
  if (Peek(next).keyword != Keyword::kNULL) {
    if (!negated && (IsName(Peek(1)) || Peek(1).kind == TokenKind::kBang)) {
      return ParseLabelTest(std::move(operand));
    }
    Advance();
    if (negated) Advance();
    return Unexpected(negated ? "NULL after IS NOT" : "NULL, NOT NULL or a label after IS");
  }
  auto node = Make<ast::Unary>(operand->range.begin);
  node->op = negated ? ast::UnaryOperator::kIsNotNull : ast::UnaryOperator::kIsNull;
  for (size_t i = 0; i <= next; ++i) Advance();
  const uint32_t depth = operand->depth;
  node->operand = std::move(operand);
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseLabelTest(ExpressionPtr object) {
  auto node = Make<ast::LabelTest>(object->range.begin);
  Advance();
  KITH_ASSIGN_OR_RETURN(node->labels, ParseLabelExpression(bar_joins_labels_));
  const uint32_t depth = std::max(object->depth, node->labels->depth);
  node->object = std::move(object);
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseUnary() {
  std::vector<Token> signs;
  while (AtAny({TokenKind::kPlus, TokenKind::kMinus})) {
    signs.push_back(Peek());
    Advance();
  }
  // A minus belongs to the number behind it, so that the smallest integer can be written.
  const bool negative_number = !signs.empty() && signs.back().kind == TokenKind::kMinus &&
                               AtAny({TokenKind::kInteger, TokenKind::kFloat});
  ExpressionPtr operand;
  if (negative_number) {
    const uint32_t begin = signs.back().range.begin;
    signs.pop_back();
    KITH_ASSIGN_OR_RETURN(operand, ParseNumber(/*negative=*/true, begin));
  } else {
    KITH_ASSIGN_OR_RETURN(operand, ParsePostfix());
  }
  for (size_t i = signs.size(); i-- > 0;) {
    auto node = Make<ast::Unary>(signs[i].range.begin);
    node->op =
        signs[i].kind == TokenKind::kMinus ? ast::UnaryOperator::kMinus : ast::UnaryOperator::kPlus;
    const uint32_t depth = operand->depth;
    node->operand = std::move(operand);
    KITH_ASSIGN_OR_RETURN(operand, Seal(std::move(node), depth));
  }
  return operand;
}

Result<ExpressionPtr> StatementParser::ParsePostfix() {
  KITH_ASSIGN_OR_RETURN(ExpressionPtr expression, ParsePrimary());
  while (true) {
    if (At(TokenKind::kDot)) {
      KITH_ASSIGN_OR_RETURN(expression, ParseProperty(std::move(expression)));
    } else if (At(TokenKind::kLeftBracket)) {
      KITH_ASSIGN_OR_RETURN(expression, ParseSubscript(std::move(expression)));
    } else {
      return expression;
    }
  }
}

Result<ExpressionPtr> StatementParser::ParseProperty(ExpressionPtr object) {
  auto node = Make<ast::Property>(object->range.begin);
  Advance();
  KITH_ASSIGN_OR_RETURN(node->key, ParseName("the name of a property"));
  const uint32_t depth = object->depth;
  node->object = std::move(object);
  return Seal(std::move(node), depth);
}

/// object[index], list[from..to]
Result<ExpressionPtr> StatementParser::ParseSubscript(ExpressionPtr object) {
  const bool outer = std::exchange(bar_joins_labels_, true);
  const SourceRange opening = Peek().range;
  const uint32_t begin = object->range.begin;
  Advance();
  ExpressionPtr first;
  if (!At(TokenKind::kDotDot)) {
    KITH_ASSIGN_OR_RETURN(first, ParseExpression());
  }
  uint32_t depth = std::max(Depth(object), Depth(first));
  ExpressionPtr result;
  if (Accept(TokenKind::kDotDot)) {
    auto slice = Make<ast::Slice>(begin);
    if (!At(TokenKind::kRightBracket)) {
      KITH_ASSIGN_OR_RETURN(slice->to, ParseExpression());
    }
    depth = std::max(depth, Depth(slice->to));
    slice->list = std::move(object);
    slice->from = std::move(first);
    result = std::move(slice);
  } else {
    auto subscript = Make<ast::Subscript>(begin);
    subscript->object = std::move(object);
    subscript->index = std::move(first);
    result = std::move(subscript);
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBracket, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(result), depth);
}

}  // namespace kith::query

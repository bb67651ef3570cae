// SPDX-License-Identifier: Apache-2.0
// Node, relationship and path patterns, and label expressions.
#include <fmt/format.h>

#include "query/parse/statement_parser.h"

namespace kith::query {

using ast::LabelExpressionPtr;
using ast::LabelKind;

Result<std::vector<ast::PathPattern>> StatementParser::ParsePatternList() {
  std::vector<ast::PathPattern> patterns;
  do {
    KITH_ASSIGN_OR_RETURN(ast::PathPattern pattern, ParsePathPattern());
    patterns.push_back(std::move(pattern));
  } while (Accept(TokenKind::kComma));
  return patterns;
}

Result<ast::PathPattern> StatementParser::ParsePathPattern() {
  ast::Name variable;
  const uint32_t begin = BeginHere();
  if (AtName() && Peek(1).kind == TokenKind::kEqual) {
    KITH_ASSIGN_OR_RETURN(variable, ParseName("a variable"));
    Advance();
  }
  ast::PathPattern pattern;
  if ((At(Keyword::kSHORTESTPATH) || At(Keyword::kALLSHORTESTPATHS)) &&
      Peek(1).kind == TokenKind::kLeftParen) {
    KITH_ASSIGN_OR_RETURN(pattern, ParseShortestPathPattern());
  } else {
    KITH_ASSIGN_OR_RETURN(const ast::PathSelector selector, ParsePathSelector());
    KITH_ASSIGN_OR_RETURN(pattern, ParsePathElements());
    pattern.selector = selector;
  }
  pattern.variable = std::move(variable);
  pattern.range = RangeFrom(begin);
  return pattern;
}

/// The prefixes of GQL that have an equal among the older forms.
Result<ast::PathSelector> StatementParser::ParsePathSelector() {
  ast::PathSelector selector = ast::PathSelector::kNone;
  if (AtSequence({Keyword::kALL, Keyword::kSHORTEST})) {
    Advance();
    selector = ast::PathSelector::kAllShortest;
  } else if (AtSequence({Keyword::kANY, Keyword::kSHORTEST})) {
    Advance();
    selector = ast::PathSelector::kShortest;
  } else if (At(Keyword::kSHORTEST) && Peek(1).kind == TokenKind::kInteger &&
             TextOf(Peek(1).range) == "1" && Peek(2).keyword != Keyword::kGROUP &&
             Peek(2).keyword != Keyword::kGROUPS) {
    Advance();
    selector = ast::PathSelector::kShortest;
  } else if (At(Keyword::kSHORTEST) || At(Keyword::kANY)) {
    return SyntaxError("UnexpectedSyntax", Peek().range,
                       "this path selector is not supported; use ANY SHORTEST, ALL SHORTEST or "
                       "SHORTEST 1");
  }
  if (selector != ast::PathSelector::kNone) {
    Advance();
    if (!Accept(Keyword::kPATH)) Accept(Keyword::kPATHS);
  }
  return selector;
}

Result<ast::PathPattern> StatementParser::ParseShortestPathPattern() {
  const uint32_t begin = BeginHere();
  const bool all = At(Keyword::kALLSHORTESTPATHS);
  Advance();
  const SourceRange opening = Peek().range;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  KITH_ASSIGN_OR_RETURN(ast::PathPattern pattern, ParsePathElements());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  pattern.selector = all ? ast::PathSelector::kAllShortest : ast::PathSelector::kShortest;
  pattern.range = RangeFrom(begin);
  return pattern;
}

Result<ast::PathPattern> StatementParser::ParsePathElements() {
  ast::PathPattern pattern;
  const uint32_t begin = BeginHere();
  KITH_ASSIGN_OR_RETURN(ast::NodePattern first, ParseNodePattern());
  pattern.nodes.push_back(std::move(first));
  while (AtAny({TokenKind::kMinus, TokenKind::kLess})) {
    KITH_ASSIGN_OR_RETURN(ast::RelationshipPattern relationship, ParseRelationshipPattern());
    pattern.relationships.push_back(std::move(relationship));
    KITH_ASSIGN_OR_RETURN(ast::NodePattern node, ParseNodePattern());
    pattern.nodes.push_back(std::move(node));
  }
  if (At(TokenKind::kLeftParen)) {
    return SyntaxError("UnexpectedSyntax", Peek().range,
                       "unexpected '('; between nodes stands a relationship, and a part of a path "
                       "in parentheses cannot be quantified: quantify a relationship, as in "
                       "-[:TYPE]->{1,3}");
  }
  pattern.range = RangeFrom(begin);
  return pattern;
}

Result<ast::NodePattern> StatementParser::ParseNodePattern() {
  ast::NodePattern node;
  const SourceRange opening = Peek().range;
  if (!Accept(TokenKind::kLeftParen)) return Unexpected("a node such as (n:Label)");
  if (At(TokenKind::kLeftParen)) {
    return SyntaxError("UnexpectedSyntax", Peek().range,
                       "parenthesized path patterns are not supported; write the path without the "
                       "outer parentheses");
  }
  const bool is_keyword = At(Keyword::kIS) && IsName(Peek(1));
  const bool where_keyword = At(Keyword::kWHERE) && Peek(1).kind != TokenKind::kRightParen &&
                             Peek(1).kind != TokenKind::kColon;
  if (AtName() && !is_keyword && !where_keyword) {
    KITH_ASSIGN_OR_RETURN(node.variable, ParseName("a variable"));
  }
  if (Accept(TokenKind::kColon) || Accept(Keyword::kIS)) {
    KITH_ASSIGN_OR_RETURN(node.labels, ParseLabelExpression(/*allow_or=*/true));
  }
  KITH_RETURN_IF_ERROR(ParseElementPredicate(&node.properties, &node.where));
  if (!At(TokenKind::kRightParen) && !At(TokenKind::kEnd)) {
    return Unexpected("')', a label such as :Person, or properties such as {name: 'Ada'}");
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  node.range = RangeFrom(opening.begin);
  return node;
}

Status StatementParser::ParseElementPredicate(ast::ExpressionPtr* properties,
                                              ast::ExpressionPtr* where) {
  if (At(TokenKind::kLeftBrace)) {
    KITH_ASSIGN_OR_RETURN(*properties, ParseMap());
  } else if (At(TokenKind::kParameter)) {
    KITH_ASSIGN_OR_RETURN(*properties, ParseParameter());
  }
  if (Accept(Keyword::kWHERE)) {
    const bool outer = std::exchange(bar_joins_labels_, true);
    KITH_ASSIGN_OR_RETURN(*where, ParseExpression());
    bar_joins_labels_ = outer;
  }
  return Status::Ok();
}

Result<ast::RelationshipPattern> StatementParser::ParseRelationshipPattern() {
  ast::RelationshipPattern pattern;
  const uint32_t begin = BeginHere();
  const bool left = Accept(TokenKind::kLess);
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kMinus));
  if (At(TokenKind::kLeftBracket)) KITH_RETURN_IF_ERROR(ParseRelationshipFiller(&pattern));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kMinus));
  const bool right = Accept(TokenKind::kGreater);
  pattern.both_arrows = left && right;
  if (left != right) {
    pattern.direction = left ? ast::Direction::kIncoming : ast::Direction::kOutgoing;
  }
  KITH_RETURN_IF_ERROR(ParsePathQuantifier(&pattern));
  pattern.range = RangeFrom(begin);
  return pattern;
}

Status StatementParser::ParseRelationshipFiller(ast::RelationshipPattern* pattern) {
  const SourceRange opening = Peek().range;
  Advance();
  const bool is_keyword = At(Keyword::kIS) && IsName(Peek(1));
  if (AtName() && !is_keyword) {
    KITH_ASSIGN_OR_RETURN(pattern->variable, ParseName("a variable"));
  }
  if (Accept(TokenKind::kColon) || Accept(Keyword::kIS)) {
    KITH_ASSIGN_OR_RETURN(pattern->types, ParseLabelExpression(/*allow_or=*/true));
  }
  if (At(TokenKind::kStar)) KITH_RETURN_IF_ERROR(ParsePathLength(pattern));
  KITH_RETURN_IF_ERROR(ParseElementPredicate(&pattern->properties, &pattern->where));
  if (At(TokenKind::kDotDot) || At(TokenKind::kInteger)) {
    return UnexpectedWithDetail("InvalidRelationshipPattern", "'*' before the length of a path");
  }
  if (!At(TokenKind::kRightBracket) && !At(TokenKind::kEnd)) {
    return Unexpected("']', a type such as :KNOWS, a length such as *1..3, or properties");
  }
  return ExpectClosing(TokenKind::kRightBracket, opening);
}

Status StatementParser::ParsePathLength(ast::RelationshipPattern* pattern) {
  const uint32_t begin = BeginHere();
  Advance();
  ast::PathLength length;
  KITH_ASSIGN_OR_RETURN(length.minimum, ParseBound());
  if (Accept(TokenKind::kDotDot)) {
    KITH_ASSIGN_OR_RETURN(length.maximum, ParseBound());
  } else {
    length.maximum = length.minimum;
  }
  if (AtAny({TokenKind::kMinus, TokenKind::kFloat, TokenKind::kPlus})) {
    return UnexpectedWithDetail(
        "InvalidRelationshipPattern",
        "']' or the bounds of a path length as whole numbers, such as *1..3");
  }
  length.range = RangeFrom(begin);
  pattern->length = length;
  return Status::Ok();
}

Result<std::optional<uint64_t>> StatementParser::ParseBound() {
  if (!At(TokenKind::kInteger)) return std::optional<uint64_t>();
  const SourceRange range = Peek().range;
  KITH_ASSIGN_OR_RETURN(const int64_t bound, DecodeInteger(TextOf(range), false, range));
  Advance();
  return std::optional<uint64_t>(static_cast<uint64_t>(bound));
}

/// `-[:T]->+`, `-[:T]->*` and `-[:T]->{1,3}` of GQL mean the same as a path length inside the
/// brackets.
Status StatementParser::ParsePathQuantifier(ast::RelationshipPattern* pattern) {
  if (!AtAny({TokenKind::kPlus, TokenKind::kStar, TokenKind::kLeftBrace})) return Status::Ok();
  if (pattern->length) {
    return UnexpectedWithDetail("InvalidRelationshipPattern",
                                "a node; the path has a length already");
  }
  ast::PathLength length;
  const SourceRange opening = Peek().range;
  if (Accept(TokenKind::kPlus)) {
    length.minimum = 1;
  } else if (Accept(TokenKind::kStar)) {
    length.minimum = 0;
  } else {
    Advance();
    KITH_ASSIGN_OR_RETURN(length.minimum, ParseBound());
    if (Accept(TokenKind::kComma)) {
      KITH_ASSIGN_OR_RETURN(length.maximum, ParseBound());
      length.minimum = length.minimum.value_or(0);
    } else {
      length.maximum = length.minimum;
    }
    KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBrace, opening));
  }
  length.range = RangeFrom(opening.begin);
  pattern->length = length;
  return Status::Ok();
}

/// A or B or C. The `:` or IS before it is already taken.
Result<LabelExpressionPtr> StatementParser::ParseLabelExpression(bool allow_or) {
  const uint32_t begin = BeginHere();
  std::vector<LabelExpressionPtr> operands;
  KITH_ASSIGN_OR_RETURN(LabelExpressionPtr first, ParseLabelAnd());
  operands.push_back(std::move(first));
  while (allow_or && Accept(TokenKind::kBar)) {
    Accept(TokenKind::kColon);  // [:A|:B]
    KITH_ASSIGN_OR_RETURN(LabelExpressionPtr next, ParseLabelAnd());
    operands.push_back(std::move(next));
  }
  return CombineLabels(LabelKind::kOr, begin, std::move(operands));
}

Result<LabelExpressionPtr> StatementParser::ParseLabelAnd() {
  const uint32_t begin = BeginHere();
  std::vector<LabelExpressionPtr> operands;
  KITH_ASSIGN_OR_RETURN(LabelExpressionPtr first, ParseLabelNot());
  operands.push_back(std::move(first));
  while (Accept(TokenKind::kAmpersand) || Accept(TokenKind::kColon)) {
    KITH_ASSIGN_OR_RETURN(LabelExpressionPtr next, ParseLabelNot());
    operands.push_back(std::move(next));
  }
  return CombineLabels(LabelKind::kAnd, begin, std::move(operands));
}

Result<LabelExpressionPtr> StatementParser::CombineLabels(
    LabelKind kind, uint32_t begin, std::vector<LabelExpressionPtr> operands) {
  if (operands.size() == 1) return std::move(operands[0]);
  auto node = std::make_unique<ast::LabelExpression>();
  node->kind = kind;
  node->range = RangeFrom(begin);
  for (const auto& operand : operands) node->depth = std::max(node->depth, operand->depth + 1);
  deepest_ = std::max(deepest_, node->depth);
  node->operands = std::move(operands);
  return node;
}

Result<LabelExpressionPtr> StatementParser::ParseLabelNot() {
  const Nesting nesting(this);
  if (!nesting.ok()) return TooDeep();
  if (!At(TokenKind::kBang)) return ParseLabelPrimary();
  auto node = std::make_unique<ast::LabelExpression>();
  node->kind = LabelKind::kNot;
  node->range.begin = BeginHere();
  Advance();
  KITH_ASSIGN_OR_RETURN(LabelExpressionPtr operand, ParseLabelNot());
  node->depth = operand->depth + 1;
  deepest_ = std::max(deepest_, node->depth);
  node->operands.push_back(std::move(operand));
  node->range = RangeFrom(node->range.begin);
  return node;
}

Result<LabelExpressionPtr> StatementParser::ParseLabelPrimary() {
  if (At(TokenKind::kLeftParen)) {
    const SourceRange opening = Peek().range;
    Advance();
    KITH_ASSIGN_OR_RETURN(LabelExpressionPtr inner, ParseLabelExpression(/*allow_or=*/true));
    KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
    return inner;
  }
  auto node = std::make_unique<ast::LabelExpression>();
  node->range = Peek().range;
  if (Accept(TokenKind::kPercent)) {
    node->kind = LabelKind::kAny;
    return node;
  }
  KITH_ASSIGN_OR_RETURN(ast::Name name, ParseName("a label or type"));
  node->name = std::move(name.text);
  return node;
}

// A node in parentheses and an expression in parentheses begin alike: (a) - (b) subtracts, (a)--(b)
// is a path. A cheap look ahead decides, so that errors inside are reported for what was meant.
bool StatementParser::LooksLikePath(size_t index) {
  if (TokenAt(index).kind != TokenKind::kLeftParen) return false;
  const Token& first = TokenAt(index + 1);
  const Token& second = TokenAt(index + 2);
  if (first.kind == TokenKind::kRightParen) return true;  // () is never an expression
  bool node = first.kind == TokenKind::kColon || first.kind == TokenKind::kLeftBrace ||
              (first.kind == TokenKind::kParameter && second.kind == TokenKind::kRightParen);
  if (IsName(first)) {
    node = second.kind == TokenKind::kRightParen || second.kind == TokenKind::kColon ||
           second.kind == TokenKind::kLeftBrace || second.kind == TokenKind::kParameter ||
           second.keyword == Keyword::kWHERE || second.keyword == Keyword::kIS;
  }
  return node && LooksLikeRelationship(ClosingIndex(index) + 1);
}

bool StatementParser::LooksLikeRelationship(size_t index) {
  size_t at = index;
  if (TokenAt(at).kind == TokenKind::kLess) ++at;
  if (TokenAt(at++).kind != TokenKind::kMinus) return false;
  if (TokenAt(at).kind == TokenKind::kLeftBracket) at = ClosingIndex(at) + 1;
  if (TokenAt(at++).kind != TokenKind::kMinus) return false;
  const TokenKind next = TokenAt(at).kind;
  return next == TokenKind::kGreater || next == TokenKind::kLeftParen;
}

size_t StatementParser::ClosingIndex(size_t index) {
  if (closings_.empty()) FindClosings();
  return index < closings_.size() ? closings_[index] : tokens_.size() - 1;
}

/// In one pass, so that looking ahead costs the same however deep the brackets are.
void StatementParser::FindClosings() {
  closings_.assign(tokens_.size(), static_cast<uint32_t>(tokens_.size() - 1));
  std::vector<size_t> open;
  for (size_t at = 0; at < tokens_.size(); ++at) {
    switch (tokens_[at].kind) {
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
      case TokenKind::kLeftBrace: open.push_back(at); break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        if (open.empty()) break;
        closings_[open.back()] = static_cast<uint32_t>(at);
        open.pop_back();
        break;
      default: break;
    }
  }
}

}  // namespace kith::query

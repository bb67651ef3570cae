// SPDX-License-Identifier: Apache-2.0
// Expressions without operators: literals, names, calls, and everything in brackets.
#include <fmt/format.h>

#include "query/parse/statement_parser.h"

namespace kith::query {
namespace {

using ast::ExpressionPtr;

constexpr std::string_view kValue = "an expression";

/// Words that cannot be a variable without backticks: there, somebody forgot an expression.
bool StartsNoExpression(Keyword keyword) {
  switch (keyword) {
    case Keyword::kAND:
    case Keyword::kAS:
    case Keyword::kCREATE:
    case Keyword::kDELETE:
    case Keyword::kDETACH:
    case Keyword::kIN:
    case Keyword::kMATCH:
    case Keyword::kMERGE:
    case Keyword::kNOT:
    case Keyword::kOR:
    case Keyword::kRETURN:
    case Keyword::kTHEN:
    case Keyword::kUNION:
    case Keyword::kUNWIND:
    case Keyword::kWHEN:
    case Keyword::kWHERE:
    case Keyword::kWITH:
    case Keyword::kXOR: return true;
    default: return false;
  }
}

}  // namespace

Result<ExpressionPtr> StatementParser::ParsePrimary() {
  switch (Peek().kind) {
    case TokenKind::kInteger:
    case TokenKind::kFloat: return ParseNumber(/*negative=*/false, BeginHere());
    case TokenKind::kString: return ParseString();
    case TokenKind::kParameter: return ParseParameter();
    case TokenKind::kLeftParen:
      return LooksLikePath(at_) ? ParsePatternPredicate() : ParseParenthesized();
    case TokenKind::kLeftBracket: return ParseBracket();
    case TokenKind::kLeftBrace: return ParseMap();
    case TokenKind::kWord:
    case TokenKind::kQuotedWord: return ParseWord();
    default: return Unexpected(kValue);
  }
}

Result<ExpressionPtr> StatementParser::ParseNumber(bool negative, uint32_t begin) {
  auto node = Make<ast::Literal>(begin);
  const SourceRange range{begin, Peek().range.end};
  const std::string_view digits = TextOf(Peek().range);
  if (At(TokenKind::kInteger)) {
    KITH_ASSIGN_OR_RETURN(const int64_t value, DecodeInteger(digits, negative, range));
    node->value = Value(value);
  } else {
    KITH_ASSIGN_OR_RETURN(const double value, DecodeFloat(digits, range));
    node->value = Value(negative ? -value : value);
  }
  Advance();
  return Seal(std::move(node), 0);
}

Result<ExpressionPtr> StatementParser::ParseString() {
  auto node = Make<ast::Literal>(BeginHere());
  KITH_ASSIGN_OR_RETURN(const std::string text, DecodeQuoted(TextOf(Peek().range), BeginHere()));
  node->value = Value(text);
  Advance();
  return Seal(std::move(node), 0);
}

Result<ExpressionPtr> StatementParser::ParseParameter() {
  auto node = Make<ast::Parameter>(BeginHere());
  const std::string_view name = TextOf(Peek().range).substr(1);
  if (name[0] == '`') {
    KITH_ASSIGN_OR_RETURN(node->name, DecodeQuoted(name, BeginHere() + 1));
  } else {
    node->name = name;
  }
  Advance();
  return Seal(std::move(node), 0);
}

Result<ExpressionPtr> StatementParser::ParseParenthesized() {
  const bool outer = std::exchange(bar_joins_labels_, true);
  const SourceRange opening = Peek().range;
  Advance();
  KITH_ASSIGN_OR_RETURN(ExpressionPtr inner, ParseExpression());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  inner->parenthesized = true;
  bar_joins_labels_ = outer;
  return inner;
}

Result<ExpressionPtr> StatementParser::ParseLiteralWord(Value value) {
  auto node = Make<ast::Literal>(BeginHere());
  node->value = std::move(value);
  Advance();
  return Seal(std::move(node), 0);
}

Result<ExpressionPtr> StatementParser::ParseVariable() {
  auto node = Make<ast::Variable>(BeginHere());
  KITH_ASSIGN_OR_RETURN(node->name, NameText(Peek()));
  Advance();
  return Seal(std::move(node), 0);
}

Result<ExpressionPtr> StatementParser::ParseWord() {
  bool handled = true;
  if (Peek().keyword != Keyword::kNone) {
    Result<ExpressionPtr> form = ParseWordForm(&handled);
    if (handled) return form;
  }
  if (const size_t name_tokens = FunctionNameTokens(); name_tokens > 0) {
    return ParseFunctionCall(name_tokens);
  }
  if (StartsNoExpression(Peek().keyword)) {
    return Unexpected(
        fmt::format("{} (a name like this needs backticks: `{}`)", kValue, TextOf(Peek().range)));
  }
  if (Peek(1).kind == TokenKind::kLeftBrace) return ParseMapProjection();
  return ParseVariable();
}

/// The expressions that begin with a keyword. Where the word is just a name, `*handled` becomes
/// false.
Result<ExpressionPtr> StatementParser::ParseWordForm(bool* handled) {
  const Token& next = Peek(1);
  const bool call = next.kind == TokenKind::kLeftParen;
  const bool brace = next.kind == TokenKind::kLeftBrace;
  const bool element = call && IsName(Peek(2)) && Peek(3).keyword == Keyword::kIN;
  const Keyword keyword = Peek().keyword;
  if (!call && keyword == Keyword::kNULL) return ParseLiteralWord(Value());
  if (!call && keyword == Keyword::kTRUE) return ParseLiteralWord(Value(true));
  if (!call && keyword == Keyword::kFALSE) return ParseLiteralWord(Value(false));
  if (brace && keyword == Keyword::kEXISTS) return ParseSubquery(ast::SubqueryKind::kExists);
  if (brace && keyword == Keyword::kCOUNT) return ParseSubquery(ast::SubqueryKind::kCount);
  if (brace && keyword == Keyword::kCOLLECT) return ParseSubquery(ast::SubqueryKind::kCollect);
  if (element && keyword == Keyword::kALL) return ParseQuantifier(ast::QuantifierKind::kAll);
  if (element && keyword == Keyword::kANY) return ParseQuantifier(ast::QuantifierKind::kAny);
  if (element && keyword == Keyword::kNONE) return ParseQuantifier(ast::QuantifierKind::kNone);
  if (element && keyword == Keyword::kSINGLE) return ParseQuantifier(ast::QuantifierKind::kSingle);
  if (call && keyword == Keyword::kREDUCE) return ParseReduce();
  if (call && (keyword == Keyword::kSHORTESTPATH || keyword == Keyword::kALLSHORTESTPATHS)) {
    return ParseShortestPath();
  }
  if (keyword == Keyword::kCASE && next.kind != TokenKind::kDot && next.kind != TokenKind::kEnd) {
    return ParseCase();
  }
  *handled = false;
  return ExpressionPtr();
}

size_t StatementParser::FunctionNameTokens() const {
  size_t ahead = 1;
  while (Peek(ahead).kind == TokenKind::kDot && IsName(Peek(ahead + 1))) ahead += 2;
  return Peek(ahead).kind == TokenKind::kLeftParen ? ahead : 0;
}

Result<ExpressionPtr> StatementParser::ParseFunctionCall(size_t name_tokens) {
  const uint32_t begin = BeginHere();
  const bool outer = std::exchange(bar_joins_labels_, true);
  if (name_tokens == 1 && At(Keyword::kCOUNT) && Peek(2).kind == TokenKind::kStar &&
      Peek(3).kind == TokenKind::kRightParen) {
    for (int i = 0; i < 4; ++i) Advance();
    bar_joins_labels_ = outer;
    return Seal(Make<ast::CountStar>(begin), 0);
  }
  auto node = Make<ast::FunctionCall>(begin);
  KITH_ASSIGN_OR_RETURN(node->name, ParseDottedName("the name of a function"));
  const SourceRange opening = Peek().range;
  Advance();
  node->distinct = Accept(Keyword::kDISTINCT);
  uint32_t depth = 0;
  if (!At(TokenKind::kRightParen)) {
    do {
      KITH_ASSIGN_OR_RETURN(ExpressionPtr argument, ParseExpression());
      depth = std::max(depth, argument->depth);
      node->arguments.push_back(std::move(argument));
    } while (Accept(TokenKind::kComma));
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseCase() {
  const DepthScope scope(this);
  auto node = Make<ast::Case>(BeginHere());
  Advance();
  if (!At(Keyword::kWHEN)) {
    KITH_ASSIGN_OR_RETURN(node->operand, ParseExpression());
  }
  while (Accept(Keyword::kWHEN)) {
    ast::CaseBranch branch;
    do {
      KITH_ASSIGN_OR_RETURN(ExpressionPtr when, ParseExpression());
      branch.when.push_back(std::move(when));
    } while (node->operand && Accept(TokenKind::kComma));
    KITH_RETURN_IF_ERROR(Expect(Keyword::kTHEN));
    KITH_ASSIGN_OR_RETURN(branch.then, ParseExpression());
    node->branches.push_back(std::move(branch));
  }
  if (node->branches.empty()) return Expect(Keyword::kWHEN);
  if (Accept(Keyword::kELSE)) {
    KITH_ASSIGN_OR_RETURN(node->otherwise, ParseExpression());
  }
  KITH_RETURN_IF_ERROR(Expect(Keyword::kEND));
  return Seal(std::move(node), scope.deepest());
}

/// A list, a list comprehension or a pattern comprehension.
Result<ExpressionPtr> StatementParser::ParseBracket() {
  if (IsName(Peek(1)) && Peek(2).keyword == Keyword::kIN) return ParseListComprehension();
  const bool named = IsName(Peek(1)) && Peek(2).kind == TokenKind::kEqual;
  if (LooksLikePath(at_ + (named ? 3 : 1))) return ParsePatternComprehension();
  return ParseList();
}

Result<ExpressionPtr> StatementParser::ParseList() {
  const bool outer = std::exchange(bar_joins_labels_, true);
  auto node = Make<ast::List>(BeginHere());
  const SourceRange opening = Peek().range;
  Advance();
  uint32_t depth = 0;
  if (!At(TokenKind::kRightBracket)) {
    do {
      KITH_ASSIGN_OR_RETURN(ExpressionPtr element, ParseExpression());
      depth = std::max(depth, element->depth);
      node->elements.push_back(std::move(element));
    } while (Accept(TokenKind::kComma));
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBracket, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseListComprehension() {
  const DepthScope scope(this);
  const bool outer = std::exchange(bar_joins_labels_, false);
  auto node = Make<ast::ListComprehension>(BeginHere());
  const SourceRange opening = Peek().range;
  Advance();
  KITH_ASSIGN_OR_RETURN(node->variable, ParseName("a variable"));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kIN));
  KITH_ASSIGN_OR_RETURN(node->list, ParseExpression());
  KITH_ASSIGN_OR_RETURN(node->predicate, ParseWhere());
  bar_joins_labels_ = true;
  if (Accept(TokenKind::kBar)) {
    KITH_ASSIGN_OR_RETURN(node->projection, ParseExpression());
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBracket, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), scope.deepest());
}

Result<ExpressionPtr> StatementParser::ParsePatternComprehension() {
  const DepthScope scope(this);
  const bool outer = std::exchange(bar_joins_labels_, false);
  auto node = Make<ast::PatternComprehension>(BeginHere());
  const SourceRange opening = Peek().range;
  Advance();
  ast::Name variable;
  if (AtName()) {
    KITH_ASSIGN_OR_RETURN(variable, ParseName("a variable"));
    Advance();
  }
  KITH_ASSIGN_OR_RETURN(node->pattern, ParsePathElements());
  node->pattern.variable = std::move(variable);
  KITH_ASSIGN_OR_RETURN(node->predicate, ParseWhere());
  bar_joins_labels_ = true;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kBar));
  KITH_ASSIGN_OR_RETURN(node->projection, ParseExpression());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBracket, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), scope.deepest());
}

Result<ExpressionPtr> StatementParser::ParseMap() {
  const bool outer = std::exchange(bar_joins_labels_, true);
  auto node = Make<ast::Map>(BeginHere());
  const SourceRange opening = Peek().range;
  Advance();
  uint32_t depth = 0;
  if (!At(TokenKind::kRightBrace)) {
    do {
      ast::MapEntry entry;
      KITH_ASSIGN_OR_RETURN(entry.key, ParseName("a key"));
      KITH_RETURN_IF_ERROR(Expect(TokenKind::kColon));
      KITH_ASSIGN_OR_RETURN(entry.value, ParseExpression());
      depth = std::max(depth, entry.value->depth);
      node->entries.push_back(std::move(entry));
    } while (Accept(TokenKind::kComma));
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBrace, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseMapProjection() {
  const DepthScope scope(this);
  const bool outer = std::exchange(bar_joins_labels_, true);
  auto node = Make<ast::MapProjection>(BeginHere());
  KITH_ASSIGN_OR_RETURN(node->object, ParseVariable());
  const SourceRange opening = Peek().range;
  Advance();
  if (!At(TokenKind::kRightBrace)) {
    do {
      KITH_ASSIGN_OR_RETURN(ast::MapProjectionItem item, ParseMapProjectionItem());
      node->items.push_back(std::move(item));
    } while (Accept(TokenKind::kComma));
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBrace, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), scope.deepest());
}

Result<ast::MapProjectionItem> StatementParser::ParseMapProjectionItem() {
  ast::MapProjectionItem item;
  if (Accept(TokenKind::kDot)) {
    if (Accept(TokenKind::kStar)) {
      item.kind = ast::MapProjectionItemKind::kAllEntries;
      return item;
    }
    item.kind = ast::MapProjectionItemKind::kProperty;
    KITH_ASSIGN_OR_RETURN(item.key, ParseName("the name of a property"));
    return item;
  }
  KITH_ASSIGN_OR_RETURN(item.key, ParseName(".property, .*, key: value or a variable"));
  if (Accept(TokenKind::kColon)) {
    KITH_ASSIGN_OR_RETURN(item.value, ParseExpression());
  } else {
    item.kind = ast::MapProjectionItemKind::kVariable;
  }
  return item;
}

Result<ExpressionPtr> StatementParser::ParseQuantifier(ast::QuantifierKind kind) {
  const bool outer = std::exchange(bar_joins_labels_, true);
  auto node = Make<ast::Quantifier>(BeginHere());
  node->quantifier = kind;
  Advance();
  const SourceRange opening = Peek().range;
  Advance();
  KITH_ASSIGN_OR_RETURN(node->variable, ParseName("a variable"));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kIN));
  KITH_ASSIGN_OR_RETURN(node->list, ParseExpression());
  KITH_ASSIGN_OR_RETURN(node->predicate, ParseWhere());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  bar_joins_labels_ = outer;
  const uint32_t depth = std::max(Depth(node->list), Depth(node->predicate));
  return Seal(std::move(node), depth);
}

Result<ExpressionPtr> StatementParser::ParseReduce() {
  const DepthScope scope(this);
  const bool outer = std::exchange(bar_joins_labels_, false);
  auto node = Make<ast::Reduce>(BeginHere());
  Advance();
  const SourceRange opening = Peek().range;
  Advance();
  KITH_ASSIGN_OR_RETURN(node->accumulator, ParseName("a variable"));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kEqual));
  KITH_ASSIGN_OR_RETURN(node->initial, ParseExpression());
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kComma));
  KITH_ASSIGN_OR_RETURN(node->variable, ParseName("a variable"));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kIN));
  KITH_ASSIGN_OR_RETURN(node->list, ParseExpression());
  bar_joins_labels_ = true;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kBar));
  KITH_ASSIGN_OR_RETURN(node->step, ParseExpression());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), scope.deepest());
}

Result<ExpressionPtr> StatementParser::ParsePatternPredicate() {
  const DepthScope scope(this);
  auto node = Make<ast::PatternPredicate>(BeginHere());
  KITH_ASSIGN_OR_RETURN(node->pattern, ParsePathElements());
  return Seal(std::move(node), scope.deepest());
}

Result<ExpressionPtr> StatementParser::ParseShortestPath() {
  const DepthScope scope(this);
  auto node = Make<ast::ShortestPath>(BeginHere());
  KITH_ASSIGN_OR_RETURN(node->pattern, ParseShortestPathPattern());
  return Seal(std::move(node), scope.deepest());
}

Result<ExpressionPtr> StatementParser::ParseSubquery(ast::SubqueryKind kind) {
  const DepthScope scope(this);
  const bool outer = std::exchange(bar_joins_labels_, true);
  auto node = Make<ast::Subquery>(BeginHere());
  node->subquery = kind;
  Advance();
  const SourceRange opening = Peek().range;
  Advance();
  // name = (... is a path with a variable; it needs no MATCH either.
  node->bare_pattern = At(TokenKind::kLeftParen) || (AtName() && Peek(1).kind == TokenKind::kEqual);
  if (node->bare_pattern) {
    KITH_ASSIGN_OR_RETURN(node->query, ParseBarePatternQuery());
  } else {
    KITH_ASSIGN_OR_RETURN(node->query, ParseQuery());
  }
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBrace, opening));
  bar_joins_labels_ = outer;
  return Seal(std::move(node), scope.deepest());
}

Result<std::unique_ptr<ast::Query>> StatementParser::ParseBarePatternQuery() {
  const uint32_t begin = BeginHere();
  auto match = Make<ast::Match>(begin);
  KITH_ASSIGN_OR_RETURN(match->patterns, ParsePatternList());
  KITH_ASSIGN_OR_RETURN(match->where, ParseWhere());
  match->range = RangeFrom(begin);
  match->keyword = match->range;
  auto query = std::make_unique<ast::Query>();
  query->range = match->range;
  ast::SingleQuery single;
  single.range = match->range;
  single.clauses.push_back(std::move(match));
  query->parts.push_back(std::move(single));
  return query;
}

}  // namespace kith::query

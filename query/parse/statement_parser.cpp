// SPDX-License-Identifier: Apache-2.0
// Tokens, errors and names for all parts of the parser.
#include "query/parse/statement_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "query/parse/spelling.h"

namespace kith::query {
namespace {

/// Longer tokens are cut in messages.
constexpr size_t kMaxShownBytes = 40;

}  // namespace

StatementParser::StatementParser(std::string_view text) : text_(text) {
  TokenList list = Tokenize(text);
  tokens_ = std::move(list.tokens);
  lexer_error_ = std::move(list.error);
}

bool StatementParser::AtAny(std::initializer_list<TokenKind> kinds) const {
  return std::find(kinds.begin(), kinds.end(), Peek().kind) != kinds.end();
}

bool StatementParser::AtSequence(std::initializer_list<Keyword> keywords) const {
  size_t ahead = 0;
  for (const Keyword keyword : keywords) {
    if (Peek(ahead++).keyword != keyword) return false;
  }
  return true;
}

bool StatementParser::Accept(TokenKind kind) {
  if (!At(kind)) return false;
  Advance();
  return true;
}

bool StatementParser::Accept(Keyword keyword) {
  if (!At(keyword)) return false;
  Advance();
  return true;
}

Status StatementParser::Expect(TokenKind kind) {
  return Accept(kind) ? Status::Ok() : Unexpected(TokenKindText(kind));
}

Status StatementParser::ExpectClosing(TokenKind kind, SourceRange opening) {
  if (Accept(kind)) return Status::Ok();
  if (!At(TokenKind::kEnd)) return Unexpected(fmt::format("{} or ','", TokenKindText(kind)));
  return SyntaxError(
      "UnexpectedSyntax", opening,
      fmt::format("'{}' is never closed; expected {} before the end of the statement",
                  TextOf(opening), TokenKindText(kind)));
}

Status StatementParser::Expect(Keyword keyword) {
  if (Accept(keyword)) return Status::Ok();
  const Keyword candidates[] = {keyword};
  return Unexpected(KeywordText(keyword), candidates);
}

Status StatementParser::Unexpected(std::string_view expected,
                                   std::span<const Keyword> candidates) const {
  return UnexpectedWithDetail("UnexpectedSyntax", expected, candidates);
}

Status StatementParser::UnexpectedWithDetail(std::string_view detail, std::string_view expected,
                                             std::span<const Keyword> candidates) const {
  if (At(TokenKind::kError)) return lexer_error_;
  const Token& token = Peek();
  return SyntaxError(detail, token.range,
                     fmt::format("unexpected {}; expected {}{}", DescribeToken(token), expected,
                                 Suggestion(candidates)));
}

std::string StatementParser::DescribeToken(const Token& token) const {
  if (token.kind == TokenKind::kEnd) return "end of the statement";
  const std::string_view text = TextOf(token.range);
  if (text.size() <= kMaxShownBytes) return fmt::format("'{}'", text);
  size_t cut = kMaxShownBytes;
  while ((static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;  // not inside a character
  return fmt::format("'{}...'", text.substr(0, cut));
}

std::string StatementParser::Suggestion(std::span<const Keyword> candidates) const {
  const Token& token = Peek();
  if (token.kind != TokenKind::kWord || token.keyword != Keyword::kNone) return "";
  std::vector<std::string_view> texts;
  texts.reserve(candidates.size());
  for (const Keyword keyword : candidates) texts.push_back(KeywordText(keyword));
  const std::string_view nearest = NearestSpelling(TextOf(token.range), texts);
  return nearest.empty() ? "" : fmt::format(" (did you mean {}?)", nearest);
}

Status StatementParser::TooDeep() const {
  return SyntaxError(
      "UnexpectedSyntax", Peek().range,
      fmt::format("the statement is nested too deeply; the limits are {} nested brackets "
                  "and {} levels of operators. Split it with WITH, or use a list",
                  kMaxNestingDepth, ast::kMaxTreeDepth));
}

Result<ast::ExpressionPtr> StatementParser::Seal(ast::ExpressionPtr node, uint32_t child_depth) {
  node->range.end = std::max(node->range.begin, EndBefore());
  node->depth = child_depth + 1;
  if (node->depth > ast::kMaxTreeDepth) return TooDeep();
  deepest_ = std::max(deepest_, node->depth);
  return node;
}

Result<std::string> StatementParser::NameText(const Token& token) const {
  const std::string_view text = TextOf(token.range);
  if (token.kind == TokenKind::kQuotedWord) return DecodeQuoted(text, token.range.begin);
  return std::string(text);
}

Result<ast::Name> StatementParser::ParseName(std::string_view what) {
  if (!AtName()) return Unexpected(what);
  ast::Name name;
  name.range = Peek().range;
  KITH_ASSIGN_OR_RETURN(name.text, NameText(Peek()));
  Advance();
  return name;
}

Result<ast::Name> StatementParser::ParseDottedName(std::string_view what) {
  KITH_ASSIGN_OR_RETURN(ast::Name name, ParseName(what));
  while (Accept(TokenKind::kDot)) {
    KITH_ASSIGN_OR_RETURN(const ast::Name part, ParseName(what));
    name.text += '.';
    name.text += part.text;
    name.range.end = part.range.end;
  }
  return name;
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Tokens of the language. No word is reserved: a word token carries the keyword that it might be,
// and the parser decides by position.
//
// Thread safety: plain data and functions without state.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/status.h"

namespace kith::query {

// clang-format off
#define KITH_QUERY_KEYWORDS(X)                                                                        \
  X(ALL) X(ALLSHORTESTPATHS) X(AND) X(ANY) X(AS) X(ASC) X(ASCENDING) X(ASSERT) X(BEGIN) X(BTREE)      \
  X(BY) X(CALL) X(CASE) X(COLLECT) X(COMMIT) X(CONSTRAINT) X(CONSTRAINTS) X(CONTAINS) X(COUNT)        \
  X(CREATE) X(DELETE) X(DESC) X(DESCENDING) X(DETACH) X(DISTINCT) X(DROP) X(EACH) X(ELSE) X(END)      \
  X(ENDS) X(EXISTS) X(EXPLAIN) X(FALSE) X(FILTER) X(FINISH) X(FOR) X(FOREACH) X(FULLTEXT)             \
  X(FUNCTION) X(FUNCTIONS) X(GROUP) X(GROUPS) X(IF) X(IN) X(INDEX) X(INDEXES) X(INSERT) X(IS) X(KEY)  \
  X(LET) X(LIMIT) X(LOAD) X(LOOKUP) X(MATCH) X(MERGE) X(NODE) X(NODETACH) X(NONE) X(NOT) X(NULL)      \
  X(OFFSET) X(ON) X(OPTIONAL) X(OPTIONS) X(OR) X(ORDER) X(PATH) X(PATHS) X(POINT) X(PROCEDURE)        \
  X(PROCEDURES) X(PROFILE) X(RANGE) X(REDUCE) X(REL) X(RELATIONSHIP) X(REMOVE) X(REQUIRE) X(RETURN)   \
  X(ROLLBACK) X(SCORE) X(SEARCH) X(SERIALIZABLE) X(SET) X(SHORTEST) X(SHORTESTPATH) X(SHOW)          \
  X(SINGLE) X(SKIP) X(START) X(STARTS)                                                                \
  X(TEXT) X(THEN) X(TRANSACTION) X(TRANSACTIONS) X(TRUE) X(TYPED) X(UNION) X(UNIQUE) X(UNIQUENESS)    \
  X(UNWIND) X(USE) X(USING) X(VECTOR) X(WHEN) X(WHERE) X(WITH) X(XOR) X(YIELD)
// clang-format on

enum class Keyword : uint8_t {
  kNone,
#define KITH_QUERY_KEYWORD_ENUM(word) k##word,
  KITH_QUERY_KEYWORDS(KITH_QUERY_KEYWORD_ENUM)
#undef KITH_QUERY_KEYWORD_ENUM
};

/// The keyword that `word` is without regard to case, else kNone.
Keyword FindKeyword(std::string_view word);

/// In capitals; empty for kNone.
std::string_view KeywordText(Keyword keyword);

enum class TokenKind : uint8_t {
  kEnd,
  kError,  ///< What is here is no token; the lexer keeps the Status. Always the last token.
  kWord,
  kQuotedWord,  ///< `in backticks`
  kInteger,
  kFloat,
  kString,
  kParameter,  ///< $name
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kComma,
  kDot,
  kDotDot,
  kColon,
  kDoubleColon,
  kSemicolon,
  kPlus,
  kPlusEqual,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kCaret,
  kEqual,
  kRegexMatch,
  kLess,
  kLessEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kBar,
  kDoubleBar,
  kAmpersand,
  kBang,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Keyword keyword = Keyword::kNone;  ///< kWord only
  SourceRange range;
};

/// For messages: "')'", "a name", ...
std::string_view TokenKindText(TokenKind kind);

}  // namespace kith::query

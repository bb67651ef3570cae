// SPDX-License-Identifier: Apache-2.0
// From text to syntax tree: a hand-written lexer and recursive-descent parser for openCypher 9, the
// parts of Cypher 5 that people expect (subqueries, label expressions, schema commands), and the
// session commands BEGIN, COMMIT and ROLLBACK.
//
// Every error is a SyntaxError at compile time with openCypher's detail word and a position. Any
// byte sequence gives a tree or such an error: the nesting and the tree depth are limited.
//
// Thread safety: functions without state.
#pragma once

#include <string_view>

#include "engine/base/export.h"
#include "engine/base/result.h"
#include "query/parse/ast.h"

namespace kith::query {

/// Recursion of the parser itself: parentheses, lists, subqueries... Each level costs stack.
inline constexpr uint32_t kMaxNestingDepth = 500;

/// Longer texts are refused; ranges are 32 bits.
inline constexpr size_t kMaxStatementBytes = size_t{256} << 20;

/// Parses exactly one statement; a `;` at its end is allowed. `text` is copied into the statement.
KITH_EXPORT Result<std::unique_ptr<ast::Statement>> ParseStatement(std::string_view text);

/// OK when `text` is one expression and nothing else, so that it is one between brackets, too.
KITH_EXPORT Status CheckExpression(std::string_view text);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Walks the direct subexpressions of an expression, for questions such as "is there an aggregate in
// it?". Patterns and subqueries are closed: what is inside them is not visited.
//
// Thread safety: functions without state.
#pragma once

#include "query/parse/ast_expression.h"

namespace kith::query::ast {

/// Appends the direct subexpressions of `expression` in the order of the text. Borrowed.
void AppendChildren(const Expression& expression, std::vector<const Expression*>* children);

}  // namespace kith::query::ast

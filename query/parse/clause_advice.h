// SPDX-License-Identifier: Apache-2.0
// What to write instead of clauses that other dialects of the language have, and of parts of
// clauses that stand on their own.
//
// Thread safety: a function without state.
#pragma once

#include <string_view>

#include "query/parse/token.h"

namespace kith::query {

/// What to tell someone who writes `keyword` where a clause begins; empty when there is no advice.
std::string_view ClauseAdvice(Keyword keyword);

}  // namespace kith::query

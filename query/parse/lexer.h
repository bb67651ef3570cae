// SPDX-License-Identifier: Apache-2.0
// Cuts a statement into tokens. Blanks are Unicode white space; comments are // to the end of the
// line and /* ... */. Names are Unicode XID (UAX #31), and may begin with an underscore.
//
// Thread safety: a function without state.
#pragma once

#include <string_view>
#include <vector>

#include "query/parse/token.h"

namespace kith::query {

struct TokenList {
  /// Ends with kEnd, or with kError where no token could be made.
  std::vector<Token> tokens;
  /// Why, when the last token is kError: a SyntaxError with position.
  Status error;
};

/// `text` must be shorter than 4 GiB. Any bytes are accepted.
TokenList Tokenize(std::string_view text);

}  // namespace kith::query

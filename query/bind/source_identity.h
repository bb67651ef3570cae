// SPDX-License-Identifier: Apache-2.0
// Whether two pieces of a statement say the same: the same tokens, blanks and comments aside. So it
// is that ORDER BY count(*) is found again among the columns.
//
// Thread safety: one thread at a time.
#pragma once

#include <string_view>
#include <vector>

#include "query/parse/token.h"

namespace kith::query {

class SourceIdentity {
 public:
  /// `text`, a statement that was parsed, must outlive this.
  explicit SourceIdentity(std::string_view text) : text_(text) {}

  bool Same(SourceRange a, SourceRange b);

 private:
  size_t FirstToken(uint32_t offset) const;
  bool SameToken(const Token& a, const Token& b, bool call) const;

  std::string_view text_;
  std::vector<Token> tokens_;  ///< Made at the first question.
};

}  // namespace kith::query

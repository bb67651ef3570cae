// SPDX-License-Identifier: Apache-2.0
// See source_identity.h.
#include "query/bind/source_identity.h"

#include <algorithm>

#include "query/parse/lexer.h"

namespace kith::query {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace

size_t SourceIdentity::FirstToken(uint32_t offset) const {
  const auto found =
      std::lower_bound(tokens_.begin(), tokens_.end(), offset,
                       [](const Token& token, uint32_t at) { return token.range.begin < at; });
  return static_cast<size_t>(found - tokens_.begin());
}

bool SourceIdentity::SameToken(const Token& a, const Token& b, bool call) const {
  if (a.kind != b.kind) return false;
  const std::string_view x = text_.substr(a.range.begin, a.range.end - a.range.begin);
  const std::string_view y = text_.substr(b.range.begin, b.range.end - b.range.begin);
  return call ? SameIgnoringCase(x, y) : x == y;  // Functions have no case, variables have.
}

bool SourceIdentity::Same(SourceRange a, SourceRange b) {
  if (tokens_.empty()) tokens_ = Tokenize(text_).tokens;
  size_t i = FirstToken(a.begin);
  size_t j = FirstToken(b.begin);
  while (tokens_[i].range.begin < a.end && tokens_[j].range.begin < b.end) {
    const bool call = i + 1 < tokens_.size() && tokens_[i + 1].kind == TokenKind::kLeftParen;
    if (!SameToken(tokens_[i], tokens_[j], call)) return false;
    if (tokens_[i].kind == TokenKind::kEnd) return true;
    ++i;
    ++j;
  }
  return tokens_[i].range.begin >= a.end && tokens_[j].range.begin >= b.end;
}

}  // namespace kith::query

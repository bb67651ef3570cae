// SPDX-License-Identifier: Apache-2.0
// The table of keywords and the texts of tokens.
#include "query/parse/token.h"

#include <algorithm>
#include <array>

namespace kith::query {
namespace {

constexpr std::string_view kTexts[] = {"",
#define KITH_QUERY_KEYWORD_TEXT(word) #word,
                                       KITH_QUERY_KEYWORDS(KITH_QUERY_KEYWORD_TEXT)
#undef KITH_QUERY_KEYWORD_TEXT
};

// The list is in the order of its texts, so that a word is found by binary search.
static_assert(std::is_sorted(std::begin(kTexts), std::end(kTexts)));

constexpr size_t kLongestKeyword = 16;

// In the order of TokenKind.
constexpr std::string_view kTokenTexts[] = {"the end of the statement",
                                            "an error",
                                            "a name",
                                            "a name",
                                            "an integer",
                                            "a number",
                                            "a string",
                                            "a parameter",
                                            "'('",
                                            "')'",
                                            "'['",
                                            "']'",
                                            "'{'",
                                            "'}'",
                                            "','",
                                            "'.'",
                                            "'..'",
                                            "':'",
                                            "'::'",
                                            "';'",
                                            "'+'",
                                            "'+='",
                                            "'-'",
                                            "'*'",
                                            "'/'",
                                            "'%'",
                                            "'^'",
                                            "'='",
                                            "'=~'",
                                            "'<'",
                                            "'<='",
                                            "'<>'",
                                            "'>'",
                                            "'>='",
                                            "'|'",
                                            "'||'",
                                            "'&'",
                                            "'!'"};
static_assert(std::size(kTokenTexts) == static_cast<size_t>(TokenKind::kBang) + 1);

}  // namespace

Keyword FindKeyword(std::string_view word) {
  if (word.empty() || word.size() > kLongestKeyword) return Keyword::kNone;
  std::array<char, kLongestKeyword> upper;
  for (size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    upper[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const std::string_view key(upper.data(), word.size());
  const auto* const found = std::lower_bound(std::begin(kTexts), std::end(kTexts), key);
  if (found == std::end(kTexts) || *found != key) return Keyword::kNone;
  return static_cast<Keyword>(found - std::begin(kTexts));
}

std::string_view KeywordText(Keyword keyword) {
  return kTexts[static_cast<size_t>(keyword)];
}

std::string_view TokenKindText(TokenKind kind) {
  return kTokenTexts[static_cast<size_t>(kind)];
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Text to terms: words by Unicode's rules (UAX 29, with ICU's dictionaries where a script writes no
// spaces between words), NFKC and case folding, the stem of the index's language, accents folded.
// Index and query use the same analyzer, so what was written is found.
//
// A word is a run of letters, digits and marks inside an ICU word: "3.14" and "can't" are two words
// each, as are "foo_bar". In English a final 's falls away.
//
// Thread safety: analyzers are immutable; break iterators, stemmers and the cache of known words
// belong to the calling thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace kith::index {

/// A word of the text: bytes [begin, end), and where its term lies in AnalyzedText::terms.
struct Token {
  size_t begin = 0;
  size_t end = 0;
  size_t term_begin = 0;
  uint32_t term_bytes = 0;
  uint8_t form = 0;  ///< Which of the words with this stem it is (term_folder.h).
};

/// The tokens of a text in order. Reused between texts it allocates nothing.
struct AnalyzedText {
  std::vector<Token> tokens;
  std::string terms;

  std::string_view Term(const Token& token) const {
    return std::string_view(terms).substr(token.term_begin, token.term_bytes);
  }
  void Clear() {
    tokens.clear();
    terms.clear();
  }
};

/// The name that definitions keep for an analyzer: a Snowball language, "standard", "none" or
/// "auto". Neo4j's names for the same things and capitals are understood. InvalidArgument naming
/// the known ones.
Result<std::string> CanonicalAnalyzer(std::string_view name);

/// A word of a query.
struct QueryWord {
  /// The terms that it may be: one, or with "auto" the stems of all the languages that it may be
  /// in. Sorted.
  std::vector<std::string> terms;
  uint8_t form = 0;

  auto operator<=>(const QueryWord&) const = default;
};

struct AnalyzerDescription {
  std::string name;
  std::string description;
};
/// All that CanonicalAnalyzer gives, for listings.
std::vector<AnalyzerDescription> KnownAnalyzers();

class Analyzer {
 public:
  /// `name` is canonical. InvalidArgument otherwise.
  static Result<Analyzer> Make(std::string_view name, bool stop_words);

  /// Appends the tokens of `text`. Bytes that are not UTF-8 separate words. Without stop words
  /// those words have no token.
  void Analyze(std::string_view text, AnalyzedText* out) const;

  /// The words of a query as documents may have them.
  std::vector<QueryWord> AnalyzeQuery(std::string_view text) const;
  /// True when words are stemmed, so that documents keep the forms of their words.
  bool stems() const;
  /// A word's front as terms begin: folded but not stemmed.
  std::string FoldPrefix(std::string_view front) const;

 private:
  Analyzer(std::string language, bool stop_words);
  const std::string& LanguageOf(std::string_view text) const;

  std::string language_;
  bool stop_words_ = false;
};

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// One word to its term: case and compatibility forms folded, stemmed, accents removed.
//
// Thread safety: functions keep stemmers and a cache of recent words per thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kith::index {

/// How far words are changed. Also the key of the cache.
struct FoldingRule {
  /// A Snowball stemmer's place in SnowballLanguages(), or kNoStemmer.
  int stemmer = -1;
  bool fold_accents = true;
};

inline constexpr int kNoStemmer = -1;

/// The stemmers that are there, in a fixed order.
std::span<const std::string_view> SnowballLanguages();
/// The place of a language; kNoStemmer when there is no such stemmer.
int FindSnowball(std::string_view language);

/// Appends the term of `word` (UTF-8, one word) to *out; nothing when nothing of it remains.
/// `ascii` says that all its bytes are ASCII. Returns a hash of the word folded but not stemmed:
/// which of the words with this stem it was (0 without a stemmer). Part of the disk format.
uint8_t AppendTerm(std::string_view word, bool ascii, const FoldingRule& rule, std::string* out);

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// See plain_words.h.
#include "rag/generate/plain_words.h"

#include <array>

#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

constexpr std::array kFunctionWords = std::to_array<std::string_view>(
    {"a",     "an",    "the",    "of",     "in",     "on",   "at",      "to",    "for",   "from",
     "by",    "with",  "and",    "or",     "is",     "are",  "was",     "were",  "be",    "been",
     "being", "do",    "does",   "did",    "has",    "have", "had",     "which", "who",   "whom",
     "whose", "what",  "when",   "where",  "why",    "how",  "that",    "this",  "these", "those",
     "it",    "its",   "he",     "his",    "she",    "her",  "their",   "they",  "there", "as",
     "into",  "than",  "then",   "also",   "many",   "much", "long",    "high",  "old",   "far",
     "often", "after", "before", "during", "under",  "over", "between", "about", "not",   "no",
     "name",  "named", "called", "s",      "you",    "i",    "me",      "can",   "could", "would",
     "will",  "tell",  "please", "person", "someone"});

constexpr std::array kMeasureWords =
    std::to_array<std::string_view>({"many", "much", "long", "high", "tall", "old", "far", "large",
                                     "big", "deep", "wide", "heavy", "fast", "often"});

constexpr std::array kPlaceNouns =
    std::to_array<std::string_view>({"place", "city", "town", "village"});

constexpr std::array kNumberWords = std::to_array<std::string_view>(
    {"one",      "two",     "three",     "four",     "five",     "six",      "seven",
     "eight",    "nine",    "ten",       "eleven",   "twelve",   "thirteen", "fourteen",
     "fifteen",  "sixteen", "seventeen", "eighteen", "nineteen", "twenty",   "thirty",
     "forty",    "fifty",   "sixty",     "seventy",  "eighty",   "ninety",   "hundred",
     "thousand", "million", "once",      "twice",    "half"});

}  // namespace

bool IsNumberWord(std::string_view word) {
  return In(kNumberWords, word);
}

bool IsPlaceNoun(std::string_view word) {
  return In(kPlaceNouns, word);
}

bool IsFunctionWord(std::string_view word) {
  return In(kFunctionWords, word);
}

bool IsMeasureWord(std::string_view word) {
  return In(kMeasureWords, word);
}

std::vector<std::string> FoldedWords(std::string_view text) {
  std::vector<std::string> words;
  for (const NameWord& word : CutNameWords(text)) {
    words.push_back(NameKey(text.substr(word.begin, word.end - word.begin)));
  }
  return words;
}

bool IsDigit(std::string_view text, size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

bool IsCapital(std::string_view text) {
  return text.size() > 1 && text.front() >= 'A' && text.front() <= 'Z';
}

}  // namespace kith::rag

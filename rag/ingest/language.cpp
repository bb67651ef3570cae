// SPDX-License-Identifier: Apache-2.0
// The language of a text: from its scripts, and for Latin script from its commonest words.
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "engine/base/utf8.h"
#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

constexpr size_t kSampleBytes = 4096;

struct LatinLanguage {
  std::string_view code;
  std::array<std::string_view, 9> words;  ///< Frequent there and rare in the others.
};

constexpr std::array kLatin = std::to_array<LatinLanguage>({
    {"en", {"the", "of", "and", "was", "is", "with", "that", "for", "by"}},
    {"de", {"der", "die", "und", "das", "ist", "von", "mit", "den", "nicht"}},
    {"fr", {"le", "les", "et", "des", "est", "une", "dans", "du", "qui"}},
    {"es", {"el", "los", "las", "y", "del", "que", "una", "por", "con"}},
    {"it", {"il", "di", "che", "della", "gli", "nel", "sono", "è", "per"}},
    {"pt", {"o", "os", "do", "da", "uma", "não", "em", "com", "dos"}},
    {"nl", {"het", "een", "van", "en", "zijn", "niet", "voor", "met", "op"}},
    {"sv", {"och", "att", "det", "som", "är", "av", "ett", "inte", "den"}},
});

struct Counts {
  size_t latin = 0, han = 0, kana = 0, hangul = 0, cyrillic = 0, greek = 0, arabic = 0, thai = 0;
};

Counts CountScripts(std::string_view text) {
  Counts counts;
  size_t at = 0;
  while (at < text.size()) {
    const char32_t c = TakeUtf8(text, &at);
    if (c < 0x80) {
      counts.latin += std::isalpha(static_cast<int>(c)) != 0 ? 1 : 0;
      continue;
    }
    UErrorCode error = U_ZERO_ERROR;
    switch (uscript_getScript(static_cast<UChar32>(c), &error)) {
      case USCRIPT_LATIN: ++counts.latin; break;
      case USCRIPT_HAN: ++counts.han; break;
      case USCRIPT_HIRAGANA:
      case USCRIPT_KATAKANA: ++counts.kana; break;
      case USCRIPT_HANGUL: ++counts.hangul; break;
      case USCRIPT_CYRILLIC: ++counts.cyrillic; break;
      case USCRIPT_GREEK: ++counts.greek; break;
      case USCRIPT_ARABIC: ++counts.arabic; break;
      case USCRIPT_THAI: ++counts.thai; break;
      default: break;
    }
  }
  return counts;
}

std::string DetectLatin(std::string_view text) {
  std::array<size_t, kLatin.size()> votes{};
  size_t begin = 0;
  std::string word;
  while (begin < text.size()) {
    size_t end = begin;
    word.clear();
    while (end < text.size() && (std::isalpha(static_cast<unsigned char>(text[end])) != 0 ||
                                 static_cast<unsigned char>(text[end]) >= 0x80)) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[end])));
      ++end;
    }
    for (size_t i = 0; i < kLatin.size() && !word.empty(); ++i) {
      const auto& words = kLatin[i].words;
      votes[i] += std::find(words.begin(), words.end(), word) != words.end() ? 1 : 0;
    }
    begin = end + 1;
  }
  const auto best = std::max_element(votes.begin(), votes.end());
  return *best == 0 ? "und" : std::string(kLatin[static_cast<size_t>(best - votes.begin())].code);
}

}  // namespace

std::string DetectLanguage(std::string_view text) {
  const std::string_view sample = text.substr(0, kSampleBytes);
  const Counts counts = CountScripts(sample);
  // One Han or Hangul character carries about as much text as three Latin letters.
  const size_t east = 3 * (counts.han + counts.kana + counts.hangul);
  if (east > 0 && east >= counts.latin) {
    if (counts.hangul > counts.han) return "ko";
    return counts.kana * 10 > counts.han ? "ja" : "zh";
  }
  if (counts.cyrillic > counts.latin) return "ru";
  if (counts.greek > counts.latin) return "el";
  if (counts.arabic > counts.latin) return "ar";
  if (counts.thai > counts.latin) return "th";
  return DetectLatin(sample);
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Folding, stemming, and the cache that makes both cheap for frequent words.
#include "index/text/term_folder.h"

#include <libstemmer.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/utf8.h"
#include "index/text/posting_keys.h"

namespace kith::index {
namespace {

// Of libstemmer 2.2, without its obsolete Porter stemmer. Sorted.
constexpr std::array<std::string_view, 28> kLanguages = {
    "arabic",  "armenian", "basque",     "catalan", "danish",    "dutch",      "english",
    "finnish", "french",   "german",     "greek",   "hindi",     "hungarian",  "indonesian",
    "irish",   "italian",  "lithuanian", "nepali",  "norwegian", "portuguese", "romanian",
    "russian", "serbian",  "spanish",    "swedish", "tamil",     "turkish",    "yiddish"};

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// Null when the library lacks the language: then words stay as they are.
sb_stemmer* ThreadStemmer(int language) {
  struct Slot {
    bool made = false;
    std::unique_ptr<sb_stemmer, StemmerDeleter> stemmer;
  };
  thread_local std::array<Slot, kLanguages.size()> slots;
  Slot& slot = slots[static_cast<size_t>(language)];
  if (!slot.made) {
    const std::string name(kLanguages[static_cast<size_t>(language)]);
    slot.stemmer.reset(sb_stemmer_new(name.c_str(), "UTF_8"));
    slot.made = true;
  }
  return slot.stemmer.get();
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void FoldCase(std::string_view word, bool ascii, std::string* out) {
  if (ascii) {
    for (const char c : word) {
      out->push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
    }
    return;
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_SUCCESS(error)) {
    icu::StringByteSink<std::string> sink(out);
    fold->normalizeUTF8(0, icu::StringPiece(word.data(), static_cast<int32_t>(word.size())), sink,
                        nullptr, error);
  }
  if (U_FAILURE(error)) out->assign(word);
}

void Cut(std::string* term) {
  if (term->size() <= kMaxTermBytes) return;
  size_t end = kMaxTermBytes;
  while (end > 0 && (static_cast<unsigned char>((*term)[end]) & 0xC0) == 0x80) --end;
  term->resize(end);
}

void Stem(int language, std::string* term) {
  sb_stemmer* stemmer = ThreadStemmer(language);
  if (stemmer == nullptr) return;
  const sb_symbol* stemmed = sb_stemmer_stem(
      stemmer, reinterpret_cast<const sb_symbol*>(term->data()), static_cast<int>(term->size()));
  if (stemmed == nullptr) return;  // Out of memory.
  const auto length = static_cast<size_t>(sb_stemmer_length(stemmer));
  if (length > 0) term->assign(reinterpret_cast<const char*>(stemmed), length);
}

// Letters that have no decomposition but a customary plain form.
std::string_view PlainLetter(char32_t c) {
  switch (c) {
    case U'\u00E6': return "ae";
    case U'\u00F0': return "d";
    case U'\u00F8': return "o";
    case U'\u00FE': return "th";
    case U'\u0111': return "d";
    case U'\u0127': return "h";
    case U'\u0131': return "i";
    case U'\u0142': return "l";
    case U'\u0153': return "oe";
    case U'\u0167': return "t";
    default: return {};
  }
}

bool HasAccents(char32_t c) {
  const bool latin = c < 0x0250 || (c >= 0x1E00 && c < 0x1F00);
  const bool greek = (c >= 0x0370 && c < 0x0400) || (c >= 0x1F00 && c < 0x2000);
  const bool mark = c >= 0x0300 && c < 0x0370;
  return latin || greek || mark;
}

void AppendUtf8(UChar32 c, std::string* out) {
  icu::UnicodeString(c).toUTF8String(*out);
}

// Latin and Greek only: elsewhere a mark makes another letter.
void FoldAccents(std::string* term) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(error);
  if (U_FAILURE(error)) return;
  std::string folded;
  for (size_t i = 0; i < term->size();) {
    const size_t begin = i;
    const char32_t c = TakeUtf8(*term, &i);
    if (c < 0x80 || !HasAccents(c)) {
      folded.append(*term, begin, i - begin);
    } else if (const std::string_view plain = PlainLetter(c); !plain.empty()) {
      folded.append(plain);
    } else if (u_charType(static_cast<UChar32>(c)) != U_NON_SPACING_MARK) {
      icu::UnicodeString parts;
      if (decompose->getDecomposition(static_cast<UChar32>(c), parts)) {
        AppendUtf8(parts.char32At(0), &folded);
      } else {
        folded.append(*term, begin, i - begin);
      }
    }
  }
  *term = std::move(folded);
}

struct Term {
  std::string text;
  uint8_t form = 0;
};

// FNV-1a, 32 bits (Fowler, Noll, Vo 1991), folded to 8.
uint8_t FormOf(std::string_view word) {
  uint32_t hash = 2166136261u;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<uint8_t>(hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24);
}

Term MakeTerm(std::string_view word, bool ascii, const FoldingRule& rule) {
  Term term;
  FoldCase(word, ascii, &term.text);
  Cut(&term.text);
  const bool accents = !ascii && rule.fold_accents && !IsAscii(term.text);
  if (rule.stemmer != kNoStemmer) {
    std::string form = term.text;
    if (accents) FoldAccents(&form);
    term.form = FormOf(form);
    Stem(rule.stemmer, &term.text);
  }
  if (accents) FoldAccents(&term.text);
  return term;
}

// Direct-mapped: a word that meets another in its slot takes its place. Frequent words win.
struct CachedTerm {
  int rule = -2;
  std::string word;
  Term term;
};
constexpr size_t kCacheSlots = 8192;
constexpr size_t kMaxCachedBytes = 32;

}  // namespace

std::span<const std::string_view> SnowballLanguages() {
  return kLanguages;
}

int FindSnowball(std::string_view language) {
  const auto found = std::lower_bound(kLanguages.begin(), kLanguages.end(), language);
  if (found == kLanguages.end() || *found != language) return kNoStemmer;
  return static_cast<int>(found - kLanguages.begin());
}

uint8_t AppendTerm(std::string_view word, bool ascii, const FoldingRule& rule, std::string* out) {
  const bool plain = rule.stemmer == kNoStemmer && ascii && word.size() <= kMaxTermBytes;
  if (plain) {
    FoldCase(word, ascii, out);
    return 0;
  }
  if (word.size() > kMaxCachedBytes) {
    // A word far over the limit is cut before it is folded; folding changes no size class.
    const std::string_view front = word.substr(0, std::min(word.size(), 4 * kMaxTermBytes));
    const Term term = MakeTerm(front, ascii, rule);
    out->append(term.text);
    return term.form;
  }
  thread_local std::vector<CachedTerm> cache(kCacheSlots);
  const int key = rule.stemmer * 2 + (rule.fold_accents ? 1 : 0);
  const size_t hash = std::hash<std::string_view>{}(word) ^ (static_cast<size_t>(key + 4) << 40);
  CachedTerm& slot = cache[(hash ^ hash >> 32) % kCacheSlots];
  if (slot.rule != key || slot.word != word) {
    slot.rule = key;
    slot.word = word;
    slot.term = MakeTerm(word, ascii, rule);
  }
  out->append(slot.term.text);
  return slot.term.form;
}

}  // namespace kith::index

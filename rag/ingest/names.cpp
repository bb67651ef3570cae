// SPDX-License-Identifier: Apache-2.0
// Folding goes through a table for the two-byte range (Latin, Greek, Cyrillic, ...) that ICU fills
// once; ASCII needs none. Accents are dropped by decomposing and leaving out combining marks.
#include "rag/ingest/names.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <array>

#include "engine/base/utf8.h"

namespace kith::rag {
namespace {

enum class Kind : uint8_t { kNone, kMark, kWord, kSingle };

struct Folded {
  Kind kind = Kind::kNone;
  std::string text;  ///< UTF-8.
};

bool IsUnspaced(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return true;
    default: return false;
  }
}

Folded Fold(char32_t c) {
  Folded folded;
  const auto point = static_cast<UChar32>(c);
  const int8_t category = u_charType(point);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK) {
    folded.kind = Kind::kMark;
    return folded;
  }
  if (!u_isalnum(point) && category != U_COMBINING_SPACING_MARK && category != U_LETTER_NUMBER) {
    return folded;
  }
  folded.kind = IsUnspaced(c) ? Kind::kSingle : Kind::kWord;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKDInstance(error);
  icu::UnicodeString text(point);
  // Hangul syllables would fall apart into their letters.
  if (U_SUCCESS(error) && folded.kind == Kind::kWord) text = normalizer->normalize(text, error);
  text.foldCase();
  icu::UnicodeString kept;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 part = text.char32At(i);
    if (u_isalnum(part) || u_charType(part) == U_COMBINING_SPACING_MARK) kept.append(part);
  }
  kept.toUTF8String(folded.text);
  return folded;
}

const Folded& FoldCached(char32_t c, Folded* scratch) {
  static const auto* const table = [] {
    auto* filled = new std::array<Folded, 0x800>();
    for (char32_t i = 0; i < 0x800; ++i) (*filled)[i] = Fold(i);
    return filled;
  }();
  if (c < 0x800) return (*table)[c];
  // The bulk of Chinese text needs no folding at all.
  if (c >= 0x4E00 && c <= 0x9FFF) {
    scratch->kind = Kind::kSingle;
    scratch->text.clear();
    scratch->text += static_cast<char>(0xE0 | (c >> 12));
    scratch->text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    scratch->text += static_cast<char>(0x80 | (c & 0x3F));
    return *scratch;
  }
  *scratch = c == kBadUtf8 ? Folded{} : Fold(c);
  return *scratch;
}

constexpr uint64_t kHashSeed = 0xCBF29CE484222325ull;
constexpr uint64_t kHashPrime = 0x100000001B3ull;

uint64_t MixByte(uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * kHashPrime;
}

/// Calls `emit(begin, end, hash, is_single, folded)` for each word.
template <typename Emit>
void ForEachWord(std::string_view text, bool want_text, const Emit& emit) {
  std::string folded;
  Folded scratch;
  uint64_t hash = kHashSeed;
  size_t begin = 0;
  bool open = false;
  const auto close = [&](size_t end) {
    if (open) emit(begin, end, hash, false, folded);
    open = false;
    hash = kHashSeed;
    folded.clear();
  };
  const auto extend = [&](size_t at, std::string_view part) {
    if (!open) begin = at;
    open = true;
    for (const char c : part) hash = MixByte(hash, static_cast<unsigned char>(c));
    if (want_text) folded += part;
  };
  size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      const bool upper = byte >= 'A' && byte <= 'Z';
      const char lower = static_cast<char>(upper ? byte + 32 : byte);
      if (upper || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
        extend(at, std::string_view(&lower, 1));
      } else {
        close(at);
      }
      ++at;
      continue;
    }
    const size_t start = at;
    const Folded& point = FoldCached(TakeUtf8(text, &at), &scratch);
    if (point.kind == Kind::kWord) {
      extend(start, point.text);
    } else if (point.kind == Kind::kSingle) {
      close(start);
      extend(start, point.text);
      emit(begin, at, hash, true, folded);
      open = false;
      close(at);
    } else if (point.kind == Kind::kNone) {
      close(start);
    }
  }
  close(text.size());
}

}  // namespace

std::vector<NameWord> CutNameWords(std::string_view text) {
  std::vector<NameWord> words;
  words.reserve(text.size() / 6 + 1);
  ForEachWord(
      text, false, [&](size_t begin, size_t end, uint64_t hash, bool single, const std::string&) {
        words.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), hash, single});
      });
  return words;
}

std::string NameKey(std::string_view name) {
  std::string key;
  bool after_single = false;
  ForEachWord(name, true, [&](size_t, size_t, uint64_t, bool single, const std::string& folded) {
    if (!key.empty() && !(single && after_single)) key += ' ';
    key += folded;
    after_single = single;
  });
  return key;
}

bool IsUsefulKey(std::string_view key) {
  size_t singles = 0;
  size_t letters = 0;
  bool digits_only = true;
  size_t words = 0;
  ForEachWord(key, true, [&](size_t, size_t, uint64_t, bool single, const std::string& folded) {
    ++words;
    singles += single ? 1 : 0;
    size_t at = 0;
    while (at < folded.size()) {
      const char32_t c = TakeUtf8(folded, &at);
      ++letters;
      if (c < '0' || c > '9') digits_only = false;
    }
  });
  if (digits_only || words > kMaxNameWords) return false;
  return singles >= kMinNameSingles || (singles == 0 && letters >= kMinNameLetters) ||
         letters >= kMinNameLetters;
}

std::vector<std::string> NameForms(std::string_view name) {
  const auto trimmed = [](std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return std::string_view();
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  };
  std::vector<std::string> forms;
  const std::string_view whole = trimmed(name);
  if (whole.empty()) return forms;
  forms.emplace_back(whole);
  static constexpr std::pair<std::string_view, std::string_view> kBrackets[] = {{"(", ")"},
                                                                                {"（", "）"}};
  for (const auto& [open, close] : kBrackets) {
    if (!whole.ends_with(close)) continue;
    const size_t at = whole.rfind(open);
    if (at == std::string_view::npos || at == 0) continue;
    const std::string_view stripped = trimmed(whole.substr(0, at));
    if (!stripped.empty()) forms.emplace_back(stripped);
  }
  return forms;
}

uint64_t ExtendNameHash(uint64_t hash, uint64_t word_hash) {
  uint64_t mixed = (hash ^ word_hash) * 0x9E3779B97F4A7C15ull;
  mixed ^= mixed >> 32;
  return mixed;
}

uint64_t HashName(const std::vector<NameWord>& words) {
  uint64_t hash = 0;
  for (const NameWord& word : words) hash = ExtendNameHash(hash, word.hash);
  return hash;
}

void NameSet::Insert(uint64_t hash) {
  if (hash == 0) return;  // 0 marks a free slot; one name in 2^64 goes unfound
  if (size_ * 2 >= slots_.size()) Grow();
  for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
    if (slots_[at] == hash) return;
    if (slots_[at] == 0) {
      slots_[at] = hash;
      ++size_;
      return;
    }
  }
}

void NameSet::Grow() {
  std::vector<uint64_t> old(slots_.empty() ? 1024 : slots_.size() * 2);
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  size_ = 0;
  for (const uint64_t hash : old) {
    if (hash != 0) Insert(hash);
  }
}

std::vector<NameMatch> FindNames(const std::vector<NameWord>& words, const NameSet& names) {
  std::vector<NameMatch> matches;
  for (size_t first = 0; first < words.size(); ++first) {
    uint64_t hash = 0;
    for (size_t last = first; last < words.size() && last < first + kMaxNameWords; ++last) {
      hash = ExtendNameHash(hash, words[last].hash);
      if (names.Contains(hash)) {
        matches.push_back(
            {hash, words[first].begin, words[last].end, static_cast<uint32_t>(last - first + 1)});
      }
    }
  }
  return matches;
}

}  // namespace kith::rag

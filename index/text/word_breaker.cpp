// SPDX-License-Identifier: Apache-2.0
// Word segmentation with ICU, and the short way around it.
#include "index/text/word_breaker.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <memory>

#include "engine/base/utf8.h"

namespace kith::index {
namespace {

// Text for ICU is cut at the next space beyond this, because UText offsets are 32-bit in places.
constexpr size_t kMaxIcuBytes = size_t{1} << 20;

constexpr std::array<bool, 128> kAsciiWord = [] {
  std::array<bool, 128> word{};
  for (char c = '0'; c <= '9'; ++c) word[static_cast<size_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) word[static_cast<size_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) word[static_cast<size_t>(c)] = true;
  return word;
}();

bool IsAsciiWord(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 && kAsciiWord[byte];
}

bool IsAsciiSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

enum class CodePointKind : uint8_t { kOther, kWord, kMark };

// Superscripts and fractions (U_GC_NO) end a word for UAX 29, so they are others.
CodePointKind KindOf(char32_t c) {
  if (c == kBadUtf8) return CodePointKind::kOther;
  const uint32_t type = U_GET_GC_MASK(static_cast<UChar32>(c));
  if ((type & (U_GC_L_MASK | U_GC_ND_MASK | U_GC_NL_MASK)) != 0) return CodePointKind::kWord;
  return (type & U_GC_M_MASK) != 0 ? CodePointKind::kMark : CodePointKind::kOther;
}

// Latin, Greek, Cyrillic and Armenian: letters and marks follow each other without a word boundary
// between them. General punctuation is no part of words.
bool IsAlphabetic(char32_t c) {
  return c < 0x0590 || (c >= 0x1E00 && c < 0x2000) || (c >= 0x2010 && c <= 0x2027) ||
         (c >= 0x20A0 && c < 0x20D0);
}

void FindAsciiWords(std::string_view text, size_t begin, size_t end, std::vector<Word>* words) {
  size_t i = begin;
  while (i < end) {
    while (i < end && !IsAsciiWord(text[i])) ++i;
    const size_t start = i;
    while (i < end && IsAsciiWord(text[i])) ++i;
    if (i > start) words->push_back({start, i, true});
  }
}

// The runs of letters, digits and marks in [begin, end).
void FindRuns(std::string_view text, size_t begin, size_t end, std::vector<Word>* words) {
  const std::string_view part = text.substr(0, end);
  Word word{begin, begin, true};
  for (size_t i = begin; i < end;) {
    const size_t start = i;
    const char32_t c = TakeUtf8(part, &i);
    const CodePointKind kind = KindOf(c);
    const bool open = word.end > word.begin;
    // A mark belongs to what is before it, so it begins no word.
    if (kind == CodePointKind::kWord || (kind == CodePointKind::kMark && open)) {
      if (!open) word.begin = start;
      word.end = i;
      word.ascii = word.ascii && c < 0x80;
    } else if (open) {
      words->push_back(word);
      word = {i, i, true};
    }
  }
  if (word.end > word.begin) words->push_back(word);
}

// Creating a break iterator loads rules and dictionaries: once a thread.
icu::BreakIterator* ThreadBreakIterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
    if (U_FAILURE(error)) made.reset();
    return made;
  }();
  return iterator.get();
}

// Words of a piece of at most kMaxIcuBytes (or one without any space).
void BreakPiece(std::string_view text, size_t begin, size_t end, std::vector<Word>* words) {
  icu::BreakIterator* iterator = ThreadBreakIterator();
  UErrorCode error = U_ZERO_ERROR;
  UText input = UTEXT_INITIALIZER;
  if (iterator != nullptr) {
    utext_openUTF8(&input, text.data() + begin, static_cast<int64_t>(end - begin), &error);
    iterator->setText(&input, error);
  }
  if (iterator == nullptr || U_FAILURE(error)) {
    // Without ICU's data the runs between punctuation are the best there is.
    FindRuns(text, begin, end, words);
    utext_close(&input);
    return;
  }
  int32_t from = iterator->first();
  for (int32_t to = iterator->next(); to != icu::BreakIterator::DONE; to = iterator->next()) {
    FindRuns(text, begin + static_cast<size_t>(from), begin + static_cast<size_t>(to), words);
    from = to;
  }
  utext_close(&input);
}

void BreakWithIcu(std::string_view text, size_t begin, size_t end, std::vector<Word>* words) {
  while (begin < end) {
    size_t stop = end;
    if (end - begin > kMaxIcuBytes) {
      stop = begin + kMaxIcuBytes;
      while (stop < end && !IsAsciiSpace(text[stop])) ++stop;
    }
    BreakPiece(text, begin, stop, words);
    begin = stop;
  }
}

}  // namespace

void FindWords(std::string_view text, std::vector<Word>* words) {
  size_t begin = 0;
  while (begin < text.size()) {
    // One chunk between spaces: a space always ends a word.
    size_t end = begin;
    bool ascii = true;
    while (end < text.size() && !IsAsciiSpace(text[end])) {
      ascii = ascii && static_cast<unsigned char>(text[end]) < 0x80;
      ++end;
    }
    if (ascii) {
      FindAsciiWords(text, begin, end, words);
    } else {
      bool alphabetic = true;
      for (size_t i = begin; i < end && alphabetic;) alphabetic = IsAlphabetic(TakeUtf8(text, &i));
      if (alphabetic) {
        FindRuns(text, begin, end, words);
      } else {
        BreakWithIcu(text, begin, end, words);
      }
    }
    begin = end + 1;
  }
}

void FindWordsByIcu(std::string_view text, std::vector<Word>* words) {
  BreakWithIcu(text, 0, text.size(), words);
}

}  // namespace kith::index

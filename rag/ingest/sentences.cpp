// SPDX-License-Identifier: Apache-2.0
// Sentence boundaries by ICU, with its list of abbreviations after which a full stop ends nothing.
#include <unicode/brkiter.h>
#include <unicode/filteredbrk.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "rag/ingest/chunker.h"

namespace kith::rag {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::unique_ptr<icu::BreakIterator> MakeIterator(const std::string& language) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Locale locale(language.c_str());
  std::unique_ptr<icu::BreakIterator> plain(
      icu::BreakIterator::createSentenceInstance(locale, error));
  if (U_FAILURE(error)) return nullptr;
  const std::unique_ptr<icu::FilteredBreakIteratorBuilder> builder(
      icu::FilteredBreakIteratorBuilder::createInstance(locale, error));
  if (U_FAILURE(error) || builder == nullptr) return plain;
  // Titles and the like that ICU's list for English lacks.
  for (const char* abbreviation : {"Dr.", "St.", "Jr.", "Sr.", "Gen.", "Gov.", "Sen.", "Co."}) {
    if (language == "en") builder->suppressBreakAfter(icu::UnicodeString(abbreviation), error);
  }
  icu::BreakIterator* raw = plain->clone();
  std::unique_ptr<icu::BreakIterator> filtered(builder->build(raw, error));
  return U_SUCCESS(error) && filtered != nullptr ? std::move(filtered) : std::move(plain);
}

struct CachedIterator {
  std::string language;
  std::unique_ptr<icu::BreakIterator> iterator;
};

/// Making an iterator costs more than cutting a page with it: each thread keeps its last one.
icu::BreakIterator* IteratorFor(std::string_view language) {
  thread_local CachedIterator cached;
  const std::string wanted(language.empty() || language == "und" ? "en" : language);
  if (cached.iterator == nullptr || cached.language != wanted) {
    cached.iterator = MakeIterator(wanted);
    cached.language = wanted;
  }
  return cached.iterator.get();
}

void CutLine(std::string_view text, size_t offset, icu::BreakIterator* iterator,
             std::vector<std::pair<size_t, size_t>>* sentences) {
  const auto add = [&](size_t begin, size_t end) {
    while (begin < end && IsSpace(text[begin])) ++begin;
    while (end > begin && IsSpace(text[end - 1])) --end;
    if (begin < end) sentences->emplace_back(offset + begin, offset + end);
  };
  UErrorCode error = U_ZERO_ERROR;
  UText* utext = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &error);
  if (iterator == nullptr || U_FAILURE(error)) {
    add(0, text.size());
    return;
  }
  iterator->setText(utext, error);
  int32_t begin = iterator->first();
  for (int32_t end = iterator->next(); end != icu::BreakIterator::DONE; end = iterator->next()) {
    add(static_cast<size_t>(begin), static_cast<size_t>(end));
    begin = end;
  }
  add(static_cast<size_t>(begin), text.size());
  utext_close(utext);
}

}  // namespace

std::vector<std::pair<size_t, size_t>> CutSentences(std::string_view text,
                                                    std::string_view language) {
  std::vector<std::pair<size_t, size_t>> sentences;
  icu::BreakIterator* iterator = IteratorFor(language);
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) CutLine(text.substr(begin, end - begin), begin, iterator, &sentences);
    begin = end + 1;
  }
  return sentences;
}

}  // namespace kith::rag

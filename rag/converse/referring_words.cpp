// SPDX-License-Identifier: Apache-2.0
// See referring_words.h.
#include "rag/converse/referring_words.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

enum class Genitive : uint8_t { kNever, kAlways, kBeforeNoun };

struct PronounForm {
  std::string_view word;
  Pronoun pronoun;
  Genitive genitive;
};

constexpr std::array kForms = std::to_array<PronounForm>({
    {"he", Pronoun::kHe, Genitive::kNever},
    {"him", Pronoun::kHe, Genitive::kNever},
    {"his", Pronoun::kHe, Genitive::kAlways},
    {"she", Pronoun::kShe, Genitive::kNever},
    {"her", Pronoun::kShe, Genitive::kBeforeNoun},
    {"hers", Pronoun::kShe, Genitive::kAlways},
    {"it", Pronoun::kIt, Genitive::kNever},
    {"its", Pronoun::kIt, Genitive::kAlways},
    {"they", Pronoun::kThey, Genitive::kNever},
    {"them", Pronoun::kThey, Genitive::kNever},
    {"their", Pronoun::kThey, Genitive::kAlways},
    {"there", Pronoun::kThere, Genitive::kNever},
});

constexpr std::array kBeForms = std::to_array<std::string_view>(
    {"is", "are", "was", "were", "be", "been", "isn", "aren", "wasn", "weren"});

/// Longest first where one begins with another.
struct ChineseForm {
  std::string_view word;
  Pronoun pronoun;
};
constexpr std::array kChineseForms = std::to_array<ChineseForm>({
    {"他们", Pronoun::kThey},
    {"她们", Pronoun::kThey},
    {"它们", Pronoun::kThey},
    {"他", Pronoun::kHe},
    {"她", Pronoun::kShe},
    {"它", Pronoun::kIt},
    {"那里", Pronoun::kThere},
    {"那儿", Pronoun::kThere},
    {"那边", Pronoun::kThere},
});
/// What makes another word of the pronoun behind it.
constexpr std::array kChinesePrefixes =
    std::to_array<std::string_view>({"其", "吉", "无", "利", "维", "排"});

const PronounForm* FormOf(std::string_view word) {
  const auto form = std::find_if(kForms.begin(), kForms.end(),
                                 [&](const PronounForm& known) { return known.word == word; });
  return form == kForms.end() ? nullptr : form;
}

/// "Is there", "there are": there, but no place.
bool IsExistential(const std::vector<std::string>& words, size_t at) {
  const bool before = at > 0 && In(kBeForms, words[at - 1]);
  const bool behind = at + 1 < words.size() && In(kBeForms, words[at + 1]);
  return before || behind;
}

/// "Who was it that", "was it Jonas Holm who", "is it true that", "is it possible to": the it of a
/// clause that follows.
bool StandsForClause(const std::vector<std::string>& words, size_t at) {
  constexpr std::array kClauseWords = std::to_array<std::string_view>({"that", "who", "whether"});
  constexpr std::array kBeforeTo = std::to_array<std::string_view>(
      {"possible", "impossible", "necessary", "easy", "hard", "difficult", "safe", "allowed"});
  constexpr size_t kFar = 3;  // Of two words of a name, or of "said by all".
  if (words[at] != "it" || at == 0 || !In(kBeForms, words[at - 1])) return false;
  for (size_t i = at + 1; i < std::min(words.size(), at + 1 + kFar); ++i) {
    if (In(kClauseWords, words[i])) return true;
  }
  return at + 2 < words.size() && In(kBeforeTo, words[at + 1]) && words[at + 2] == "to";
}

bool IsGenitive(const PronounForm& form, const std::vector<std::string>& words, size_t at) {
  if (form.genitive != Genitive::kBeforeNoun) return form.genitive == Genitive::kAlways;
  return at + 1 < words.size() && !IsFunctionWord(words[at + 1]);
}

void FindEnglish(std::string_view text, std::vector<ReferringWord>* found) {
  std::vector<std::string> words;
  const std::vector<NameWord> cut = CutNameWords(text);
  for (const NameWord& word : cut) {
    words.push_back(NameKey(text.substr(word.begin, word.end - word.begin)));
  }
  for (size_t i = 0; i < cut.size(); ++i) {
    const PronounForm* form = FormOf(words[i]);
    if (form == nullptr) continue;
    if (form->pronoun == Pronoun::kThere && IsExistential(words, i)) continue;
    if (StandsForClause(words, i)) continue;
    // "It's", "he'd": what stands behind the apostrophe is a verb.
    found->push_back({cut[i].begin, cut[i].end, form->pronoun, IsGenitive(*form, words, i)});
  }
}

void FindChinese(std::string_view text, std::vector<ReferringWord>* found) {
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view before = text.substr(0, at);
    const std::string_view rest = text.substr(at);
    const auto form =
        std::find_if(kChineseForms.begin(), kChineseForms.end(),
                     [&](const ChineseForm& known) { return rest.starts_with(known.word); });
    if (form == kChineseForms.end()) continue;
    const bool other_word =
        std::any_of(kChinesePrefixes.begin(), kChinesePrefixes.end(),
                    [&](std::string_view prefix) { return before.ends_with(prefix); });
    // The genitive follows by itself.
    if (!other_word) found->push_back({at, at + form->word.size(), form->pronoun, false});
    at += form->word.size() - 1;
  }
}

}  // namespace

std::vector<ReferringWord> FindReferringWords(std::string_view text) {
  std::vector<ReferringWord> found;
  FindEnglish(text, &found);
  FindChinese(text, &found);
  std::sort(found.begin(), found.end(),
            [](const ReferringWord& a, const ReferringWord& b) { return a.begin < b.begin; });
  return found;
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See spoken_names.h.
#include "rag/converse/spoken_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "rag/generate/plain_words.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

/// Small words inside a name: "Bank of Ostrand", "Ludwig van Beethoven".
constexpr std::array kInsideNames =
    std::to_array<std::string_view>({"of", "de", "la", "van", "von", "der", "du"});
constexpr std::array kLifeWords = std::to_array<std::string_view>(
    {"born", "died", "married", "wife", "husband", "brother", "sister", "father", "mother", "son",
     "daughter", "uncle", "aunt", "cousin", "grandfather", "grandmother"});
constexpr std::array kChineseLifeWords =
    std::to_array<std::string_view>({"出生", "生于", "去世", "逝世", "妻子", "丈夫", "父亲", "母亲",
                                     "儿子", "女儿", "兄弟", "姐妹"});
constexpr std::array kWhoWords = std::to_array<std::string_view>({"who", "whom", "whose"});

/// Bytes [first, second) of a text.
using Span = std::pair<size_t, size_t>;

struct PronounCounts {
  size_t he = 0;
  size_t she = 0;
  size_t it = 0;
};

size_t CountOf(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

PronounCounts CountPronouns(const std::vector<std::string>& words, std::string_view text) {
  PronounCounts counts;
  for (const std::string& word : words) {
    counts.he += word == "he" || word == "his" || word == "him" ? 1 : 0;
    counts.she += word == "she" || word == "her" ? 1 : 0;
    counts.it += word == "it" || word == "its" ? 1 : 0;
  }
  counts.he += CountOf(text, "他") - CountOf(text, "其他");
  counts.she += CountOf(text, "她");
  counts.it += CountOf(text, "它");
  return counts;
}

bool IsYear(std::string_view word) {
  return word.size() == 4 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "（一八九九年至一九八四年）", "（一九四一年生）".
bool HoldsChineseLife(std::string_view sentence) {
  constexpr std::string_view kOpen = "（";
  const size_t open = sentence.find(kOpen);
  const size_t close = sentence.find("）", open);
  if (open == std::string_view::npos || close == std::string_view::npos) return false;
  const std::string_view inside = sentence.substr(open + kOpen.size(), close - open - kOpen.size());
  return inside.ends_with("年生") ||
         (inside.find("年至") != std::string_view::npos && inside.ends_with("年"));
}

bool TellsOfChineseLife(std::string_view passage, const std::vector<Span>& sentences) {
  const auto tells_of_birth = [](std::string_view text) {
    return text.find("生于") != std::string_view::npos ||
           text.find("出生") != std::string_view::npos;
  };
  const auto [begin, end] = sentences[0];
  const std::string_view opening = passage.substr(begin, end - begin);
  if (HoldsChineseLife(opening) || tells_of_birth(opening)) return true;
  if (sentences.size() < 2) return false;
  // The second sentence may tell of another one who was born in the town.
  const std::string_view second =
      passage.substr(sentences[1].first, sentences[1].second - sentences[1].first);
  return tells_of_birth(second) && (second.starts_with("他") || second.starts_with("她"));
}

/// "(1801-1877)", "born", "生于": what the opening of a passage about a person holds.
bool TellsOfLife(std::string_view passage, const std::vector<Span>& sentences) {
  if (sentences.empty()) return false;
  const std::string_view opening =
      passage.substr(sentences[0].first, sentences[0].second - sentences[0].first);
  const std::vector<std::string> words = FoldedWords(opening);
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "born" || words[i] == "died") return true;
    if (i + 1 < words.size() && IsYear(words[i]) && IsYear(words[i + 1])) return true;
  }
  return TellsOfChineseLife(passage, sentences);
}

/// By the pronoun that a sentence soon behind the first begins with: English articles go on so
/// about their subject.
ThingKind KindOfNextSentences(std::string_view passage, const std::vector<Span>& sentences) {
  for (size_t i = 1; i < std::min<size_t>(sentences.size(), 3); ++i) {
    const auto [begin, end] = sentences[i];
    const std::vector<std::string> words = FoldedWords(passage.substr(begin, end - begin));
    if (words.empty()) continue;
    if (words[0] == "he" || words[0] == "his") return ThingKind::kMan;
    if (words[0] == "she" || words[0] == "her") return ThingKind::kWoman;
    if (words[0] == "it" || words[0] == "its") return ThingKind::kThing;
  }
  return ThingKind::kUnknown;
}

struct CapitalRun {
  size_t begin = 0;
  size_t end = 0;
};

/// Words with a capital that stand together; a function word that only opens the text is none.
std::vector<CapitalRun> CapitalRuns(std::string_view text) {
  std::vector<CapitalRun> runs;
  const std::vector<NameWord> words = CutNameWords(text);
  bool open = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = text.substr(words[i].begin, words[i].end - words[i].begin);
    const std::string folded = NameKey(word);
    const bool name = IsCapital(word) && !IsFunctionWord(folded);
    const bool joined =
        open && text.substr(runs.back().end, words[i].begin - runs.back().end) == " ";
    if (name && joined) {
      runs.back().end = words[i].end;
    } else if (name) {
      runs.push_back({words[i].begin, words[i].end});
      open = true;
    } else if (joined && In(kInsideNames, folded) && i + 1 < words.size() &&
               IsCapital(text.substr(words[i + 1].begin)) &&
               text.substr(words[i].end, words[i + 1].begin - words[i].end) == " ") {
      runs.back().end = words[i].end;
    } else {
      open = false;
    }
  }
  return runs;
}

/// Any word has a capital there.
bool OpensSentence(std::string_view text, size_t begin) {
  const size_t last = text.substr(0, begin).find_last_not_of(" \"");
  // A citation, [1], stands behind a sentence, and titles and headings, "A > B:", before one.
  return last == std::string_view::npos ||
         std::string_view(".!?:>]\n").find(text[last]) != std::string_view::npos;
}

SpokenName NameAt(std::string_view text, size_t begin, size_t end) {
  const std::string_view name = text.substr(begin, end - begin);
  return {std::string(name), NameKey(name), begin, end, ThingKind::kUnknown};
}

}  // namespace

std::vector<SpokenName> NamesInText(std::string_view text, std::span<const LinkedEntity> entities) {
  std::vector<SpokenName> names;
  for (const LinkedEntity& entity : entities) {
    names.push_back(NameAt(text, entity.begin, entity.end));
  }
  for (const CapitalRun& run : CapitalRuns(text)) {
    const bool free = std::none_of(entities.begin(), entities.end(), [&](const auto& entity) {
      return run.begin < entity.end && entity.begin < run.end;
    });
    const bool one_word =
        text.substr(run.begin, run.end - run.begin).find(' ') == std::string_view::npos;
    if (one_word && OpensSentence(text, run.begin)) continue;
    if (free) names.push_back(NameAt(text, run.begin, run.end));
  }
  std::sort(names.begin(), names.end(),
            [](const SpokenName& a, const SpokenName& b) { return a.begin < b.begin; });
  return names;
}

ThingKind KindFromPassage(std::string_view passage, std::string_view language) {
  const std::vector<Span> sentences = CutSentences(passage, language);
  const PronounCounts counts = CountPronouns(FoldedWords(passage), passage);
  if (TellsOfLife(passage, sentences)) {
    // A firm has years as well: "(1789-1976)".
    if (counts.he + counts.she == 0 && counts.it > 0) return ThingKind::kThing;
    if (counts.he == counts.she) return ThingKind::kPerson;
    return counts.he > counts.she ? ThingKind::kMan : ThingKind::kWoman;
  }
  const ThingKind subject = KindOfNextSentences(passage, sentences);
  if (subject != ThingKind::kUnknown) return subject;
  if (counts.it > 0 && counts.it >= std::max(counts.he, counts.she)) return ThingKind::kThing;
  return ThingKind::kUnknown;
}

bool AsksForPerson(std::string_view question) {
  const std::vector<std::string> words = FoldedWords(question);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return In(kWhoWords, word); }) ||
         question.find("谁") != std::string_view::npos;
}

bool SpeaksOfPerson(std::string_view question) {
  const std::vector<std::string> words = FoldedWords(question);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return In(kLifeWords, word); }) ||
         std::any_of(
             kChineseLifeWords.begin(), kChineseLifeWords.end(),
             [&](std::string_view word) { return question.find(word) != std::string_view::npos; });
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See answer_cues.h. The lists hold function words only: nothing here knows a subject.
#include "rag/generate/answer_cues.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "rag/generate/irregular_verbs.h"
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

constexpr std::array kChineseFunction = std::to_array<std::string_view>(
    {"什么时候", "是谁", "什么", "哪一年", "哪年", "哪里", "哪儿", "哪些", "哪个", "哪位",
     "哪所",     "哪座", "哪一", "多少",   "何时", "何地", "怎么", "为何", "谁",   "哪",
     "几",       "有多", "吗",   "呢",     "的",   "了",   "是",   "在",   "于",   "有",
     "叫",       "与",   "和",   "从",     "被",   "由",   "为",   "请问"});

constexpr std::array kMonths =
    std::to_array<std::string_view>({"january", "february", "march", "april", "may", "june", "july",
                                     "august", "september", "october", "november", "december"});
constexpr std::array kNumberWords = std::to_array<std::string_view>(
    {"one",      "two",     "three",     "four",     "five",     "six",      "seven",
     "eight",    "nine",    "ten",       "eleven",   "twelve",   "thirteen", "fourteen",
     "fifteen",  "sixteen", "seventeen", "eighteen", "nineteen", "twenty",   "thirty",
     "forty",    "fifty",   "sixty",     "seventy",  "eighty",   "ninety",   "hundred",
     "thousand", "million", "once",      "twice",    "half"});
constexpr std::array kChineseNumerals =
    std::to_array<std::string_view>({"〇", "零", "一", "二", "三", "四", "五", "六", "七", "八",
                                     "九", "十", "百", "千", "万", "两"});
constexpr std::array kChineseMeasures = std::to_array<std::string_view>(
    {"多少", "几", "多高", "多长", "多大", "多远", "多久", "多深", "多宽", "多重"});
constexpr std::array kPronouns = std::to_array<std::string_view>(
    {"he", "she", "it", "they", "his", "her", "its", "their", "this", "these"});
constexpr std::array kChinesePronouns =
    std::to_array<std::string_view>({"他", "她", "它", "其", "该"});
constexpr std::array kMeasureWords =
    std::to_array<std::string_view>({"many", "much", "long", "high", "tall", "old", "far", "large",
                                     "big", "deep", "wide", "heavy", "fast", "often"});

template <typename Words>
bool In(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <typename Words>
bool HoldsAny(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != text.npos; });
}

std::vector<std::string> FoldedWords(std::string_view text) {
  std::vector<std::string> words;
  for (const NameWord& word : CutNameWords(text)) {
    words.push_back(NameKey(text.substr(word.begin, word.end - word.begin)));
  }
  return words;
}

bool IsYear(std::string_view word) {
  return (word.size() == 3 || word.size() == 4) &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool HoldsTime(std::string_view sentence, const std::vector<std::string>& words) {
  const bool plain = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return IsYear(word) || In(kMonths, word);
  });
  if (plain) return true;
  for (const std::string_view unit : {"年", "月", "世纪"}) {
    const size_t at = sentence.find(unit);
    if (at == std::string_view::npos) continue;
    if (at > 0 && std::isdigit(static_cast<unsigned char>(sentence[at - 1])) != 0) return true;
    if (at >= 3 && In(kChineseNumerals, sentence.substr(at - 3, 3))) return true;
  }
  return false;
}

bool HoldsNumber(std::string_view sentence, const std::vector<std::string>& words) {
  return std::any_of(sentence.begin(), sentence.end(),
                     [](char c) { return c >= '0' && c <= '9'; }) ||
         std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return In(kNumberWords, word); }) ||
         HoldsAny(sentence, kChineseNumerals);
}

/// A word that begins with a capital, not at the start of the sentence, and not in the question.
bool HoldsNewName(std::string_view sentence, std::string_view question) {
  const std::vector<std::string> asked = FoldedWords(question);
  bool first = true;
  for (const NameWord& word : CutNameWords(sentence)) {
    const std::string_view text = sentence.substr(word.begin, word.end - word.begin);
    const bool capital = text.front() >= 'A' && text.front() <= 'Z' && text.size() > 1;
    if (capital && !first && !In(asked, NameKey(text))) return true;
    first = false;
  }
  return false;
}

/// What `word` takes without becoming another one. English doubles a last consonant before some of
/// it ("slip", "slipped").
bool IsEndingOf(std::string_view word, std::string_view rest) {
  constexpr std::array kEndings =
      std::to_array<std::string_view>({"s", "d", "es", "ed", "r", "er", "n", "ing", "ly"});
  constexpr std::array kAfterDoubled = std::to_array<std::string_view>({"ed", "er", "ing"});
  if (In(kEndings, rest)) return true;
  return rest.size() > 1 && rest.front() == word.back() && In(kAfterDoubled, rest.substr(1));
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kBracketPairs = {
    {{"(", ")"}, {"（", "）"}}};

/// Bytes from `at`, where brackets open, to behind their end; 0 when they do not.
size_t BracketsAt(std::string_view text, size_t at) {
  for (const auto& [open, close] : kBracketPairs) {
    if (text.substr(at, open.size()) != open) continue;
    const size_t end = text.find(close, at);
    if (end != std::string_view::npos) return end + close.size() - at;
  }
  return 0;
}

/// Both parts name a year, and a dash or its word lies between them.
bool IsSpanOfYears(std::string_view text) {
  constexpr std::array kDashes = std::to_array<std::string_view>({"–", "—", "－", "-", "至", "~"});
  const auto has_year = [](std::string_view part) { return HoldsTime(part, FoldedWords(part)); };
  for (const std::string_view dash : kDashes) {
    const size_t at = text.find(dash);
    if (at == std::string_view::npos) continue;
    if (has_year(text.substr(0, at)) && has_year(text.substr(at + dash.size()))) return true;
  }
  return false;
}

/// What a word in -ing may be a form of: "leading" of "lead", "making" of "make", "winning" of
/// "win".
bool IsParticipleOf(std::string_view word, std::string_view other) {
  if (word.size() < 5 || !word.ends_with("ing")) return false;
  const std::string stem(word.substr(0, word.size() - 3));
  if (AreFormsOfOneVerb(stem, other) || AreFormsOfOneVerb(stem + "e", other)) return true;
  return stem[stem.size() - 1] == stem[stem.size() - 2] &&
         AreFormsOfOneVerb(stem.substr(0, stem.size() - 1), other);
}

void CutRuns(std::string characters, std::vector<std::string>* runs) {
  for (const std::string_view word : kChineseFunction) {
    for (size_t at = characters.find(word); at != std::string::npos; at = characters.find(word)) {
      characters.replace(at, word.size(), "|");
    }
  }
  size_t begin = 0;
  while (begin < characters.size()) {
    const size_t end = std::min(characters.find('|', begin), characters.size());
    if (end > begin) runs->push_back(characters.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

AnswerKind AskedKind(std::string_view question) {
  const std::vector<std::string> words = FoldedWords(question);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string next = i + 1 < words.size() ? words[i + 1] : "";
    if (word == "when") return AnswerKind::kTime;
    if ((word == "what" || word == "which") && (next == "year" || next == "date")) {
      return AnswerKind::kTime;
    }
    if (word == "how" && In(kMeasureWords, next)) return AnswerKind::kNumber;
    if (word == "who" || word == "whom" || word == "whose") return AnswerKind::kPerson;
    if (word == "where") return AnswerKind::kPlace;
  }
  const auto holds = [&](std::string_view part) { return question.find(part) != question.npos; };
  if (holds("哪一年") || holds("哪年") || holds("何时") || holds("什么时候")) {
    return AnswerKind::kTime;
  }
  if (HoldsAny(question, kChineseMeasures)) return AnswerKind::kNumber;
  if (holds("谁")) return AnswerKind::kPerson;
  if (holds("哪里") || holds("哪儿") || holds("何地") || holds("何处")) return AnswerKind::kPlace;
  return AnswerKind::kAny;
}

bool HoldsKind(AnswerKind kind, std::string_view sentence, std::string_view question) {
  switch (kind) {
    case AnswerKind::kAny: return true;
    case AnswerKind::kTime: return HoldsTime(sentence, FoldedWords(sentence));
    case AnswerKind::kNumber: return HoldsNumber(sentence, FoldedWords(sentence));
    case AnswerKind::kPerson:
    case AnswerKind::kPlace: return HoldsNewName(sentence, question);
  }
  return true;
}

bool HoldsChinesePlace(std::string_view sentence) {
  constexpr std::array kPlaceWords = std::to_array<std::string_view>({"于", "在"});
  return HoldsAny(sentence, kPlaceWords);
}

bool BeginsWithPronoun(std::string_view sentence) {
  const std::vector<NameWord> words = CutNameWords(sentence);
  if (words.empty()) return false;
  const std::string_view first =
      sentence.substr(words.front().begin, words.front().end - words.front().begin);
  return words.front().is_single ? In(kChinesePronouns, first) : In(kPronouns, NameKey(first));
}

bool HoldsLifespan(std::string_view sentence) {
  for (size_t at = 0; at < sentence.size(); ++at) {
    const size_t bytes = BracketsAt(sentence, at);
    if (bytes > 0 && IsSpanOfYears(sentence.substr(at, bytes))) return true;
  }
  return false;
}

std::string DefinitionIn(std::string_view sentence) {
  constexpr std::array kEnds = std::to_array<std::string_view>(
      {",", ";", "，", "；", " who ", " which ", " that ", " where ", " whose "});
  std::string definition;
  for (size_t at = 0; at < sentence.size();) {
    if (const size_t bytes = BracketsAt(sentence, at); bytes > 0) {
      at += bytes;
      continue;
    }
    const std::string_view rest = sentence.substr(at);
    if (std::any_of(kEnds.begin(), kEnds.end(),
                    [&](std::string_view end) { return rest.starts_with(end); })) {
      break;
    }
    definition += sentence[at++];
  }
  return definition;
}

ContentWords ContentOf(std::string_view text) {
  ContentWords content;
  std::string characters;
  size_t last_end = 0;
  for (const NameWord& word : CutNameWords(text)) {
    std::string folded = NameKey(text.substr(word.begin, word.end - word.begin));
    if (word.is_single) {
      if (word.begin != last_end) characters += '|';
      characters += folded;
      last_end = word.end;
    } else if (!In(kFunctionWords, folded) && !In(content.words, folded)) {
      content.words.push_back(std::move(folded));
    }
  }
  CutRuns(std::move(characters), &content.runs);
  return content;
}

bool SameWord(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const size_t shorter = std::min(a.size(), b.size());
  const size_t longer = std::max(a.size(), b.size());
  size_t common = 0;
  while (common < shorter && a[common] == b[common]) ++common;
  // Suffixes of English and its neighbours take up to two fifths of a word.
  if (common >= 4 && common * 5 >= longer * 3) return true;
  const std::string_view word = a.size() > b.size() ? b : a;
  const std::string_view rest = (a.size() > b.size() ? a : b).substr(common);
  if (common >= 3 && common == shorter && IsEndingOf(word, rest)) return true;
  if (a.empty() || b.empty()) return false;
  return AreFormsOfOneVerb(a, b) || IsParticipleOf(a, b) || IsParticipleOf(b, a);
}

}  // namespace kith::rag

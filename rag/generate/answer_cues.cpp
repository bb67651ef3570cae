// SPDX-License-Identifier: Apache-2.0
// See answer_cues.h. The lists hold function words only: nothing here knows a subject.
#include "rag/generate/answer_cues.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "rag/generate/measured_noun.h"
#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

constexpr std::array kMonths =
    std::to_array<std::string_view>({"january", "february", "march", "april", "may", "june", "july",
                                     "august", "september", "october", "november", "december"});
constexpr std::array kHours =
    std::to_array<std::string_view>({"monday", "tuesday", "wednesday", "thursday", "friday",
                                     "saturday", "sunday", "noon", "midnight", "clock"});
constexpr std::array kHalvesOfDay = std::to_array<std::string_view>({"am", "pm"});
/// What leads a place, or a time, but never a person who acts.
constexpr std::array kPlacePrepositions =
    std::to_array<std::string_view>({"in", "at", "on", "from", "near"});
constexpr std::array kChineseNumerals =
    std::to_array<std::string_view>({"〇", "零", "一", "二", "三", "四", "五", "六", "七", "八",
                                     "九", "十", "百", "千", "万", "两"});
constexpr std::array kChineseMeasures = std::to_array<std::string_view>(
    {"多少", "几", "多高", "多长", "多大", "多远", "多久", "多深", "多宽", "多重"});
constexpr std::array kPronouns = std::to_array<std::string_view>(
    {"he", "she", "it", "they", "his", "her", "its", "their", "this", "these"});
constexpr std::array kChinesePronouns =
    std::to_array<std::string_view>({"他", "她", "它", "其", "该"});
template <typename Words>
bool HoldsAny(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != text.npos; });
}

/// Four digits of our era, and no part of a longer number ("40,000", "11,1500").
bool IsYear(std::string_view sentence, const NameWord& word) {
  if (word.end - word.begin != 4) return false;
  for (size_t at = word.begin; at < word.end; ++at) {
    if (!IsDigit(sentence, at)) return false;
  }
  const char first = sentence[word.begin];
  if (first != '1' && (first != '2' || sentence[word.begin + 1] > '1')) return false;
  const auto parts = [&](size_t at) {
    return at < sentence.size() && (sentence[at] == ',' || sentence[at] == '.');
  };
  const bool before = word.begin > 1 && parts(word.begin - 1) && IsDigit(sentence, word.begin - 2);
  return !before && !(parts(word.end) && IsDigit(sentence, word.end + 1));
}

/// "5 pm", "5pm", "17:30", "Friday".
bool IsHour(std::string_view sentence, const NameWord& word) {
  const std::string folded = NameKey(sentence.substr(word.begin, word.end - word.begin));
  // "on Saturdays"
  const bool is_plural = folded.ends_with('s');
  if (In(kHours, folded) || (is_plural && In(kHours, folded.substr(0, folded.size() - 1)))) {
    return true;
  }
  if (folded.size() >= 2 && In(kHalvesOfDay, std::string_view(folded).substr(folded.size() - 2))) {
    const size_t half = word.end - 2;
    return IsDigit(sentence, half - 1) || (half > 1 && IsDigit(sentence, half - 2));
  }
  return IsDigit(sentence, word.begin) && word.end < sentence.size() && sentence[word.end] == ':' &&
         IsDigit(sentence, word.end + 1);
}

bool HoldsChineseTime(std::string_view sentence, std::string_view unit) {
  for (size_t at = sentence.find(unit); at != std::string_view::npos;
       at = sentence.find(unit, at + unit.size())) {
    if (at > 0 && IsDigit(sentence, at - 1)) return true;
    if (at >= 3 && In(kChineseNumerals, sentence.substr(at - 3, 3))) return true;
  }
  return false;
}

bool HoldsYear(std::string_view sentence) {
  const std::vector<NameWord> words = CutNameWords(sentence);
  return std::any_of(words.begin(), words.end(),
                     [&](const NameWord& word) { return IsYear(sentence, word); }) ||
         HoldsChineseTime(sentence, "年");
}

bool HoldsTime(std::string_view sentence) {
  constexpr std::array kUnits = std::to_array<std::string_view>({"年", "月", "日", "世纪", "点钟"});
  const std::vector<NameWord> words = CutNameWords(sentence);
  const auto is_time = [&](const NameWord& word) {
    return IsYear(sentence, word) || IsHour(sentence, word) ||
           In(kMonths, NameKey(sentence.substr(word.begin, word.end - word.begin)));
  };
  return std::any_of(words.begin(), words.end(), is_time) ||
         std::any_of(kUnits.begin(), kUnits.end(),
                     [&](std::string_view unit) { return HoldsChineseTime(sentence, unit); }) ||
         sentence.find("星期") != std::string_view::npos;
}

bool HoldsNumber(std::string_view sentence, const std::vector<std::string>& words) {
  return std::any_of(sentence.begin(), sentence.end(),
                     [](char c) { return c >= '0' && c <= '9'; }) ||
         std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return IsNumberWord(word); }) ||
         HoldsAny(sentence, kChineseNumerals);
}

/// With its unit where the question tells what is measured.
bool HoldsAskedNumber(std::string_view sentence, std::string_view question) {
  const std::vector<std::string> asked = FoldedWords(question);
  const std::vector<std::string> words = FoldedWords(sentence);
  const std::string_view noun = MeasuredNoun(asked);
  return noun.empty() ? HoldsNumber(sentence, words) : HoldsMeasureOf(noun, words);
}

/// A word that begins with a capital, not at the start of the sentence, and not in the question.
/// What stands behind a preposition of place is no person, nor is a date, nor the "The" behind a
/// colon.
bool HoldsNewPerson(std::string_view sentence, std::string_view question) {
  const std::vector<std::string> asked = FoldedWords(question);
  bool first = true;
  bool placed = false;
  for (const NameWord& word : CutNameWords(sentence)) {
    const std::string_view text = sentence.substr(word.begin, word.end - word.begin);
    const std::string folded = NameKey(text);
    const bool date = In(kMonths, folded) || In(kHours, folded);
    const bool name = IsCapital(text) && !first && !date && !IsFunctionWord(folded);
    if (name && !placed && !In(asked, folded)) return true;
    // "in Port Merrow", "at the Rowe Hall"
    placed = In(kPlacePrepositions, folded) || (placed && (IsCapital(text) || folded == "the"));
    first = false;
  }
  return false;
}

/// A preposition leads a word with a capital, no date and not in the question: "in Hallmark", "to
/// the Northern Reach".
bool NamesPlace(std::string_view sentence, std::string_view question) {
  constexpr std::array kMorePrepositions =
      std::to_array<std::string_view>({"to", "of", "outside", "into", "across", "towards"});
  const std::vector<std::string> asked = FoldedWords(question);
  bool placed = false;
  bool described = false;  // "In nearby Hallmark": one word may stand between.
  for (const NameWord& word : CutNameWords(sentence)) {
    const std::string_view text = sentence.substr(word.begin, word.end - word.begin);
    const std::string folded = NameKey(text);
    const bool date = In(kMonths, folded) || In(kHours, folded);
    if (placed && IsCapital(text) && !date && !In(asked, folded)) return true;
    const bool leads = In(kPlacePrepositions, folded) || In(kMorePrepositions, folded);
    const bool describes = placed && !described && !IsFunctionWord(folded);
    placed = leads || describes || (placed && (IsCapital(text) || folded == "the"));
    described = !leads && (described || (describes && !IsCapital(text)));
  }
  return false;
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
  for (const std::string_view dash : kDashes) {
    const size_t at = text.find(dash);
    if (at == std::string_view::npos) continue;
    if (HoldsYear(text.substr(0, at)) && HoldsYear(text.substr(at + dash.size()))) return true;
  }
  return false;
}

}  // namespace

AnswerKind AskedKind(std::string_view question) {
  const std::vector<std::string> words = FoldedWords(question);
  if (!MeasuredNoun(words).empty()) return AnswerKind::kNumber;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string next = i + 1 < words.size() ? words[i + 1] : "";
    if (word == "when") return AnswerKind::kTime;
    if ((word == "what" || word == "which") && (next == "year" || next == "date")) {
      return AnswerKind::kTime;
    }
    if (word == "how" && IsMeasureWord(next)) return AnswerKind::kNumber;
    if (word == "who" || word == "whom" || word == "whose") return AnswerKind::kPerson;
    if (word == "where") return AnswerKind::kPlace;
    // "which town is the largest" asks for a thing, "in which town" for the place of one
    const bool placed = i > 0 && In(kPlacePrepositions, words[i - 1]);
    if ((word == "what" || word == "which") && placed && IsPlaceNoun(next)) {
      return AnswerKind::kPlace;
    }
    // Behind it who, where and when open clauses: "what is the seat of the county where X lies".
    if (word == "what" || (word == "which" && i <= 1)) return AnswerKind::kAny;
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
    case AnswerKind::kTime: return HoldsTime(sentence);
    case AnswerKind::kNumber: return HoldsAskedNumber(sentence, question);
    case AnswerKind::kPerson: return HoldsNewPerson(sentence, question);
    case AnswerKind::kPlace: return NamesPlace(sentence, question);
  }
  return true;
}

bool HoldsChinesePlace(std::string_view sentence) {
  constexpr std::array kPlaceWords = std::to_array<std::string_view>({"于", "在"});
  return HoldsAny(sentence, kPlaceWords);
}

bool MayNamePerson(std::string_view sentence, std::string_view question) {
  constexpr std::array kChineseActs = std::to_array<std::string_view>({"是", "由", "叫"});
  if (HoldsAny(sentence, kChineseActs)) return true;
  const std::vector<NameWord> words = CutNameWords(sentence);
  if (words.empty() || words.front().is_single) return false;
  const std::string_view first =
      sentence.substr(words.front().begin, words.front().end - words.front().begin);
  const std::string folded = NameKey(first);
  return IsCapital(first) && !IsFunctionWord(folded) && !In(FoldedWords(question), folded);
}

std::vector<std::string_view> CutAtSemicolons(std::string_view sentence) {
  constexpr std::array kSemicolons = std::to_array<std::string_view>({";", "；"});
  std::vector<std::string_view> parts;
  while (true) {
    size_t end = std::string_view::npos;
    size_t bytes = 0;
    for (const std::string_view mark : kSemicolons) {
      const size_t at = sentence.find(mark);
      if (at < end) {
        end = at;
        bytes = mark.size();
      }
    }
    parts.push_back(sentence.substr(0, end));
    if (end == std::string_view::npos) return parts;
    sentence.remove_prefix(end + bytes);
  }
}

bool BeginsWithPronoun(std::string_view sentence) {
  const std::vector<NameWord> words = CutNameWords(sentence);
  if (words.empty()) return false;
  const std::string_view first =
      sentence.substr(words.front().begin, words.front().end - words.front().begin);
  return words.front().is_single ? In(kChinesePronouns, first) : In(kPronouns, NameKey(first));
}

bool StandsAsPlace(std::string_view text, size_t at) {
  constexpr std::array kChinesePlace = std::to_array<std::string_view>({"在", "于"});
  const std::string_view before = text.substr(0, at);
  if (std::any_of(kChinesePlace.begin(), kChinesePlace.end(),
                  [&](std::string_view word) { return before.ends_with(word); })) {
    return true;
  }
  // The last two words are enough, and passages are long.
  size_t begin = before.find_last_not_of(' ');
  for (int i = 0; i < 2 && begin != std::string_view::npos; ++i) {
    begin = begin == 0 ? std::string_view::npos : before.rfind(' ', begin - 1);
  }
  std::vector<std::string> words =
      FoldedWords(before.substr(begin == std::string_view::npos ? 0 : begin));
  if (!words.empty() && words.back() == "the") words.pop_back();
  return !words.empty() && In(kPlacePrepositions, words.back());
}

bool HoldsLifespan(std::string_view sentence) {
  size_t at = 0;
  while (at < sentence.size() && BracketsAt(sentence, at) == 0) ++at;
  // Only a name stands before it: at a longer sentence's end the brackets belong to what they
  // follow.
  const std::vector<NameWord> words = CutNameWords(sentence.substr(0, at));
  if (words.empty() || words.size() > kMaxNameWords) return false;
  for (const NameWord& word : words) {
    const std::string_view text = sentence.substr(word.begin, word.end - word.begin);
    // "Anna van Dorp"
    const bool particle = text.size() <= 3 && !IsFunctionWord(text);
    if (!word.is_single && !IsCapital(text) && !particle) return false;
  }
  return IsSpanOfYears(sentence.substr(at, BracketsAt(sentence, at)));
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
  constexpr std::array kCopulas =
      std::to_array<std::string_view>({" is a", " is the ", " was a", " was the ", "是"});
  return HoldsAny(definition, kCopulas) ? definition : std::string();
}

}  // namespace kith::rag

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
constexpr std::array kHours =
    std::to_array<std::string_view>({"monday", "tuesday", "wednesday", "thursday", "friday",
                                     "saturday", "sunday", "noon", "midnight", "clock"});
constexpr std::array kHalvesOfDay = std::to_array<std::string_view>({"am", "pm"});
/// What leads a place, or a time, but never a person who acts.
constexpr std::array kPlacePrepositions =
    std::to_array<std::string_view>({"in", "at", "on", "from", "near"});
/// What makes another office of an office: a deputy mayor is no mayor.
constexpr std::array kOfficeWords = std::to_array<std::string_view>(
    {"deputy", "vice", "former", "acting", "assistant", "interim", "honorary", "ex"});
/// Adjectives of measure with their nouns.
constexpr std::array kMeasureForms =
    std::to_array<std::array<std::string_view, 2>>({{"high", "height"},
                                                    {"high", "tall"},
                                                    {"tall", "height"},
                                                    {"long", "length"},
                                                    {"deep", "depth"},
                                                    {"wide", "width"},
                                                    {"heavy", "weight"},
                                                    {"far", "distance"}});
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

bool IsDigit(std::string_view text, size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
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
  if (In(kHours, folded)) return true;
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
                     [](const std::string& word) { return In(kNumberWords, word); }) ||
         HoldsAny(sentence, kChineseNumerals);
}

bool IsCapital(std::string_view text) {
  return text.size() > 1 && text.front() >= 'A' && text.front() <= 'Z';
}

/// A word that begins with a capital, not at the start of the sentence, and not in the question.
/// Where people are asked for, what stands behind a preposition of place is none, nor is a date.
bool HoldsNewName(std::string_view sentence, std::string_view question, bool people) {
  const std::vector<std::string> asked = FoldedWords(question);
  bool first = true;
  bool placed = false;
  for (const NameWord& word : CutNameWords(sentence)) {
    const std::string_view text = sentence.substr(word.begin, word.end - word.begin);
    const std::string folded = NameKey(text);
    const bool place = placed && people;
    const bool date = people && (In(kMonths, folded) || In(kHours, folded));
    if (IsCapital(text) && !first && !place && !date && !In(asked, folded)) return true;
    // "in Port Merrow", "at the Rowe Hall"
    placed = In(kPlacePrepositions, folded) || (placed && (IsCapital(text) || folded == "the"));
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

/// What two forms of one word end in behind what they share. A shared beginning alone makes no
/// forms: "population" and "popular", "police" and "policy".
bool AreEndings(std::string_view a, std::string_view b) {
  constexpr std::array kEndings = std::to_array<std::string_view>(
      {"",     "s",     "d",      "r",     "rs",     "n",    "e",     "es",
       "ed",   "er",    "ers",    "or",    "ors",    "ing",  "ings",  "ion",
       "ions", "ation", "ations", "ition", "itions", "ment", "ments", "ance",
       "ence", "ant",   "ants",   "ent",   "ly",     "y",    "ies",   "ied"});
  if (!In(kEndings, a) || !In(kEndings, b)) return false;
  const bool two_nouns = (a == "e" && b == "y") || (a == "y" && b == "e");
  return !two_nouns;
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
    case AnswerKind::kTime: return HoldsTime(sentence);
    case AnswerKind::kNumber: return HoldsNumber(sentence, FoldedWords(sentence));
    case AnswerKind::kPerson:
    case AnswerKind::kPlace: return HoldsNewName(sentence, question, kind == AnswerKind::kPerson);
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
  return IsCapital(first) && !In(kFunctionWords, folded) && !In(FoldedWords(question), folded);
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
    const bool particle = text.size() <= 3 && !In(kFunctionWords, text);
    if (!word.is_single && !IsCapital(text) && !particle) return false;
  }
  return IsSpanOfYears(sentence.substr(at, BracketsAt(sentence, at)));
}

std::set<std::string, std::less<>> HeldByOthers(std::string_view sentence,
                                                std::string_view question) {
  const std::vector<std::string> asked = FoldedWords(question);
  const std::vector<NameWord> words = CutNameWords(sentence);
  std::vector<std::string> folded;
  for (const NameWord& word : words) {
    folded.push_back(NameKey(sentence.substr(word.begin, word.end - word.begin)));
  }
  const auto is_other = [&](size_t i) {
    return i < words.size() && !In(asked, folded[i]) &&
           IsCapital(sentence.substr(words[i].begin, words[i].end - words[i].begin));
  };
  const auto is_content = [&](size_t i) {
    return i < words.size() && !In(kFunctionWords, folded[i]);
  };
  std::vector<bool> held(words.size());
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (folded[i] == "of" && is_other(i + 1)) {
      for (size_t at = i; at > 0 && is_content(at - 1); --at) held[at - 1] = true;
    } else if (is_other(i) && folded[i + 1] == "s") {
      for (size_t at = i + 2; is_content(at); ++at) held[at] = true;
    }
  }
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (In(kOfficeWords, folded[i]) && !In(asked, folded[i])) held[i + 1] = true;
  }
  std::set<std::string, std::less<>> others;
  for (size_t i = 0; i < words.size(); ++i) {
    if (held[i]) others.insert(folded[i]);
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (!held[i]) others.erase(folded[i]);
  }
  return others;
}

std::string MeasureOf(std::string_view question) {
  const std::vector<std::string> words = FoldedWords(question);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "how") continue;
    const std::string& measure = words[i + 1];
    if (In(kMeasureWords, measure) && measure != "many" && measure != "much") return measure;
  }
  return "";
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

ContentWords ContentOf(std::string_view text) {
  ContentWords content;
  std::string characters;
  size_t last_end = 0;
  size_t content_end = std::string_view::npos;
  for (const NameWord& word : CutNameWords(text)) {
    std::string folded = NameKey(text.substr(word.begin, word.end - word.begin));
    if (word.is_single) {
      if (word.begin != last_end) characters += '|';
      characters += folded;
      last_end = word.end;
    } else if (!In(kFunctionWords, folded) && !In(content.words, folded)) {
      const std::string_view written = text.substr(word.begin, word.end - word.begin);
      if (!content.words.empty() && word.begin == content_end + 1) content.joined.back() = true;
      content.words.push_back(std::move(folded));
      content.fixed.push_back(IsDigit(written, 0) || (word.begin > 0 && IsCapital(written)));
      content.joined.push_back(false);
      content_end = word.end;
    }
  }
  CutRuns(std::move(characters), &content.runs);
  return content;
}

ContentWords AskedRelation(std::string_view question, size_t names_end) {
  constexpr std::string_view kGenitive = "的";
  if (const size_t at = question.rfind(kGenitive); at != std::string_view::npos) {
    return ContentOf(question.substr(at + kGenitive.size()));
  }
  const std::vector<NameWord> words = CutNameWords(question);
  const auto folded = [&](size_t i) {
    return NameKey(question.substr(words[i].begin, words[i].end - words[i].begin));
  };
  if (words.empty()) return {};
  const std::string first = folded(0);
  // "X's team was formed in what year": the order of a statement tells nothing.
  if (!In(kFunctionWords, first)) return {};
  // "what screenwriter ..." says what kind of thing the answer is.
  const bool asks_thing = first == "what" && words.size() > 1 && In(kFunctionWords, folded(1));
  if (first != "who" && !asks_thing) return ContentOf(question.substr(names_end));
  size_t begin = 1;
  while (begin < words.size() && In(kFunctionWords, folded(begin))) ++begin;
  size_t end = begin;
  while (end < words.size() && !In(kFunctionWords, folded(end))) ++end;
  if (begin == end) return {};
  return ContentOf(question.substr(words[begin].begin, words[end - 1].end - words[begin].begin));
}

bool SameWord(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const size_t shorter = std::min(a.size(), b.size());
  size_t common = 0;
  while (common < shorter && a[common] == b[common]) ++common;
  // Four letters are the whole stem of short words only: "marry", but not "movement".
  const bool long_enough = common >= 5 || (common == 4 && std::max(a.size(), b.size()) < 8);
  if (long_enough && AreEndings(a.substr(common), b.substr(common))) return true;
  const std::string_view word = a.size() > b.size() ? b : a;
  const std::string_view rest = (a.size() > b.size() ? a : b).substr(common);
  if (common >= 3 && common == shorter && IsEndingOf(word, rest)) return true;
  if (a.empty() || b.empty()) return false;
  const auto measures = [&](const auto& forms) { return In(forms, a) && In(forms, b); };
  if (std::any_of(kMeasureForms.begin(), kMeasureForms.end(), measures)) return true;
  return AreFormsOfOneVerb(a, b) || IsParticipleOf(a, b) || IsParticipleOf(b, a);
}

}  // namespace kith::rag

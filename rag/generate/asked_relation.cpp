// SPDX-License-Identifier: Apache-2.0
// See asked_relation.h.
#include "rag/generate/asked_relation.h"

#include <algorithm>
#include <array>

#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

constexpr std::array kChineseFunction = std::to_array<std::string_view>(
    {"什么时候", "是谁", "什么", "哪一年", "哪年", "哪里", "哪儿", "哪些", "哪个", "哪位",
     "哪所",     "哪座", "哪一", "多少",   "何时", "何地", "怎么", "为何", "谁",   "哪",
     "几",       "有多", "吗",   "呢",     "的",   "了",   "是",   "在",   "于",   "有",
     "叫",       "与",   "和",   "从",     "被",   "由",   "为",   "请问"});

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

constexpr std::array kAskingWords = std::to_array<std::string_view>(
    {"who", "whom", "whose", "what", "which", "when", "where", "how"});
constexpr std::array kPrepositions = std::to_array<std::string_view>(
    {"in", "at", "on", "by", "to", "for", "from", "with", "of", "under", "during", "after"});
/// What leads to the relation: "the place of death" asks for the death.
constexpr std::array kAspects =
    std::to_array<std::string_view>({"place", "date", "year", "day", "time", "cause", "country"});
/// "... in a university of what Australian city": so few words may stand behind the asking one.
constexpr size_t kMaxBehindAsking = 3;

class WordedQuestion {
 public:
  explicit WordedQuestion(std::string_view text) : text_(text), words_(CutNameWords(text)) {
    for (const NameWord& word : words_) {
      folded_.push_back(NameKey(text.substr(word.begin, word.end - word.begin)));
    }
  }

  size_t size() const { return words_.size(); }
  const std::string& folded(size_t i) const { return folded_[i]; }

  /// Where the words of a statement end in what is asked ("was founded by who"); 0 elsewhere.
  size_t AskingWordBehind() const {
    for (size_t i = size(); i > 2 && size() - i <= kMaxBehindAsking; --i) {
      if (In(kAskingWords, folded_[i - 1])) return i - 1;
    }
    return 0;
  }

  /// The word that asks at the beginning, or behind "at the 2011 census"; the size without one.
  size_t AskingWordAhead() const {
    for (size_t i = 0; i < size(); ++i) {
      if (In(kAskingWords, folded_[i])) return i;
      if (i == 0 && !In(kPrepositions, folded_[0])) break;
    }
    return size();
  }

  /// The nearest word before it that carries a meaning; nothing where that is a name.
  ContentWords ContentBefore(size_t end) const {
    while (end > 0 && IsFunctionWord(folded_[end - 1])) --end;
    if (end == 0) return {};
    const std::string_view word = Written(end - 1, end);
    return IsCapital(word) ? ContentWords() : ContentOf(word);
  }

  /// The first words that carry a meaning, behind an aspect of it.
  ContentWords FirstContent(size_t begin) const {
    while (begin < size()) {
      while (begin < size() && IsFunctionWord(folded_[begin])) ++begin;
      size_t end = begin;
      while (end < size() && !IsFunctionWord(folded_[end])) ++end;
      if (begin == end) return {};
      const bool leads = end - begin == 1 && In(kAspects, folded_[begin]) && end + 1 < size() &&
                         folded_[end] == "of";
      if (!leads) return ContentOf(Written(begin, end));
      begin = end;
    }
    return {};
  }

 private:
  std::string_view Written(size_t begin, size_t end) const {
    return text_.substr(words_[begin].begin, words_[end - 1].end - words_[begin].begin);
  }

  std::string_view text_;
  std::vector<NameWord> words_;
  std::vector<std::string> folded_;
};

bool BeginsWithGenitive(std::string_view text) {
  const std::vector<std::string> words = FoldedWords(text.substr(0, text.find(' ')));
  return words.size() == 1 && words.front() == "s";
}

}  // namespace

std::string MeasureOf(std::string_view question) {
  const std::vector<std::string> words = FoldedWords(question);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "how") continue;
    const std::string& measure = words[i + 1];
    if (IsMeasureWord(measure) && measure != "many" && measure != "much") return measure;
  }
  return "";
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
    } else if (!IsFunctionWord(folded) && !In(content.words, folded)) {
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
  const WordedQuestion worded(question);
  if (worded.size() == 0) return {};
  if (const size_t behind = worded.AskingWordBehind(); behind > 0) {
    return worded.ContentBefore(behind);
  }
  const size_t asking = worded.AskingWordAhead();
  // "X's team was formed in what year": the order of a statement tells nothing.
  if (asking == worded.size()) return {};
  const std::string& first = worded.folded(asking);
  // "what screenwriter ..." says what kind of thing the answer is.
  const bool asks_thing =
      first == "what" && asking + 1 < worded.size() && IsFunctionWord(worded.folded(asking + 1));
  if (first == "who" || asks_thing) return worded.FirstContent(asking + 1);
  const std::string_view behind = question.substr(names_end);
  ContentWords content = ContentOf(behind);
  // "X's mother" leads to the mother, "die" is what is asked of her.
  if (!content.words.empty() && BeginsWithGenitive(behind)) {
    content.words.erase(content.words.begin());
    content.fixed.erase(content.fixed.begin());
    content.joined.erase(content.joined.begin());
  }
  const bool by_place = first == "where" || first == "when";
  return content.words.empty() && by_place ? worded.FirstContent(asking + 1) : content;
}

}  // namespace kith::rag

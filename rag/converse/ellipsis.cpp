// SPDX-License-Identifier: Apache-2.0
// See ellipsis.h.
#include "rag/converse/ellipsis.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rag/converse/spoken_names.h"
#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

/// A longer one before what it ends or begins with.
constexpr std::array kOpenings = std::to_array<std::string_view>(
    {"and what about", "and how about", "what about", "how about", "and", "but", "or"});
constexpr std::array kQuestionWords =
    std::to_array<std::string_view>({"when", "where", "why", "how", "who", "what", "which"});
constexpr std::array kAuxiliaries = std::to_array<std::string_view>(
    {"is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "can", "will"});
constexpr std::string_view kChineseEllipsis = "呢";
constexpr std::array kChineseOpenings = std::to_array<std::string_view>({"那么", "那"});
/// What ends with 呢 and has one of these is a whole question, or one of the course of things.
constexpr std::array kChineseWholes =
    std::to_array<std::string_view>({"什么", "谁", "哪", "几", "多少", "怎", "何时", "何处", "何地",
                                     "如何", "为何", "然后", "后来", "之后", "以后", "现在"});
/// An ellipsis is short; more words are a question of their own.
constexpr size_t kMaxEllipsisWords = 8;

/// What is left of "And X?", "What about X?", "那X呢？".
struct Ellipsis {
  std::string_view rest;
  bool surely = false;  ///< "And" opens whole questions, too; "what about" does not.
};

std::optional<Ellipsis> ChineseEllipsisOf(std::string_view text) {
  if (!text.ends_with(kChineseEllipsis)) return std::nullopt;
  text.remove_suffix(kChineseEllipsis.size());
  for (const std::string_view opening : kChineseOpenings) {
    if (!text.starts_with(opening)) continue;
    text.remove_prefix(opening.size());
    break;
  }
  const bool whole =
      std::any_of(kChineseWholes.begin(), kChineseWholes.end(),
                  [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
  return whole ? std::nullopt : std::optional(Ellipsis{text, true});
}

/// nullopt when the text is no such question.
std::optional<Ellipsis> EllipsisOf(const ShortQuestion& question) {
  const std::string_view text = WithoutEndMarks(question.text);
  if (const auto chinese = ChineseEllipsisOf(text)) return chinese;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view opening : kOpenings) {
    if (!lower.starts_with(opening) || lower.size() < opening.size() + 2) continue;
    if (lower[opening.size()] != ' ') continue;
    return Ellipsis{text.substr(opening.size() + 1), opening.ends_with("about")};
  }
  const auto& names = question.names;
  const bool name_alone = names.size() == 1 && names[0].begin == 0 && names[0].end == text.size();
  return name_alone ? std::optional(Ellipsis{text, false}) : std::nullopt;
}

bool AreOfOneKind(ThingKind a, ThingKind b) {
  const auto person = [](ThingKind kind) {
    return kind == ThingKind::kMan || kind == ThingKind::kWoman || kind == ThingKind::kPerson;
  };
  return a == b || (person(a) && person(b));
}

/// Of the names in the question before, the one that X stands for: of its kind, else the last.
const SpokenName* Replaced(const SpokenTurn& turn, ThingKind kind) {
  const SpokenName* replaced = nullptr;
  for (const SpokenName& name : turn.asked_names) {
    if (replaced == nullptr || !AreOfOneKind(replaced->kind, kind) ||
        AreOfOneKind(name.kind, kind)) {
      replaced = &name;
    }
  }
  return replaced;
}

/// The names inside `rest`, a part of the question's text.
std::vector<SpokenName> NamesOf(const ShortQuestion& question, std::string_view rest) {
  const size_t begin = static_cast<size_t>(rest.data() - question.text.data());
  std::vector<SpokenName> names;
  for (const SpokenName& name : question.names) {
    if (name.begin < begin || name.end > begin + rest.size()) continue;
    names.push_back(name);
    names.back().begin -= begin;
    names.back().end -= begin;
  }
  return names;
}

/// Whether `rest` has more than the names: "Kestrel Lighthouse's owner".
bool SaysMore(std::string_view rest, const std::vector<SpokenName>& names) {
  const std::vector<NameWord> words = CutNameWords(rest);
  return std::any_of(words.begin(), words.end(), [&](const NameWord& word) {
    const bool in_name = std::any_of(names.begin(), names.end(), [&](const SpokenName& name) {
      return name.begin <= word.begin && word.end <= name.end;
    });
    return !in_name && !IsFunctionWord(NameKey(rest.substr(word.begin, word.end - word.begin)));
  });
}

/// "And his wife?" asks of her what was asked of him, but "What about its owner?" does not ask
/// when the owner was built.
bool AsksAnew(std::string_view rest, const std::vector<SpokenName>& names, const SpokenTurn& last,
              const SpokenName& replaced) {
  if (!SaysMore(rest, names)) return false;
  const std::string_view behind = std::string_view(last.asked).substr(replaced.end);
  const bool of_kin = behind.starts_with("'s") || behind.starts_with("的");
  return of_kin || !SpeaksOfPerson(rest);
}

/// "And Jonas Holm?" asks of him what was asked last.
std::optional<std::string> WithAnotherName(const ShortQuestion& question, const Ellipsis& ellipsis,
                                           const SpokenTurn& last) {
  const std::string_view rest = ellipsis.rest;
  const std::vector<std::string> words = FoldedWords(rest);
  if (words.empty() || words.size() > kMaxEllipsisWords) return std::nullopt;
  if (In(kQuestionWords, words.front()) || In(kAuxiliaries, words.front())) return std::nullopt;
  const std::vector<SpokenName> names = NamesOf(question, rest);
  if (names.empty() && !ellipsis.surely) return std::nullopt;
  const SpokenName* replaced =
      Replaced(last, names.empty() ? ThingKind::kUnknown : names.front().kind);
  if (replaced == nullptr) return std::nullopt;
  if (question.refers && AsksAnew(rest, names, last, *replaced)) return std::nullopt;
  constexpr std::string_view kArticle = "the ";
  const bool twice = std::string_view(last.asked).substr(0, replaced->begin).ends_with(kArticle) &&
                     rest.starts_with(kArticle);
  const size_t begin = replaced->begin - (twice ? kArticle.size() : 0);
  return std::string(last.asked).replace(begin, replaced->end - begin, rest);
}

/// "When?" behind "Where was X born?": the same with another question word.
std::optional<std::string> WithAnotherQuestionWord(std::string_view rest, const SpokenTurn& last) {
  const std::vector<std::string> words = FoldedWords(WithoutEndMarks(rest));
  if (words.size() != 1 || !In(kQuestionWords, words.front())) return std::nullopt;
  const std::vector<NameWord> asked = CutNameWords(last.asked);
  const std::vector<std::string> before = FoldedWords(last.asked);
  if (before.size() < 3 || !In(kQuestionWords, before[0]) || !In(kAuxiliaries, before[1])) {
    return std::nullopt;
  }
  std::string written = words.front();
  if (IsCapital(last.asked)) written.front() = static_cast<char>(written.front() - 'a' + 'A');
  const NameWord& word = asked.front();
  return std::string(last.asked).replace(word.begin, word.end - word.begin, written);
}

}  // namespace

std::optional<std::string> CompleteEllipsis(const ShortQuestion& question, const SpokenTurn& last) {
  const std::optional<Ellipsis> ellipsis = EllipsisOf(question);
  const std::string_view rest = ellipsis ? ellipsis->rest : question.text;
  if (auto text = WithAnotherQuestionWord(rest, last)) return text;
  return ellipsis ? WithAnotherName(question, *ellipsis, last) : std::nullopt;
}

std::string_view WithoutEndMarks(std::string_view text) {
  constexpr std::array kMarks = std::to_array<std::string_view>({"?", "!", ".", " ", "？", "。"});
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view mark : kMarks) {
      if (!text.ends_with(mark)) continue;
      text.remove_suffix(mark.size());
      cut = true;
    }
  }
  return text;
}

}  // namespace kith::rag

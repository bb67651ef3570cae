// SPDX-License-Identifier: Apache-2.0
// See follow_up.h.
#include "rag/converse/follow_up.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "rag/converse/antecedents.h"
#include "rag/converse/referring_words.h"
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
constexpr std::array kDemonstratives =
    std::to_array<std::string_view>({"the", "this", "that", "these", "those"});
constexpr std::string_view kChineseEllipsis = "呢";
constexpr std::array kChineseOpenings = std::to_array<std::string_view>({"那么", "那"});
/// An ellipsis is short; more words are a question of their own.
constexpr size_t kMaxEllipsisWords = 8;

/// What stands in place of bytes [begin, end) of a question.
struct Replacement {
  size_t begin = 0;
  size_t end = 0;
  std::string text;
};

std::string Replace(std::string_view text, const std::vector<Replacement>& replacements) {
  std::string out;
  size_t at = 0;
  for (const Replacement& replacement : replacements) {
    out.append(text, at, replacement.begin - at);
    out += replacement.text;
    at = replacement.end;
  }
  out.append(text, at);
  return out;
}

/// The names of a text where they stand after the replacements, those that were put in included.
std::vector<SpokenName> Moved(std::span<const SpokenName> own,
                              const std::vector<Replacement>& replacements) {
  std::vector<SpokenName> moved;
  size_t shift = 0;  // Modulo 2^64: replacements may be shorter than what they replace.
  size_t next = 0;
  for (const Replacement& replacement : replacements) {
    for (; next < own.size() && own[next].begin < replacement.begin; ++next) {
      moved.push_back(own[next]);
      moved.back().begin += shift;
      moved.back().end += shift;
    }
    const size_t begin = replacement.begin + shift;
    moved.push_back({replacement.text, NameKey(replacement.text), begin,
                     begin + replacement.text.size(), ThingKind::kUnknown});
    shift += replacement.text.size() - (replacement.end - replacement.begin);
  }
  for (; next < own.size(); ++next) {
    moved.push_back(own[next]);
    moved.back().begin += shift;
    moved.back().end += shift;
  }
  return moved;
}

std::string TakenAs(std::string_view word, const SpokenName& name) {
  return fmt::format("\"{}\" was taken as {}, spoken of before.", word, name.text);
}

/// "When did Holm build his house": the name in the question is the pronoun's.
bool RefersInside(const ReferringWord& word, std::span<const SpokenName> own) {
  return std::any_of(own.begin(), own.end(), [&](const SpokenName& name) {
    return name.end <= word.begin && AgreementOf(word.pronoun, name.kind) != Agreement::kNone;
  });
}

void ReplacePronouns(std::string_view question, std::span<const SpokenName> own,
                     std::span<const SpokenTurn> turns, std::vector<Replacement>* replacements,
                     ResolvedQuestion* resolved) {
  for (const ReferringWord& word : FindReferringWords(question)) {
    if (RefersInside(word, own)) continue;
    const SpokenName* name = FindAntecedent(word.pronoun, turns);
    if (name == nullptr) continue;
    const std::string_view written = question.substr(word.begin, word.end - word.begin);
    // "There" is "in that place"; the preposition costs nothing where a search ignores it.
    const bool place = word.pronoun == Pronoun::kThere && written == "there";
    std::string text = (place ? "in " : "") + name->text + (word.possessive ? "'s" : "");
    replacements->push_back({word.begin, word.end, std::move(text)});
    resolved->reasons.push_back(TakenAs(written, *name));
  }
}

/// "The lighthouse", "this company", where a name that was spoken of ends so and none is given now.
void ReplaceDescriptions(std::string_view question, std::span<const SpokenName> own,
                         std::span<const SpokenTurn> turns, std::vector<Replacement>* replacements,
                         ResolvedQuestion* resolved) {
  const std::vector<NameWord> words = CutNameWords(question);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const NameWord& noun = words[i + 1];
    const std::string_view article = question.substr(words[i].begin, words[i].end - words[i].begin);
    if (!In(kDemonstratives, NameKey(article))) continue;
    const bool named = std::any_of(own.begin(), own.end(), [&](const SpokenName& name) {
      return words[i].begin < name.end && name.begin < noun.end;
    });
    if (named) continue;
    const SpokenName* name = FindNamed(question.substr(noun.begin, noun.end - noun.begin), turns);
    if (name == nullptr) continue;
    replacements->push_back({words[i].begin, noun.end, name->text});
    const std::string_view written = question.substr(words[i].begin, noun.end - words[i].begin);
    resolved->reasons.push_back(TakenAs(written, *name));
  }
}

std::string_view WithoutMarks(std::string_view text) {
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
  return Ellipsis{text, true};
}

/// nullopt when the text is no such question.
std::optional<Ellipsis> EllipsisOf(std::string_view question, std::span<const SpokenName> own) {
  const std::string_view text = WithoutMarks(question);
  if (const auto chinese = ChineseEllipsisOf(text)) return chinese;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view opening : kOpenings) {
    if (!lower.starts_with(opening) || lower.size() < opening.size() + 2) continue;
    if (lower[opening.size()] != ' ') continue;
    return Ellipsis{text.substr(opening.size() + 1), opening.ends_with("about")};
  }
  // A name alone.
  if (own.size() == 1 && own[0].begin == 0 && own[0].end == text.size()) {
    return Ellipsis{text, false};
  }
  return std::nullopt;
}

/// Of the names in the question before, the one that X stands for: of its kind, else the last.
const SpokenName* Replaced(const SpokenTurn& turn, ThingKind kind) {
  const SpokenName* replaced = nullptr;
  for (const SpokenName& name : turn.asked_names) {
    if (replaced == nullptr || replaced->kind != kind || name.kind == kind) replaced = &name;
  }
  return replaced;
}

/// "And Jonas Holm?" asks of him what was asked last.
std::optional<std::string> WithAnotherName(std::string_view question, const Ellipsis& ellipsis,
                                           std::span<const SpokenName> own,
                                           const SpokenTurn& last) {
  const std::vector<std::string> words = FoldedWords(ellipsis.rest);
  if (words.empty() || words.size() > kMaxEllipsisWords) return std::nullopt;
  if (In(kQuestionWords, words.front()) || In(kAuxiliaries, words.front())) return std::nullopt;
  const size_t begin = static_cast<size_t>(ellipsis.rest.data() - question.data());
  const auto named = std::find_if(own.begin(), own.end(), [&](const SpokenName& name) {
    return name.begin >= begin && name.end <= begin + ellipsis.rest.size();
  });
  if (named == own.end() && !ellipsis.surely) return std::nullopt;
  const SpokenName* replaced =
      Replaced(last, named == own.end() ? ThingKind::kUnknown : named->kind);
  if (replaced == nullptr) return std::nullopt;
  constexpr std::string_view kArticle = "the ";
  const bool twice = std::string_view(last.asked).substr(0, replaced->begin).ends_with(kArticle) &&
                     ellipsis.rest.starts_with(kArticle);
  return Replace(last.asked, {{replaced->begin - (twice ? kArticle.size() : 0), replaced->end,
                               std::string(ellipsis.rest)}});
}

/// "When?" behind "Where was X born?": the same with another question word.
std::optional<std::string> WithAnotherQuestionWord(std::string_view rest, const SpokenTurn& last) {
  const std::string_view word = WithoutMarks(rest);
  const std::vector<std::string> words = FoldedWords(word);
  if (words.size() != 1 || !In(kQuestionWords, words.front())) return std::nullopt;
  const std::vector<NameWord> asked = CutNameWords(last.asked);
  const std::vector<std::string> before = FoldedWords(last.asked);
  if (before.size() < 3 || !In(kQuestionWords, before[0]) || !In(kAuxiliaries, before[1])) {
    return std::nullopt;
  }
  std::string written = words.front();
  if (IsCapital(last.asked)) written.front() = static_cast<char>(written.front() - 'a' + 'A');
  return Replace(last.asked, {{asked.front().begin, asked.front().end, std::move(written)}});
}

std::optional<std::string> Completed(std::string_view question, std::span<const SpokenName> own,
                                     std::span<const SpokenTurn> turns) {
  if (turns.empty()) return std::nullopt;
  const std::optional<Ellipsis> ellipsis = EllipsisOf(question, own);
  const std::string_view rest = ellipsis ? ellipsis->rest : question;
  if (auto text = WithAnotherQuestionWord(rest, turns.front())) return text;
  if (!ellipsis) return std::nullopt;
  return WithAnotherName(question, *ellipsis, own, turns.front());
}

}  // namespace

ResolvedQuestion ResolveFollowUp(std::string_view question, std::span<const SpokenName> own,
                                 std::span<const SpokenTurn> turns) {
  ResolvedQuestion resolved;
  std::vector<Replacement> replacements;
  ReplacePronouns(question, own, turns, &replacements, &resolved);
  ReplaceDescriptions(question, own, turns, &replacements, &resolved);
  std::sort(replacements.begin(), replacements.end(),
            [](const Replacement& a, const Replacement& b) { return a.begin < b.begin; });
  resolved.text = Replace(question, replacements);
  if (const auto whole = Completed(resolved.text, Moved(own, replacements), turns)) {
    resolved.reasons.push_back(
        fmt::format("\"{}\" was taken as a part of the question before.", WithoutMarks(question)));
    resolved.text = *whole;
  }
  return resolved;
}

}  // namespace kith::rag

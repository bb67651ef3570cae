// SPDX-License-Identifier: Apache-2.0
// See follow_up.h.
#include "rag/converse/follow_up.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rag/converse/antecedents.h"
#include "rag/converse/ellipsis.h"
#include "rag/converse/referring_words.h"
#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

constexpr std::array kDemonstratives =
    std::to_array<std::string_view>({"the", "this", "that", "these", "those"});
/// What tells one thing from others that are called the same: "the lighthouse that burnt down".
constexpr std::array kTellingApart = std::to_array<std::string_view>(
    {"that", "which", "who", "whose", "where", "of", "called", "named"});
constexpr std::array kPrepositions =
    std::to_array<std::string_view>({"at", "in", "on", "near", "by", "from", "for"});

/// What stands in place of bytes [begin, end) of a question.
struct Replacement {
  size_t begin = 0;
  size_t end = 0;
  std::string text;
  ThingKind kind = ThingKind::kUnknown;
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
                     begin + replacement.text.size(), replacement.kind});
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

/// "How long does it take to ride to Port Merrin": the it is what one does, not a thing.
bool IsForDoing(std::string_view question, const ReferringWord& word,
                std::span<const SpokenName> own) {
  return word.pronoun == Pronoun::kIt && question.substr(word.end).starts_with(" take") &&
         std::any_of(own.begin(), own.end(),
                     [&](const SpokenName& name) { return name.begin > word.end; });
}

void ReplacePronouns(std::string_view question, std::span<const SpokenName> own,
                     std::span<const SpokenTurn> turns, std::vector<Replacement>* replacements,
                     ResolvedQuestion* resolved) {
  for (const ReferringWord& word : FindReferringWords(question)) {
    if (RefersInside(word, own) || IsForDoing(question, word, own)) continue;
    const SpokenName* name = FindAntecedent(word.pronoun, turns);
    if (name == nullptr) continue;
    const std::string_view written = question.substr(word.begin, word.end - word.begin);
    // "There" is "in that place"; the preposition costs nothing where a search ignores it.
    const bool place = word.pronoun == Pronoun::kThere && written == "there";
    std::string text = (place ? "in " : "") + name->text + (word.possessive ? "'s" : "");
    replacements->push_back({word.begin, word.end, std::move(text), name->kind});
    resolved->reasons.push_back(TakenAs(written, *name));
  }
}

/// "The lighthouse at Varley", "the company that built it": not the one that was spoken of.
bool IsToldApart(std::string_view question, const std::vector<NameWord>& words, size_t noun,
                 std::span<const SpokenName> own) {
  if (noun + 1 >= words.size()) return false;
  const NameWord& next = words[noun + 1];
  const std::string word = NameKey(question.substr(next.begin, next.end - next.begin));
  if (In(kTellingApart, word)) return true;
  return In(kPrepositions, word) &&
         std::any_of(own.begin(), own.end(), [&](const SpokenName& name) {
           if (name.begin < next.end) return false;
           const std::string_view between = question.substr(next.end, name.begin - next.end);
           return between == " " || between == " the ";
         });
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
    const auto overlaps = [&](const auto& other) {
      return words[i].begin < other.end && other.begin < noun.end;
    };
    if (std::any_of(own.begin(), own.end(), overlaps)) continue;
    if (std::any_of(replacements->begin(), replacements->end(), overlaps)) continue;
    if (IsToldApart(question, words, i + 1, own)) continue;
    const SpokenName* name = FindNamed(question.substr(noun.begin, noun.end - noun.begin), turns);
    if (name == nullptr) continue;
    replacements->push_back({words[i].begin, noun.end, name->text, name->kind});
    const std::string_view written = question.substr(words[i].begin, noun.end - words[i].begin);
    resolved->reasons.push_back(TakenAs(written, *name));
  }
}

}  // namespace

ResolvedQuestion ResolveFollowUp(std::string_view question, std::span<const SpokenName> own,
                                 std::span<const SpokenTurn> turns) {
  ResolvedQuestion resolved;
  std::vector<Replacement> replacements;
  ReplacePronouns(question, own, turns, &replacements, &resolved);
  const bool refers = !replacements.empty();
  ReplaceDescriptions(question, own, turns, &replacements, &resolved);
  std::sort(replacements.begin(), replacements.end(),
            [](const Replacement& a, const Replacement& b) { return a.begin < b.begin; });
  resolved.text = Replace(question, replacements);
  if (turns.empty()) return resolved;
  const std::vector<SpokenName> names = Moved(own, replacements);
  if (auto whole = CompleteEllipsis({resolved.text, names, refers}, turns.front())) {
    resolved.reasons.push_back(fmt::format("\"{}\" was taken as a part of the question before.",
                                           WithoutEndMarks(question)));
    resolved.text = std::move(*whole);
  }
  return resolved;
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See word_forms.h.
#include "rag/generate/word_forms.h"

#include <algorithm>
#include <array>
#include <string>

#include "rag/generate/irregular_verbs.h"
#include "rag/generate/plain_words.h"

namespace kith::rag {
namespace {

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
/// Nouns of what happens once in a life, with their verbs.
constexpr std::array kEventForms = std::to_array<std::array<std::string_view, 3>>(
    {{"birth", "born", "births"}, {"death", "died", "die"}, {"burial", "buried", "bury"}});

/// What `word` takes without becoming another one. English doubles a last consonant before some of
/// it ("slip", "slipped").
bool IsEndingOf(std::string_view word, std::string_view rest) {
  constexpr std::array kEndings =
      std::to_array<std::string_view>({"s", "d", "es", "ed", "r", "er", "n", "ing", "ly"});
  constexpr std::array kAfterDoubled = std::to_array<std::string_view>({"ed", "er", "ing"});
  if (In(kEndings, rest)) return true;
  return rest.size() > 1 && rest.front() == word.back() && In(kAfterDoubled, rest.substr(1));
}

/// What a short verb's forms end in: "owns", "owned", "owner".
bool IsVerbEnding(std::string_view rest) {
  constexpr std::array kEndings = std::to_array<std::string_view>({"s", "d", "ed", "er", "ing"});
  return In(kEndings, rest);
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

/// What a word in -ing may be a form of: "leading" of "lead", "making" of "make", "winning" of
/// "win".
bool IsParticipleOf(std::string_view word, std::string_view other) {
  if (word.size() < 5 || !word.ends_with("ing")) return false;
  const std::string stem(word.substr(0, word.size() - 3));
  if (AreFormsOfOneVerb(stem, other) || AreFormsOfOneVerb(stem + "e", other)) return true;
  return stem[stem.size() - 1] == stem[stem.size() - 2] &&
         AreFormsOfOneVerb(stem.substr(0, stem.size() - 1), other);
}

}  // namespace

bool SameWord(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const size_t shorter = std::min(a.size(), b.size());
  size_t common = 0;
  while (common < shorter && a[common] == b[common]) ++common;
  // Four letters are the whole stem of short words only: "marry", but not "movement".
  const bool long_enough = common >= 5 || (common == 4 && std::max(a.size(), b.size()) < 8);
  if (long_enough && AreEndings(a.substr(common), b.substr(common))) return true;
  if (common >= 3 && IsVerbEnding(a.substr(common)) && IsVerbEnding(b.substr(common))) return true;
  const std::string_view word = a.size() > b.size() ? b : a;
  const std::string_view rest = (a.size() > b.size() ? a : b).substr(common);
  if (common >= 3 && common == shorter && IsEndingOf(word, rest)) return true;
  if (a.empty() || b.empty()) return false;
  const auto measures = [&](const auto& forms) { return In(forms, a) && In(forms, b); };
  if (std::any_of(kMeasureForms.begin(), kMeasureForms.end(), measures)) return true;
  if (std::any_of(kEventForms.begin(), kEventForms.end(), measures)) return true;
  return AreFormsOfOneVerb(a, b) || IsParticipleOf(a, b) || IsParticipleOf(b, a);
}

}  // namespace kith::rag

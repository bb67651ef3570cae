// SPDX-License-Identifier: Apache-2.0
// What kind of thing a question asks for, and whether a sentence holds one: a person, a place, a
// time, a number. From question words alone, English and Chinese.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

enum class AnswerKind : uint8_t { kAny, kPerson, kPlace, kTime, kNumber };

AnswerKind AskedKind(std::string_view question);

/// True when the sentence has something of that kind that the question does not have already. For
/// persons and places that is a capitalised word inside the sentence; names that the graph knows
/// are the caller's to check.
bool HoldsKind(AnswerKind kind, std::string_view sentence, std::string_view question);

/// True when a Chinese sentence has a preposition of place; its names cannot be told by their
/// letters.
bool HoldsChinesePlace(std::string_view sentence);

/// True when the sentence begins with a pronoun, so that the one before it says whom it is about.
bool BeginsWithPronoun(std::string_view sentence);

/// True for the years, or dates with years, of a life in brackets: "(1874–1958)", "(3 May 1851 - 19
/// November 1927)", "（一八八二年至一九五九年）". They say when someone was born and died.
bool HoldsLifespan(std::string_view sentence);

/// What a sentence says its subject is: up to the first comma or relative clause, brackets left
/// out.
std::string DefinitionIn(std::string_view sentence);

/// The words that carry the question's meaning: folded, without question and function words. For
/// scripts without spaces, runs of characters between such words.
struct ContentWords {
  std::vector<std::string> words;
  std::vector<std::string> runs;  ///< UTF-8, each one or more characters.
};
ContentWords ContentOf(std::string_view text);

/// Forms of one word, as far as spelling and a list of irregular English verbs tell: "designed" and
/// "designer", "wrote" and "written".
bool SameWord(std::string_view a, std::string_view b);

}  // namespace kith::rag

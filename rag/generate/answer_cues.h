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
/// persons that is a capitalised word inside the sentence, for places one behind a preposition: "in
/// Hallmark", "to the Northern Reach"; names that the graph knows are the caller's to check.
bool HoldsKind(AnswerKind kind, std::string_view sentence, std::string_view question);

/// True when a Chinese sentence has a preposition of place; its names cannot be told by their
/// letters.
bool HoldsChinesePlace(std::string_view sentence);

/// True when a person may be named where letters do not tell: by a sentence's first word, which
/// always has a capital, or in a Chinese sentence that says who is or does something.
bool MayNamePerson(std::string_view sentence, std::string_view question);

/// The parts of a sentence between its semicolons; the whole without one.
std::vector<std::string_view> CutAtSemicolons(std::string_view sentence);

/// True when the sentence begins with a pronoun, so that the one before it says whom it is about.
bool BeginsWithPronoun(std::string_view sentence);

/// True when what stands at byte `at` follows a preposition of place: it is no person who acts.
bool StandsAsPlace(std::string_view text, size_t at);

/// True for the years, or dates with years, of a life in brackets behind the name that the sentence
/// begins with: "Edmund Pell (1874–1958)", "Ann (3 May 1851 - 19 November 1927)",
/// "陆维舟（一八八二年至一九五九年）". They say when its subject was born and died.
bool HoldsLifespan(std::string_view sentence);

/// What a sentence says its subject is ("X was a composer"): up to the first comma or relative
/// clause, brackets left out; empty when it says something else of it ("X was built in 1862").
std::string DefinitionIn(std::string_view sentence);

}  // namespace kith::rag

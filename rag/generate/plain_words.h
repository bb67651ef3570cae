// SPDX-License-Identifier: Apache-2.0
// Words as the rules of answering compare them, and the lists that several of them share. Function
// words only: nothing here knows a subject.
//
// Thread safety: pure functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

template <typename Words>
bool In(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Of a folded word.
bool IsFunctionWord(std::string_view word);
/// A word that measures behind "how": "many", "high".
bool IsMeasureWord(std::string_view word);
/// "one", "hundred", "twice"; of a folded word.
bool IsNumberWord(std::string_view word);
/// "town", "city": an answer holds its name, but seldom the word.
bool IsPlaceNoun(std::string_view word);
/// Each word as names are compared, in order.
std::vector<std::string> FoldedWords(std::string_view text);
bool IsDigit(std::string_view text, size_t at);
/// Two letters or more, the first a capital of ASCII.
bool IsCapital(std::string_view text);

}  // namespace kith::rag

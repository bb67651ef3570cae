// SPDX-License-Identifier: Apache-2.0
// What a question asks for besides the names in it, from its wording.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

/// The words that carry the question's meaning: folded, without question and function words. For
/// scripts without spaces, runs of characters between such words.
struct ContentWords {
  std::vector<std::string> words;
  std::vector<bool> fixed;        ///< Of words: names and numbers, which have no other wording.
  std::vector<bool> joined;       ///< Of words: with the next, as in "prime minister".
  std::vector<std::string> runs;  ///< UTF-8, each one or more characters.
};
ContentWords ContentOf(std::string_view text);

/// What a question that goes through several relations asks for at last: "wife" of "who was the
/// wife of the composer of X", "born" of "where was the composer of X born". `names_end` is the end
/// of its last known name, 0 without one.
ContentWords AskedRelation(std::string_view question, size_t names_end);

/// The adjective of "how high", "how long"; empty without one.
std::string MeasureOf(std::string_view question);

}  // namespace kith::rag

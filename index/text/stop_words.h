// SPDX-License-Identifier: Apache-2.0
// The most frequent function words of some languages: to leave them out of an index on request, and
// to tell the language of a text.
//
// Thread safety: pure functions over constants.
#pragma once

#include <span>
#include <string_view>

namespace kith::index {

struct StopWords {
  std::string_view language;                ///< As Snowball names it, or "chinese".
  std::span<const std::string_view> words;  ///< Sorted by bytes, lower-case.
};

/// All lists.
std::span<const StopWords> AllStopWords();
/// True when `word` (lower-case) is in the list of the language; false for one without a list.
bool IsStopWord(std::string_view language, std::string_view word);
bool HasStopWords(std::string_view language);

}  // namespace kith::index

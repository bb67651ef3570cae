// SPDX-License-Identifier: Apache-2.0
// Finds words in text. ASCII and the alphabetic scripts take a short way that needs no break
// iterator and gives the same words as ICU (a test compares them).
//
// Thread safety: functions keep their break iterator per thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace kith::index {

/// A run of letters, digits and marks; bytes [begin, end) of the text.
struct Word {
  size_t begin = 0;
  size_t end = 0;
  bool ascii = true;

  bool operator==(const Word&) const = default;
};

/// Appends the words of `text` in order.
void FindWords(std::string_view text, std::vector<Word>* words);

/// The same by ICU alone, for tests.
void FindWordsByIcu(std::string_view text, std::vector<Word>* words);

}  // namespace kith::index

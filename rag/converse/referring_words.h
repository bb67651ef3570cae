// SPDX-License-Identifier: Apache-2.0
// Words of a question that stand for something that was spoken of before: "he", "its", "there", and
// their Chinese counterparts.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kith::rag {

enum class Pronoun : uint8_t { kHe, kShe, kIt, kThey, kThere };

/// At bytes [begin, end) of the text.
struct ReferringWord {
  size_t begin = 0;
  size_t end = 0;
  Pronoun pronoun = Pronoun::kIt;
  bool possessive = false;  ///< "his": what replaces it is a genitive.
};

/// In order. "There" as in "is there" and "it" as in "is it true that" refer to nothing and are
/// left out.
std::vector<ReferringWord> FindReferringWords(std::string_view text);

}  // namespace kith::rag

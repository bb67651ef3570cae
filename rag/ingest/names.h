// SPDX-License-Identifier: Apache-2.0
// Names as the mention graph compares them: folded to lower case without accents, cut into words of
// letters and digits. Scripts written without spaces (Han, kana, Hangul, Thai, ...) have no
// reliable word boundaries inside a sentence, so there each character is a word: a name is found in
// a text wherever its characters stand, however a segmenter would have cut them.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

/// One folded word. [begin, end) are bytes of the text that was cut.
struct NameWord {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint64_t hash = 0;       ///< Of the folded word.
  bool is_single = false;  ///< A character of a script without spaces.
};

/// Longer names are kept but not looked for in texts.
inline constexpr size_t kMaxNameWords = 12;
/// In characters, without spaces: shorter names are too often something else.
inline constexpr size_t kMinNameLetters = 5;
inline constexpr size_t kMinNameSingles = 2;  ///< Of scripts without spaces.

std::vector<NameWord> CutNameWords(std::string_view text);

/// The key of a name: its folded words joined by a space, single characters by nothing.
std::string NameKey(std::string_view name);

/// True when the key is long enough, short enough and not only digits.
bool IsUsefulKey(std::string_view key);

/// The name as given and, where it ends in brackets as in "Angel (film)", without them. Trimmed.
std::vector<std::string> NameForms(std::string_view name);

/// Of the words in order; what the dictionary looks up. HashName(CutNameWords(NameKey(x))) equals
/// HashName(CutNameWords(x)).
uint64_t ExtendNameHash(uint64_t hash, uint64_t word_hash);
uint64_t HashName(const std::vector<NameWord>& words);

/// One stretch of a text whose words are a name in a dictionary.
struct NameMatch {
  uint64_t hash = 0;
  uint32_t begin = 0;  ///< Bytes of the text.
  uint32_t end = 0;
  uint32_t words = 0;
};

/// A set of name hashes: open addressing, 8 bytes a slot. Thread safety: external.
class NameSet {
 public:
  void Insert(uint64_t hash);
  bool Contains(uint64_t hash) const {
    if (slots_.empty()) return false;
    for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
      if (slots_[at] == hash) return true;
      if (slots_[at] == 0) return false;
    }
  }
  size_t size() const { return size_; }
  size_t bytes() const { return slots_.size() * sizeof(uint64_t); }

 private:
  void Grow();

  std::vector<uint64_t> slots_;  ///< 0: free.
  size_t mask_ = 0;
  size_t size_ = 0;
};

/// All stretches of 1 to kMaxNameWords words that are in `names`, overlapping ones too, in order of
/// begin, then end.
std::vector<NameMatch> FindNames(const std::vector<NameWord>& words, const NameSet& names);

}  // namespace kith::rag

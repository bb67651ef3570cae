// SPDX-License-Identifier: Apache-2.0
// Ids that are looked up often: a sorted list of them, and a bit for each id from the first to the
// last where they lie so close together that this takes little memory.
//
// Thread safety: immutable.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kith::index {

class EntitySet {
 public:
  /// `entities`: ascending, without repeats; borrowed.
  explicit EntitySet(const std::vector<uint64_t>& entities) : entities_(entities) {
    if (entities.empty()) return;
    const uint64_t words = (entities.back() - entities.front()) / 64 + 1;
    if (words > kWordsForEach * entities.size()) return;
    first_ = entities.front();
    words_.resize(words);
    for (const uint64_t entity : entities) {
      words_[(entity - first_) / 64] |= uint64_t{1} << ((entity - first_) % 64);
    }
  }

  bool Contains(uint64_t entity) const {
    if (words_.empty()) return std::binary_search(entities_.begin(), entities_.end(), entity);
    const uint64_t bit = entity - first_;  // Wraps around below the first.
    return bit / 64 < words_.size() && (words_[bit / 64] >> (bit % 64) & 1) != 0;
  }

 private:
  // As much memory as eight times the list at most.
  static constexpr size_t kWordsForEach = 8;

  const std::vector<uint64_t>& entities_;
  uint64_t first_ = 0;
  std::vector<uint64_t> words_;  // Empty when the ids lie too far apart.
};

}  // namespace kith::index

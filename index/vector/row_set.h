// SPDX-License-Identifier: Apache-2.0
// A set of rows of a segment, one bit each.
//
// Thread safety: reading from several threads; inserting belongs to one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kith::index {

class RowSet {
 public:
  explicit RowSet(size_t rows) : words_((rows + 63) / 64) {}

  bool Contains(uint32_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }
  /// True when the row is new.
  bool Insert(uint32_t row) {
    uint64_t& word = words_[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    ++count_;
    return true;
  }
  void Clear() {
    std::fill(words_.begin(), words_.end(), uint64_t{0});
    count_ = 0;
  }
  size_t count() const { return count_; }
  size_t bytes() const { return words_.size() * sizeof(uint64_t); }

 private:
  std::vector<uint64_t> words_;
  size_t count_ = 0;
};

}  // namespace kith::index

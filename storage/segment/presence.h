// SPDX-License-Identifier: Apache-2.0
// Which of a chunk's rows have a value, and the how manieth value a row's is: a column stores the
// values that are there, without gaps.
//
//   rows (varint)  values (varint)  bitmap (8 bytes for each 64 rows, only when 0 < values < rows)
//
// Thread safety: immutable; borrows the bytes that it was taken from.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "storage/format/bytes.h"

namespace kith::storage {

/// One bit a row, row 0 the lowest of the first word.
void AppendPresence(const std::vector<bool>& has, std::string* out);

class Presence {
 public:
  /// At most `max_rows`; empty and !reader->ok() when the bytes are damaged.
  static Presence Take(size_t max_rows, ByteReader* reader);

  size_t rows() const { return rows_; }
  /// Rows 64 * word to 64 * word + 63, row 64 * word the lowest bit; 64 * word < rows().
  uint64_t Bits(size_t word) const;
  size_t values() const { return values_; }

  bool Has(size_t row) const {
    if (row >= rows_) return false;
    return bitmap_ == nullptr ? values_ != 0 : (Word(row / 64) >> (row % 64) & 1) != 0;
  }
  /// Values of the rows before this one, which has one.
  size_t Rank(size_t row) const {
    if (bitmap_ == nullptr) return row;
    size_t rank = ranks_[row / kRankRows];
    for (size_t word = row / kRankRows * (kRankRows / 64); word < row / 64; ++word) {
      rank += static_cast<size_t>(std::popcount(Word(word)));
    }
    return rank +
           static_cast<size_t>(std::popcount(Word(row / 64) & ((uint64_t{1} << (row % 64)) - 1)));
  }

 private:
  static constexpr size_t kRankRows = 512;

  uint64_t Word(size_t i) const {
    uint64_t word = 0;
    std::memcpy(&word, bitmap_ + i * sizeof word, sizeof word);
    return word;
  }

  size_t rows_ = 0;
  size_t values_ = 0;
  const char* bitmap_ = nullptr;  ///< Null when all rows have a value, or none has.
  std::vector<uint32_t> ranks_;   ///< Values before each kRankRows rows.
};

}  // namespace kith::storage

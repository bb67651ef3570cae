// SPDX-License-Identifier: Apache-2.0
// Unsigned integers in blocks of 128, each with a frame of reference and a width of its own, read
// one by one in constant time: what lies near together is near in value, as in adjacency lists. In
// a rising block a value is as much more as it stands further behind: serial numbers given out in
// order take no bits.
//
//   for each block: base (8)  where its bits begin, in bytes (4)  width (1, + 128 when rising)
//   bits of all blocks, each from a byte on  7 bytes of zeros
//
// Thread safety: immutable; borrows the bytes that it was taken from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "storage/format/bytes.h"

namespace kith::storage {

void AppendBlocked(std::span<const uint64_t> values, std::string* out);

class BlockedIntegers {
 public:
  static constexpr size_t kBlock = 128;

  /// Takes `count` integers; an empty one and !reader->ok() when the bytes are damaged.
  static BlockedIntegers Take(size_t count, ByteReader* reader);

  /// i < size().
  uint64_t operator[](size_t i) const {
    const Block block = BlockAt(i / kBlock);
    return block.At(bits_, i % kBlock);
  }
  /// Calls `visit(value)` for [begin, end) in order; end <= size(). Each block's head is read once.
  template <typename Visit>
  void ForEach(size_t begin, size_t end, Visit&& visit) const {
    while (begin < end) {
      const Block block = BlockAt(begin / kBlock);
      const size_t stop = std::min(end, (begin / kBlock + 1) * kBlock);
      for (; begin < stop; ++begin) visit(block.At(bits_, begin % kBlock));
    }
  }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kHeadBytes = 13;
  static constexpr uint8_t kRising = 128;
  friend void AppendBlocked(std::span<const uint64_t> values, std::string* out);

  struct Block {
    uint64_t base = 0;
    uint32_t begin = 0;
    uint32_t width = 0;
    uint64_t rise = 0;

    uint64_t At(const char* bits, size_t i) const {
      if (width == 0) return base + rise * i;
      const size_t bit = i * width;
      uint64_t word = 0;
      std::memcpy(&word, bits + begin + bit / 8, sizeof word);
      const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
      return base + rise * i + (word >> (bit % 8) & mask);
    }
  };

  Block BlockAt(size_t i) const;

  const char* heads_ = nullptr;
  const char* bits_ = nullptr;
  size_t size_ = 0;
};

}  // namespace kith::storage

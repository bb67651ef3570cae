// SPDX-License-Identifier: Apache-2.0
// Integers of one width side by side, low bits first, so that one unaligned load of 8 bytes holds
// any of them. Widths are 0 to 57 and 64: with up to 7 bits before it, a wider one would not fit.
//
// Thread safety: pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace kith::storage {

inline constexpr uint32_t kMaxPackedWidth = 57;
inline constexpr uint32_t kWordBits = 64;
/// Behind the last integer, so that the load that reads it stays inside.
inline constexpr size_t kBitPaddingBytes = 7;

inline bool IsPackedWidth(uint32_t width) {
  return width <= kMaxPackedWidth || width == kWordBits;
}
/// What integers up to this one need.
inline uint32_t PackedWidth(uint64_t largest) {
  const auto bits = static_cast<uint32_t>(std::bit_width(largest));
  return bits <= kMaxPackedWidth ? bits : kWordBits;
}
/// Without the padding.
inline size_t BitBytes(size_t count, uint32_t width) {
  return (count * width + 7) / 8;
}

/// Without the padding. Each value fits the width.
inline void AppendBits(std::span<const uint64_t> values, uint32_t width, std::string* out) {
  const size_t start = out->size();
  const size_t bytes = BitBytes(values.size(), width);
  out->resize(start + bytes + kBitPaddingBytes);
  for (size_t i = 0; i < values.size() && width != 0; ++i) {
    const size_t bit = i * width;
    char* at = out->data() + start + bit / 8;
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word |= values[i] << (bit % 8);
    std::memcpy(at, &word, sizeof word);
  }
  out->resize(start + bytes);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Unsigned integers in as few bits as their range needs, read one by one in constant time: the
// smallest (frame of reference) and a common divisor of the differences stand once, the quotients
// side by side, low bits first.
//
//   width (1)  base (varint)  divisor (varint)  quotients  7 bytes of zeros
//
// With width 0 all are the base, and it comes last (bit_packing.h).
//
// Thread safety: immutable; a PackedIntegers borrows the bytes that it was taken from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "storage/format/bytes.h"

namespace kith::storage {

void AppendPacked(std::span<const uint64_t> values, std::string* out);

class PackedIntegers {
 public:
  /// Takes `count` integers; an empty one and !reader->ok() when the bytes are damaged.
  static PackedIntegers Take(size_t count, ByteReader* reader);

  /// i < size().
  uint64_t operator[](size_t i) const {
    const size_t bit = i * width_;
    uint64_t word = 0;
    std::memcpy(&word, data_ + bit / 8, sizeof word);
    return base_ + divisor_ * (word >> (bit % 8) & mask_);
  }
  size_t size() const { return size_; }

 private:
  static constexpr char kNothing[8] = {};

  const char* data_ = kNothing;
  size_t size_ = 0;
  uint32_t width_ = 0;
  uint64_t mask_ = 0;
  uint64_t base_ = 0;
  uint64_t divisor_ = 0;
};

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// See packed_integers.h.
#include "storage/segment/packed_integers.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace kith::storage {
namespace {

constexpr uint32_t kMaxPackedWidth = 57;  // With up to 7 bits before it in its first byte.
constexpr uint32_t kWordBits = 64;
constexpr size_t kPaddingBytes = 7;

uint32_t WidthOf(uint64_t largest) {
  const auto bits = static_cast<uint32_t>(std::bit_width(largest));
  return bits <= kMaxPackedWidth ? bits : kWordBits;
}

size_t BytesOf(size_t count, uint32_t width) {
  return (count * width + 7) / 8 + kPaddingBytes;
}

void AppendBits(std::span<const uint64_t> values, uint64_t base, uint64_t divisor, uint32_t width,
                std::string* out) {
  const size_t start = out->size();
  out->resize(start + BytesOf(values.size(), width));
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t bit = i * width;
    char* at = out->data() + start + bit / 8;
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word |= (values[i] - base) / divisor << (bit % 8);
    std::memcpy(at, &word, sizeof word);
  }
}

}  // namespace

void AppendPacked(std::span<const uint64_t> values, std::string* out) {
  uint64_t base = 0;
  uint64_t largest = 0;
  if (!values.empty()) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    base = *low;
    largest = *high - base;
  }
  uint64_t divisor = 0;
  for (const uint64_t value : values) {
    divisor = std::gcd(divisor, value - base);
    if (divisor == 1) break;
  }
  const uint32_t width = divisor == 0 ? 0 : WidthOf(largest / divisor);
  out->push_back(static_cast<char>(width));
  AppendVarint(base, out);
  if (width == 0) return;
  AppendVarint(divisor, out);
  AppendBits(values, base, divisor, width, out);
}

PackedIntegers PackedIntegers::Take(size_t count, ByteReader* reader) {
  PackedIntegers taken;
  const uint32_t width = reader->Byte();
  const uint64_t base = reader->Varint();
  const uint64_t divisor = width == 0 ? 0 : reader->Varint();
  if (width > kMaxPackedWidth && width != kWordBits) reader->Fail();
  // A damaged width must not make the product of both overflow.
  if (width != 0 && count / 8 > reader->remaining()) reader->Fail();
  std::string_view bits;
  if (reader->ok() && width != 0) bits = reader->Bytes(BytesOf(count, width));
  if (!reader->ok()) return taken;
  taken.size_ = count;
  taken.base_ = base;
  if (width == 0) return taken;
  taken.data_ = bits.data();
  taken.width_ = width;
  taken.mask_ = width == kWordBits ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  taken.divisor_ = divisor;
  return taken;
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// See packed_integers.h.
#include "storage/segment/packed_integers.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "storage/segment/bit_packing.h"

namespace kith::storage {
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
  const uint32_t width = divisor == 0 ? 0 : PackedWidth(largest / divisor);
  out->push_back(static_cast<char>(width));
  AppendVarint(base, out);
  if (width == 0) return;
  AppendVarint(divisor, out);
  std::vector<uint64_t> quotients(values.begin(), values.end());
  for (uint64_t& value : quotients) value = (value - base) / divisor;
  AppendBits(quotients, width, out);
  out->append(kBitPaddingBytes, '\0');
}

PackedIntegers PackedIntegers::Take(size_t count, ByteReader* reader) {
  PackedIntegers taken;
  const uint32_t width = reader->Byte();
  const uint64_t base = reader->Varint();
  const uint64_t divisor = width == 0 ? 0 : reader->Varint();
  if (!IsPackedWidth(width)) reader->Fail();
  // A damaged width must not make the product of both overflow.
  if (width != 0 && count / 8 > reader->remaining()) reader->Fail();
  std::string_view bits;
  if (reader->ok() && width != 0) bits = reader->Bytes(BitBytes(count, width) + kBitPaddingBytes);
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

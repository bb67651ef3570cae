// SPDX-License-Identifier: Apache-2.0
// The smallest pieces of the disk format: varints (7 bits a byte, low bits first), zigzag, and a
// reader that never runs past its end. Fixed-width integers in keys are big-endian
// (engine/base/key_codec.h), so that memcmp orders them; in values they are little-endian.
//
// Thread safety: a ByteReader belongs to one thread; the rest are pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::storage {

void AppendVarint(uint64_t value, std::string* out);
void AppendLittleEndian32(uint32_t value, std::string* out);
void AppendLittleEndian64(uint64_t value, std::string* out);

/// 0, -1, 1, -2, 2, ... become 0, 1, 2, 3, 4, ..., so that small magnitudes are short varints.
inline uint64_t ZigZag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

/// Takes integers and byte runs from the front of some bytes. After a failure (too few bytes, a
/// varint over 64 bits) every further call gives zero or nothing and ok() stays false, so that a
/// decoder checks once at its end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  uint8_t Byte() {
    if (bytes_.empty()) return Fail();
    const uint8_t byte = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  uint64_t Varint();
  /// A varint that must fit 32 bits.
  uint32_t Varint32();
  int64_t SignedVarint() { return UnZigZag(Varint()); }
  uint32_t LittleEndian32();
  uint64_t LittleEndian64();
  uint32_t BigEndian32();
  uint64_t BigEndian64();
  uint16_t BigEndian16();
  std::string_view Bytes(uint64_t count);

  bool ok() const { return ok_; }
  bool AtEnd() const { return bytes_.empty(); }
  size_t remaining() const { return bytes_.size(); }
  std::string_view rest() const { return bytes_; }
  uint8_t Fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace kith::storage

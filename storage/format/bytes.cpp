// SPDX-License-Identifier: Apache-2.0
// Varints and fixed-width integers.
#include "storage/format/bytes.h"

#include <bit>
#include <cstring>

#include "engine/base/key_codec.h"

namespace kith::storage {

static_assert(std::endian::native == std::endian::little, "values are stored little-endian");

void AppendVarint(uint64_t value, std::string* out) {
  char buffer[10];
  size_t size = 0;
  while (value >= 0x80) {
    buffer[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  buffer[size++] = static_cast<char>(value);
  out->append(buffer, size);
}

void AppendLittleEndian32(uint32_t value, std::string* out) {
  char buffer[4];
  std::memcpy(buffer, &value, sizeof buffer);
  out->append(buffer, sizeof buffer);
}

void AppendLittleEndian64(uint64_t value, std::string* out) {
  char buffer[8];
  std::memcpy(buffer, &value, sizeof buffer);
  out->append(buffer, sizeof buffer);
}

uint64_t ByteReader::Varint() {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) return Fail();
    const uint8_t byte = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    if (shift == 63 && byte > 1) return Fail();
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return Fail();
}

uint32_t ByteReader::Varint32() {
  const uint64_t value = Varint();
  if (value > UINT32_MAX) return Fail();
  return static_cast<uint32_t>(value);
}

uint32_t ByteReader::LittleEndian32() {
  const std::string_view bytes = Bytes(4);
  uint32_t value = 0;
  if (bytes.size() == 4) std::memcpy(&value, bytes.data(), 4);
  return value;
}

uint64_t ByteReader::LittleEndian64() {
  const std::string_view bytes = Bytes(8);
  uint64_t value = 0;
  if (bytes.size() == 8) std::memcpy(&value, bytes.data(), 8);
  return value;
}

uint32_t ByteReader::BigEndian32() {
  const std::string_view bytes = Bytes(4);
  return bytes.size() == 4 ? ReadBigEndian32(bytes.data()) : 0;
}

uint64_t ByteReader::BigEndian64() {
  const std::string_view bytes = Bytes(8);
  return bytes.size() == 8 ? ReadBigEndian64(bytes.data()) : 0;
}

uint16_t ByteReader::BigEndian16() {
  const std::string_view bytes = Bytes(2);
  if (bytes.size() != 2) return 0;
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[0]) << 8 |
                               static_cast<uint8_t>(bytes[1]));
}

std::string_view ByteReader::Bytes(uint64_t count) {
  if (count > bytes_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = bytes_.substr(0, static_cast<size_t>(count));
  bytes_.remove_prefix(static_cast<size_t>(count));
  return taken;
}

}  // namespace kith::storage

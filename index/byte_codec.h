// SPDX-License-Identifier: Apache-2.0
// Variable-length integers (LEB128) and length-prefixed text inside index records.
//
// Thread safety: a reader belongs to one thread; the rest are pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::index {

/// Seven bits a byte, least significant first; at most 10 bytes.
void AppendVarint(uint64_t value, std::string* out);
/// A varint of the length, then the bytes.
void AppendText(std::string_view text, std::string* out);

/// Reads from the front of a record. After a failure every further read fails too and gives zero or
/// empty, so a caller may read several parts and check once.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint8_t Byte();
  uint64_t Varint();
  uint32_t Varint32();
  std::string_view Bytes(uint64_t size);
  std::string_view Text() { return Bytes(Varint()); }

  bool failed() const { return failed_; }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Decoding of UTF-8, with the table of well-formed sequences of the Unicode Standard (3.9, table
// 3-7).
#include "engine/base/utf8.h"

#include <cstring>

namespace kith {
namespace {

/// Bytes of the sequence that begins with `lead`, and the smallest and largest second byte; 0 when
/// no sequence begins so.
struct Sequence {
  size_t bytes;
  uint8_t second_min;
  uint8_t second_max;
};

Sequence SequenceOf(uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xC2) return {0, 0, 0};
  if (lead < 0xE0) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead < 0xF4) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

char32_t TakeUtf8(std::string_view text, size_t* offset) {
  const size_t at = (*offset)++;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  const Sequence sequence = SequenceOf(byte(0));
  if (sequence.bytes == 1) return byte(0);
  if (sequence.bytes == 0 || text.size() - at < sequence.bytes) return kBadUtf8;
  if (byte(1) < sequence.second_min || byte(1) > sequence.second_max) return kBadUtf8;
  char32_t code = byte(0) & (0xFFu >> (sequence.bytes + 1));
  for (size_t i = 1; i < sequence.bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return kBadUtf8;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  *offset = at + sequence.bytes;
  return code;
}

size_t FindBadUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    // Plain ASCII, eight bytes at a time.
    uint64_t word;
    while (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080ull) != 0) break;
      at += sizeof word;
    }
    if (at == text.size()) break;
    const size_t begin = at;
    if (TakeUtf8(text, &at) == kBadUtf8) return begin;
  }
  return text.size();
}

}  // namespace kith

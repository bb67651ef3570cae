// SPDX-License-Identifier: Apache-2.0
// Eight bytes at a time, a multiplication by the golden ratio each.
#include "rag/byte_hash.h"

#include <cstring>

namespace kith::rag {
namespace {

uint64_t MixWord(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

}  // namespace

uint64_t HashBytes(std::string_view bytes, uint64_t seed) {
  uint64_t hash = seed;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = MixWord(hash, word);
  }
  uint64_t tail = 0;
  std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
  return MixWord(MixWord(hash, tail), bytes.size());
}

}  // namespace kith::rag

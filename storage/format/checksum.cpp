// SPDX-License-Identifier: Apache-2.0
// See checksum.h.
#include "storage/format/checksum.h"

#include <algorithm>
#include <cstring>

#include "storage/format/bytes.h"

namespace kith::storage {

uint64_t Checksum(std::string_view bytes) {
  constexpr uint64_t kPrime = 0x100000001b3;
  uint64_t hash = 0xcbf29ce484222325 ^ bytes.size() * kPrime;
  while (!bytes.empty()) {
    uint64_t word = 0;
    const size_t taken = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), taken);
    hash = (hash ^ word) * kPrime;
    // A difference in the highest bits of a word would otherwise never reach the lower ones.
    hash ^= hash >> 32;
    bytes.remove_prefix(taken);
  }
  return hash;
}

void AppendChecksum(std::string* bytes) {
  AppendLittleEndian64(Checksum(*bytes), bytes);
}

bool StripChecksum(std::string_view* bytes) {
  if (bytes->size() < kChecksumBytes) return false;
  const std::string_view content = bytes->substr(0, bytes->size() - kChecksumBytes);
  ByteReader stored(bytes->substr(content.size()));
  *bytes = content;
  return stored.LittleEndian64() == Checksum(content);
}

}  // namespace kith::storage

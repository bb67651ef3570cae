// SPDX-License-Identifier: Apache-2.0
// See frequency_sketch.h.
#include "storage/cache/frequency_sketch.h"

#include <algorithm>
#include <bit>

namespace kith::storage {
namespace {

constexpr size_t kCountersPerWord = 16;
constexpr uint32_t kCounterBits = 4;
constexpr uint64_t kLowThreeBits = 0x7777777777777777ull;
constexpr size_t kCountsPerKey = 10;
constexpr uint64_t kSeeds[] = {0x9E3779B97F4A7C15ull, 0xC2B2AE3D27D4EB4Full, 0x165667B19E3779F9ull,
                               0xD6E8FEB86659FD93ull};

}  // namespace

FrequencySketch::FrequencySketch(size_t keys) {
  const size_t wanted = std::max<size_t>(keys, 64);
  // Sixteen counters for each key: few keys share all four of theirs.
  words_.resize(std::bit_ceil(wanted));
  limit_ = kCountsPerKey * wanted;
}

FrequencySketch::Place FrequencySketch::PlaceOf(uint64_t hash, size_t row) const {
  uint64_t mixed = hash * kSeeds[row];
  mixed ^= mixed >> 32;
  const uint32_t counter = static_cast<uint32_t>(mixed >> 60) % kCountersPerWord;
  return {static_cast<size_t>(mixed) & (words_.size() - 1), counter * kCounterBits};
}

void FrequencySketch::Count(uint64_t hash) {
  for (size_t row = 0; row < kRows; ++row) {
    const Place place = PlaceOf(hash, row);
    if ((words_[place.word] >> place.shift & kMostCounted) < kMostCounted) {
      words_[place.word] += uint64_t{1} << place.shift;
    }
  }
  if (++counted_ >= limit_) Halve();
}

uint32_t FrequencySketch::Frequency(uint64_t hash) const {
  uint32_t least = kMostCounted;
  for (size_t row = 0; row < kRows; ++row) {
    const Place place = PlaceOf(hash, row);
    least =
        std::min(least, static_cast<uint32_t>(words_[place.word] >> place.shift & kMostCounted));
  }
  return least;
}

void FrequencySketch::Halve() {
  for (uint64_t& word : words_) word = word >> 1 & kLowThreeBits;
  counted_ /= 2;
}

}  // namespace kith::storage

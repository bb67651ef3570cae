// SPDX-License-Identifier: Apache-2.0
// How often keys were asked for lately, about: a count-min sketch of 4-bit counters that are halved
// whenever as many requests were counted as ten times the keys that it is made for (TinyLFU;
// Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM ToS 2017).
//
// Thread safety: belongs to whoever holds the lock of its shard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kith::storage {

class FrequencySketch {
 public:
  static constexpr uint32_t kMostCounted = 15;

  /// For about `keys` keys; at least 64.
  explicit FrequencySketch(size_t keys);

  /// `hash` has all its bits well mixed.
  void Count(uint64_t hash);
  uint32_t Frequency(uint64_t hash) const;

 private:
  static constexpr size_t kRows = 4;

  // The place of a key's counter in a row: a word, and the lowest bit of the counter in it.
  struct Place {
    size_t word;
    uint32_t shift;
  };
  Place PlaceOf(uint64_t hash, size_t row) const;
  void Halve();

  std::vector<uint64_t> words_;  // 16 counters each; a power of two of them.
  size_t counted_ = 0;
  size_t limit_ = 0;
};

}  // namespace kith::storage

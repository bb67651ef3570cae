// SPDX-License-Identifier: Apache-2.0
// What a transaction has read of the key spaces.
#include "storage/key_ranges.h"

#include <algorithm>
#include <utility>

#include "engine/base/key_codec.h"

namespace kith::storage {
namespace {

constexpr size_t kMaxRanges = 1024;  // Of one space.
// Longer than most index keys: where bounds are cut, neighbours with a long common front merge.
constexpr size_t kMaxBoundBytes = 256;

bool Before(const std::string& upper, const std::string& key) {
  return !upper.empty() && upper < key;
}

void Extend(const KeyRanges::Range& with, KeyRanges::Range* range) {
  if (range->upper.empty()) return;
  if (with.upper.empty() || range->upper < with.upper) range->upper = with.upper;
}

void JoinOverlapping(std::vector<KeyRanges::Range>* ranges) {
  std::sort(ranges->begin(), ranges->end(),
            [](const auto& a, const auto& b) { return a.lower < b.lower; });
  size_t last = 0;
  for (size_t i = 1; i < ranges->size(); ++i) {
    KeyRanges::Range& range = (*ranges)[i];
    if (Before((*ranges)[last].upper, range.lower)) {
      if (++last != i) (*ranges)[last] = std::move(range);
    } else {
      Extend(range, &(*ranges)[last]);
    }
  }
  ranges->resize(last + 1);
}

// Halves their number: each takes its neighbour in, and what lies between.
void JoinPairs(std::vector<KeyRanges::Range>* ranges) {
  const size_t pairs = ranges->size() / 2;
  for (size_t i = 0; i < pairs; ++i) {
    KeyRanges::Range joined = std::move((*ranges)[2 * i]);
    Extend((*ranges)[2 * i + 1], &joined);
    (*ranges)[i] = std::move(joined);
  }
  if (ranges->size() % 2 != 0) (*ranges)[pairs] = std::move(ranges->back());
  ranges->resize((ranges->size() + 1) / 2);
}

}  // namespace

void KeyRanges::AddKey(KeySpace space, std::string_view key) {
  std::string behind(key);
  behind.push_back('\0');
  AddRange(space, key, behind);
}

void KeyRanges::AddRange(KeySpace space, std::string_view lower, std::string_view upper) {
  std::vector<Range>& ranges = ranges_[IndexOf(space)];
  Range range;
  range.lower = lower.substr(0, kMaxBoundBytes);
  range.upper = upper.size() <= kMaxBoundBytes ? std::string(upper)
                                               : PrefixSuccessor(upper.substr(0, kMaxBoundBytes));
  // What is read in steps, or again, is one range.
  if (!ranges.empty() && ranges.back().lower <= range.lower &&
      !Before(ranges.back().upper, range.lower)) {
    Extend(range, &ranges.back());
    return;
  }
  ranges.push_back(std::move(range));
  if (ranges.size() < kMaxRanges) return;
  JoinOverlapping(&ranges);
  if (ranges.size() > kMaxRanges / 2) JoinPairs(&ranges);
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Which keys of the key spaces a transaction has read, in bounded memory: past a number of ranges
// neighbours are joined, and bounds are cut to a length, so that it may seem to have read more than
// it did and never less. Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/key_space.h"

namespace kith::storage {

inline constexpr size_t kKeySpaces = 5;
/// 0 ... kKeySpaces - 1.
inline size_t IndexOf(KeySpace space) {
  return static_cast<size_t>(space) - 1;
}

class KeyRanges {
 public:
  struct Range {
    std::string lower;
    std::string upper;  ///< Not in the range; empty: there is no bound.
  };

  void AddKey(KeySpace space, std::string_view key);
  /// Keys with lower <= key < upper; an empty `upper` is no bound.
  void AddRange(KeySpace space, std::string_view lower, std::string_view upper);

  /// In no order.
  const std::vector<Range>& Of(KeySpace space) const { return ranges_[IndexOf(space)]; }

 private:
  std::array<std::vector<Range>, kKeySpaces> ranges_;
};

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// The numbers of range(start, end, step) without a list of them, so that UNWIND can take them one
// by one.
//
// Thread safety: plain data and a pure function.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith::query {

struct IntegerRange {
  int64_t start = 0;
  int64_t step = 1;
  bool empty = true;
  uint64_t last = 0;  ///< Index of the last number, unless empty: the count may pass 64 bits.

  int64_t At(uint64_t i) const {
    // Unsigned arithmetic wraps where the product alone would overflow.
    return static_cast<int64_t>(static_cast<uint64_t>(start) + i * static_cast<uint64_t>(step));
  }
};

/// The arguments of range(), none of them null. ArgumentError InvalidArgumentType for one that is
/// no integer, NumberOutOfRange for a step of 0.
Result<IntegerRange> RangeOf(std::span<const Value> arguments);

}  // namespace kith::query

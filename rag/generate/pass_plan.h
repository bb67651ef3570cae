// SPDX-License-Identifier: Apache-2.0
// What goes into one pass through a model of what several calls want it to read.
//
// Thread safety: a pure function.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kith::rag {

struct PassLimits {
  size_t tokens = 512;  ///< Of a pass.
  /// Of prompts, while somebody waits for a single token: a long prompt does not hold up an answer
  /// that is being written for longer than this takes to read.
  size_t beside_writers = 64;
};

/// `wanted`: tokens that each call waits for, in the order in which they came; none is 0. How many
/// of each go into the next pass: first one token each of those who want no more, then of the
/// others as much as there is room for, one prompt after the other. What is left out stands further
/// ahead next time.
std::vector<size_t> PlanPass(std::span<const size_t> wanted, const PassLimits& limits);

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See pass_plan.h.
#include "rag/generate/pass_plan.h"

#include <algorithm>

namespace kith::rag {

std::vector<size_t> PlanPass(std::span<const size_t> wanted, const PassLimits& limits) {
  std::vector<size_t> shares(wanted.size());
  size_t room = limits.tokens;
  for (size_t i = 0; i < wanted.size() && room > 0; ++i) {
    if (wanted[i] != 1) continue;
    shares[i] = 1;
    room -= 1;
  }
  if (room < limits.tokens) room = std::min(room, limits.beside_writers);
  for (size_t i = 0; i < wanted.size() && room > 0; ++i) {
    if (wanted[i] == 1) continue;
    shares[i] = std::min(wanted[i], room);
    room -= shares[i];
  }
  return shares;
}

}  // namespace kith::rag

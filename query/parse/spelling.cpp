// SPDX-License-Identifier: Apache-2.0
// See spelling.h.
#include "query/parse/spelling.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kith::query {
namespace {

/// Longer words are not compared.
constexpr size_t kMaxLength = 48;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Optimal string alignment distance (Levenshtein with swaps of neighbours) by dynamic programming.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::array<std::array<uint8_t, kMaxLength + 1>, kMaxLength + 1> cost{};
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = static_cast<uint8_t>(i);
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = static_cast<uint8_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      int best = cost[i - 1][j - 1] + (same ? 0 : 1);
      best = std::min(best, std::min(cost[i - 1][j] + 1, cost[i][j - 1] + 1));
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        best = std::min(best, cost[i - 2][j - 2] + 1);
      }
      cost[i][j] = static_cast<uint8_t>(best);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string_view NearestSpelling(std::string_view word,
                                 std::span<const std::string_view> candidates) {
  if (word.size() > kMaxLength) return {};
  std::string_view nearest;
  size_t best = kMaxLength;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kMaxLength) continue;
    const size_t distance = EditDistance(word, candidate);
    if (distance < best && distance <= std::max(word.size(), candidate.size()) / 3) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace kith::query

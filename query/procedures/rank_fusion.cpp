// SPDX-License-Identifier: Apache-2.0
// See rank_fusion.h.
#include "query/procedures/rank_fusion.h"

#include <algorithm>
#include <unordered_map>

namespace kith::query {
namespace {

/// What place `at` of a list adds to a node's score.
double Contribution(const RankedNodes& nodes, size_t at, FusionMethod method,
                    double rank_constant) {
  if (method == FusionMethod::kReciprocalRank) {
    return 1 / (rank_constant + static_cast<double>(at + 1));
  }
  const double least = nodes.back().second;
  const double range = nodes.front().second - least;
  return range > 0 ? (nodes[at].second - least) / range : 1;
}

}  // namespace

std::vector<FusedNode> FuseRankings(std::span<const WeightedList> lists, FusionMethod method,
                                    double rank_constant) {
  std::vector<FusedNode> fused;
  std::unordered_map<NodeId, size_t> place;
  for (size_t list = 0; list < lists.size(); ++list) {
    const RankedNodes& nodes = *lists[list].nodes;
    if (lists[list].weight == 0) continue;
    for (size_t at = 0; at < nodes.size(); ++at) {
      const auto [known, is_new] = place.emplace(nodes[at].first, fused.size());
      if (is_new) {
        fused.push_back({nodes[at].first, 0, {}});
        fused.back().scores.resize(lists.size());
      }
      FusedNode& node = fused[known->second];
      node.score += lists[list].weight * Contribution(nodes, at, method, rank_constant);
      node.scores[list] = nodes[at].second;
    }
  }
  std::sort(fused.begin(), fused.end(), [](const FusedNode& a, const FusedNode& b) {
    return a.score != b.score ? a.score > b.score : a.node < b.node;
  });
  return fused;
}

}  // namespace kith::query

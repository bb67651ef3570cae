// SPDX-License-Identifier: Apache-2.0
// See spread_activation.h.
#include "query/procedures/spread_activation.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace kith::query {
namespace {

constexpr uint32_t kHubDegree = 10'000;
constexpr size_t kNodesPerHop = 1'000;
constexpr size_t kMaxReached = 100'000;

using Activation = std::unordered_map<NodeId, double>;

RankedNodes Ranked(const Activation& activation) {
  RankedNodes ranked(activation.begin(), activation.end());
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return ranked;
}

/// Those of the frontier that are gone through.
Status TakeFrontier(storage::ReadView* view, const storage::ExpandOptions& expand,
                    const RankedNodes& ranked, std::vector<NodeId>* nodes) {
  std::vector<NodeId> all;
  for (size_t i = 0; i < std::min(kNodesPerHop, ranked.size()); ++i) {
    all.push_back(ranked[i].first);
  }
  std::vector<uint32_t> degrees;
  KITH_RETURN_IF_ERROR(view->Degree(all, expand, &degrees));
  nodes->clear();
  for (size_t i = 0; i < all.size(); ++i) {
    if (degrees[i] <= kHubDegree) nodes->push_back(all[i]);
  }
  return Status::Ok();
}

}  // namespace

Result<RankedNodes> SpreadActivation(storage::ReadView* view, const RankedNodes& seeds,
                                     const SpreadOptions& options) {
  storage::ExpandOptions expand;
  expand.types = options.types;
  expand.direction = options.direction;
  expand.relationships = false;
  Activation reached(seeds.begin(), seeds.end());
  RankedNodes frontier = Ranked(reached);
  for (size_t hop = 0; hop < options.depth && !frontier.empty(); ++hop) {
    if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
    std::vector<NodeId> nodes;
    KITH_RETURN_IF_ERROR(TakeFrontier(view, expand, frontier, &nodes));
    storage::Adjacency adjacency;
    KITH_RETURN_IF_ERROR(view->Expand(nodes, expand, &adjacency));
    Activation next;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const double degree = adjacency.offsets[i + 1] - adjacency.offsets[i];
      const double passed = reached[nodes[i]] * options.decay / std::sqrt(std::max(1.0, degree));
      for (size_t at = adjacency.offsets[i]; at < adjacency.offsets[i + 1]; ++at) {
        const NodeId neighbour = adjacency.neighbours[at];
        if (!reached.contains(neighbour)) next[neighbour] += passed;
      }
    }
    reached.insert(next.begin(), next.end());
    if (reached.size() > kMaxReached) break;
    frontier = Ranked(next);
  }
  return Ranked(reached);
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Makes one ranking of several, either from the places (reciprocal rank fusion; Cormack, Clarke and
// Büttcher 2009) or from the scores, each list's brought to 0 to 1 (relative score fusion).
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/ids.h"

namespace kith::query {

/// Best first, each node once.
using RankedNodes = std::vector<std::pair<NodeId, double>>;

enum class FusionMethod : uint8_t {
  kReciprocalRank,  ///< weight / (rank constant + place), places from 1.
  kWeighted,        ///< weight * (score - least) / (best - least); 1 when all are equal.
};

struct WeightedList {
  const RankedNodes* nodes;  ///< Borrowed.
  double weight = 1;         ///< 0 leaves the list out.
};

struct FusedNode {
  NodeId node;
  double score = 0;
  std::vector<std::optional<double>> scores;  ///< In each list; nullopt where it is not in it.
};

/// Best first; equal scores by id. The score is the sum over the lists.
std::vector<FusedNode> FuseRankings(std::span<const WeightedList> lists, FusionMethod method,
                                    double rank_constant);

}  // namespace kith::query

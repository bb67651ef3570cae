// SPDX-License-Identifier: Apache-2.0
// The options of search.hybrid.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/procedures/rank_fusion.h"
#include "query/procedures/spread_activation.h"
#include "storage/catalog.h"

namespace kith::query {

/// Of each list, for the weighted sum.
struct HybridWeights {
  double text = 1;
  double vector = 1;
  double graph = 1;
};

/// What `expand` asks for.
struct HybridExpansion {
  SpreadOptions spread;
  /// Node ids; nullopt: the best of text and vectors.
  std::optional<std::vector<uint64_t>> seeds;
  bool has_types = false;  ///< Some were named; then those that the database knows count.
};

struct HybridOptions {
  FusionMethod method = FusionMethod::kReciprocalRank;
  double rank_constant = 60;  ///< Of the paper on reciprocal rank fusion.
  HybridWeights weights;
  size_t candidates = 100;                      ///< Of text and of vectors.
  std::optional<std::vector<uint64_t>> filter;  ///< Node ids, ascending: only these.
  std::optional<HybridExpansion> expansion;
};

inline constexpr size_t kMaxHybridCandidates = 10'000;
inline constexpr size_t kMaxHybridDepth = 5;

/// ArgumentError naming the option, its value and what it takes; for an unknown one, those that
/// there are.
Result<HybridOptions> ReadHybridOptions(const Value& map, const storage::Catalog& catalog);

}  // namespace kith::query

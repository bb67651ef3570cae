// SPDX-License-Identifier: Apache-2.0
// How many queries a second an index answers at which recall, over growing numbers of candidates.
//
// Thread safety: belongs to one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace kith::bench {

/// One number of candidates; of several rounds the median times.
struct RecallPoint {
  size_t breadth = 0;
  double recall = 0;            ///< 0 to 1.
  std::vector<double> seconds;  ///< Wall time of a query, of each round.
  std::vector<double> processor_seconds;

  double qps() const;
  double processor_qps() const;
};

/// Queries a second at exactly `recall`: between the two neighbouring points around it, the time of
/// a query taken as linear in the recall. Nullopt when the points do not reach around it.
struct RateAtRecall {
  double qps = 0;
  double processor_qps = 0;
};
std::optional<RateAtRecall> RateAt(const std::vector<RecallPoint>& points, double recall);

}  // namespace kith::bench

// SPDX-License-Identifier: Apache-2.0
// Medians, and what lies between two points.
#include "bench/vector/recall_curve.h"

#include <algorithm>

namespace kith::bench {
namespace {

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

double RecallPoint::qps() const {
  return 1 / Median(seconds);
}

double RecallPoint::processor_qps() const {
  return 1 / Median(processor_seconds);
}

std::optional<RateAtRecall> RateAt(const std::vector<RecallPoint>& points, double recall) {
  for (size_t i = 1; i < points.size(); ++i) {
    const RecallPoint& below = points[i - 1];
    const RecallPoint& above = points[i];
    if (below.recall >= recall || above.recall < recall) continue;
    const double part = (recall - below.recall) / (above.recall - below.recall);
    const auto between = [&](double low, double high) {
      return 1 / ((1 - part) / low + part / high);
    };
    return RateAtRecall{between(below.qps(), above.qps()),
                        between(below.processor_qps(), above.processor_qps())};
  }
  return std::nullopt;
}

}  // namespace kith::bench

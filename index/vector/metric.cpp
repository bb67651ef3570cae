// SPDX-License-Identifier: Apache-2.0
// Distances of four rows at once, and scores.
#include "index/vector/metric.h"

#include <algorithm>

namespace kith::index {

void QueryDistance::ToFour(const float* const rows[4], float distances[4]) const {
  if (metric_.squared) {
    metric_.kernels->squared4(query_.Row(0), rows, query_.stride(), distances);
    return;
  }
  metric_.kernels->dot4(query_.Row(0), rows, query_.stride(), distances);
  for (size_t i = 0; i < 4; ++i) distances[i] = -distances[i];
}

double QueryDistance::Score(float distance) const {
  const double exact = static_cast<double>(distance);
  switch (similarity_) {
    // Lengths are 1 but for rounding, and products of them 1 at most.
    case VectorSimilarity::kCosine: return std::clamp((1 - exact) / 2, 0.0, 1.0);
    case VectorSimilarity::kEuclidean: return 1 / (1 + exact);
    case VectorSimilarity::kDot: return -exact;
  }
  return 0;
}

}  // namespace kith::index

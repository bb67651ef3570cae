// SPDX-License-Identifier: Apache-2.0
// Distances of four rows at once, and scores.
#include "index/vector/metric.h"

#include <algorithm>

namespace kith::index {
namespace {

// What is fetched of a vector ahead of time; the processor's own prefetcher goes on from there.
constexpr size_t kPrefetchBytes = 512;

void PrefetchRow(const float* row) {
  const char* bytes = reinterpret_cast<const char*>(row);
  for (size_t at = 0; at < kPrefetchBytes; at += 64) __builtin_prefetch(bytes + at);
}

}  // namespace

void Metric::DistanceFour(const float* query, const float* const rows[4], size_t stride,
                          float distances[4]) const {
  if (squared) {
    kernels->squared4(query, rows, stride, distances);
    return;
  }
  kernels->dot4(query, rows, stride, distances);
  for (size_t i = 0; i < 4; ++i) distances[i] = -distances[i];
}

void Metric::Distances(const float* query, const PaddedVectors& vectors,
                       std::span<const uint32_t> rows, float* distances) const {
  const size_t whole = rows.size() / 4 * 4;
  for (size_t i = 0; i < std::min<size_t>(4, rows.size()); ++i) PrefetchRow(vectors.Row(rows[i]));
  for (size_t i = 0; i < whole; i += 4) {
    for (size_t j = i + 4; j < std::min(i + 8, rows.size()); ++j) PrefetchRow(vectors.Row(rows[j]));
    const float* const four[4] = {vectors.Row(rows[i]), vectors.Row(rows[i + 1]),
                                  vectors.Row(rows[i + 2]), vectors.Row(rows[i + 3])};
    DistanceFour(query, four, vectors.stride(), distances + i);
  }
  for (size_t i = whole; i < rows.size(); ++i) {
    distances[i] = Distance(query, vectors.Row(rows[i]), vectors.stride());
  }
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

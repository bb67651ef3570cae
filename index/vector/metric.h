// SPDX-License-Identifier: Apache-2.0
// Distances of one query to the rows of padded vectors, and their scores. Smaller is nearer: the
// squared distance, or the negative product (of vectors of length 1 under cosine).
//
// Thread safety: immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/index_definition.h"
#include "index/vector/kernel/distance_kernels.h"
#include "index/vector/padded_vectors.h"

namespace kith::index {

/// A distance between two rows.
struct Metric {
  const DistanceKernels* kernels = &BestDistanceKernels();
  bool squared = false;

  explicit Metric(VectorSimilarity similarity)
      : squared(similarity == VectorSimilarity::kEuclidean) {}

  float Distance(const float* a, const float* b, size_t stride) const {
    return squared ? kernels->squared(a, b, stride) : -kernels->dot(a, b, stride);
  }
  void DistanceFour(const float* query, const float* const rows[4], size_t stride,
                    float distances[4]) const;
  /// From `query`, padded as `vectors` are, to each of `rows`: four at a time, and the next ones
  /// are fetched meanwhile.
  void Distances(const float* query, const PaddedVectors& vectors, std::span<const uint32_t> rows,
                 float* distances) const;
};

/// One vector against many.
class QueryDistance {
 public:
  /// Copies the query. `similarity` also says how distances become scores.
  QueryDistance(VectorSimilarity similarity, std::span<const float> query)
      : metric_(similarity), similarity_(similarity), query_(query.size()) {
    query_.Append(query);
  }

  float To(const float* row) const { return metric_.Distance(query_.Row(0), row, query_.stride()); }
  void ToFour(const float* const rows[4], float distances[4]) const {
    metric_.DistanceFour(query_.Row(0), rows, query_.stride(), distances);
  }
  /// To rows of vectors of the query's dimensions.
  void ToRows(const PaddedVectors& vectors, std::span<const uint32_t> rows,
              float* distances) const {
    metric_.Distances(query_.Row(0), vectors, rows, distances);
  }
  /// As the index's similarity has it; see vector_index.h.
  double Score(float distance) const;

 private:
  Metric metric_;
  VectorSimilarity similarity_;
  PaddedVectors query_;
};

}  // namespace kith::index

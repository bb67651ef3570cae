// SPDX-License-Identifier: Apache-2.0
// Vectors for the benchmark of the vector index, queries, and the true answers.
//
// Thread safety: reading from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kith::bench {

inline constexpr size_t kNeighbours = 10;        ///< That a query asks for.
inline constexpr int64_t kFilterRange = 10'000;  ///< Values of `VectorData::u` are below.

struct VectorData {
  size_t dimensions = 96;
  std::vector<float> rows;  ///< size() x dimensions, each of length 1.
  std::vector<float> queries;
  std::vector<int64_t> u;  ///< Of each row, uniform in [0, kFilterRange).

  size_t size() const { return rows.size() / dimensions; }
  size_t query_count() const { return queries.size() / dimensions; }
  std::span<const float> Row(size_t i) const { return {rows.data() + i * dimensions, dimensions}; }
  std::span<const float> Query(size_t i) const {
    return {queries.data() + i * dimensions, dimensions};
  }
};

/// From a folder with base.npy (float32, N x 384), queries.f32 and u.npy (int64). Ends the program
/// when a file is missing or too short.
VectorData ReadVectors(const std::string& folder, size_t rows, size_t queries);
/// Clustered vectors of 96 dimensions (seed 1).
VectorData MakeVectors(size_t rows, size_t queries);

/// For each query the rows with u below `limit` that are nearest to it by cosine.
std::vector<std::vector<size_t>> ExactAnswers(const VectorData& data, int64_t limit);

}  // namespace kith::bench

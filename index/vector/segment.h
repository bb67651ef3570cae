// SPDX-License-Identifier: Apache-2.0
// A segment of a vector index in memory: vectors, what they belong to, and the graph over them.
// Rows are in the order in which they came; a row whose vector was replaced or deleted since stays
// as a way through the graph.
//
// Thread safety: immutable, shared between threads.
#pragma once

#include <faiss/impl/HNSW.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "index/vector/padded_vectors.h"
#include "index/vector/vector_keys.h"

namespace kith::index {

/// What a segment is made of.
struct SegmentParts {
  explicit SegmentParts(size_t dimensions, uint32_t links)
      : vectors(dimensions), graph(static_cast<int>(links)) {}

  std::vector<VectorVersion> versions;  ///< Of each row.
  PaddedVectors vectors;
  /// Its links are row numbers, -1 where there are fewer. Layers are counted from 1 in `levels`.
  faiss::HNSW graph;
};

class Segment {
 public:
  explicit Segment(SegmentParts parts);

  uint32_t rows() const { return static_cast<uint32_t>(parts_.versions.size()); }
  const std::vector<VectorVersion>& versions() const { return parts_.versions; }
  const PaddedVectors& vectors() const { return parts_.vectors; }
  const faiss::HNSW& graph() const { return parts_.graph; }
  uint64_t entity(uint32_t row) const { return parts_.versions[row].entity; }

  /// All rows, ordered by their versions.
  std::span<const uint32_t> by_version() const { return by_version_; }
  /// Nullopt when the version is not here.
  std::optional<uint32_t> RowOf(VectorVersion version) const;
  /// Links of a row on a layer (0 is the lowest), up to the first -1.
  std::span<const int32_t> Links(uint32_t row, int layer) const;

  /// Of a segment of so many rows, about.
  static size_t MemoryBytes(size_t rows, size_t dimensions, uint32_t links);

 private:
  SegmentParts parts_;
  std::vector<uint32_t> by_version_;
};

}  // namespace kith::index

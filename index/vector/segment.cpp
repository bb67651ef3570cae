// SPDX-License-Identifier: Apache-2.0
// Looking things up in a segment.
#include "index/vector/segment.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kith::index {

Segment::Segment(SegmentParts parts) : parts_(std::move(parts)), by_version_(rows()) {
  std::iota(by_version_.begin(), by_version_.end(), 0u);
  std::sort(by_version_.begin(), by_version_.end(),
            [this](uint32_t a, uint32_t b) { return parts_.versions[a] < parts_.versions[b]; });
}

std::optional<uint32_t> Segment::RowOf(VectorVersion version) const {
  const auto found = std::lower_bound(
      by_version_.begin(), by_version_.end(), version,
      [this](uint32_t row, const VectorVersion& wanted) { return parts_.versions[row] < wanted; });
  if (found == by_version_.end() || parts_.versions[*found] != version) return std::nullopt;
  return *found;
}

std::span<const int32_t> Segment::Links(uint32_t row, int layer) const {
  const faiss::HNSW& graph = parts_.graph;
  const size_t layer_index = static_cast<size_t>(layer);
  const auto begin =
      graph.offsets[row] + static_cast<size_t>(graph.cum_nneighbor_per_level[layer_index]);
  const auto end =
      graph.offsets[row] + static_cast<size_t>(graph.cum_nneighbor_per_level[layer_index + 1]);
  const int32_t* links = graph.neighbors.data();
  return {links + begin, std::find(links + begin, links + end, -1)};
}

size_t Segment::MemoryBytes(size_t rows, size_t dimensions, uint32_t links) {
  const size_t per_row = PaddedVectors(dimensions).BytesFor(1) + sizeof(VectorVersion) +
                         sizeof(uint32_t) + sizeof(size_t) + sizeof(int) +
                         // Twice the links on the lowest layer, and few rows on others.
                         (2 * size_t{links} + size_t{links} / 8 + 1) * sizeof(int32_t);
  return rows * per_row;
}

}  // namespace kith::index

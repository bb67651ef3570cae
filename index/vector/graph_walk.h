// SPDX-License-Identifier: Apache-2.0
// Searching one segment: the walk of HNSW (Malkov and Yashunin 2016, algorithm 2 and 5), which also
// goes through rows that the filter leaves out, and the exact comparison of chosen rows.
//
// Thread safety: functions belong to the thread of the search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/vector/metric.h"
#include "index/vector/row_set.h"
#include "index/vector/segment.h"

namespace kith::index {

/// Which rows may be found.
struct RowFilter {
  const RowSet* dead = nullptr;                                  ///< Not these; null means none.
  const RowSet* allowed = nullptr;                               ///< Only these; null means all.
  const std::function<bool(uint64_t entity)>* accept = nullptr;  ///< Asked last; may be null.

  bool Passes(const Segment& segment, uint32_t row) const {
    if (dead != nullptr && dead->Contains(row)) return false;
    if (allowed != nullptr && !allowed->Contains(row)) return false;
    return accept == nullptr || (*accept)(segment.entity(row));
  }
};

struct Neighbour {
  float distance = 0;
  uint32_t row = 0;

  bool operator<(const Neighbour& other) const {
    return distance != other.distance ? distance < other.distance : row < other.row;
  }
};

struct SegmentSearch {
  size_t limit = 10;
  size_t breadth = 100;  ///< At least the limit.
  RowFilter filter;
  const Interrupt* interrupt = nullptr;  ///< May be null.
};

/// The nearest rows that pass, nearest first: `limit` of them whenever there are so many.
Result<std::vector<Neighbour>> SearchSegment(const Segment& segment, const QueryDistance& query,
                                             const SegmentSearch& search);
/// The nearest of `rows` that pass, exactly.
Result<std::vector<Neighbour>> CompareRows(const Segment& segment, const QueryDistance& query,
                                           std::span<const uint32_t> rows,
                                           const SegmentSearch& search);

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Searching one segment: the walk of HNSW (Malkov and Yashunin 2016, algorithm 2 and 5), which also
// goes through rows that the filter leaves out, and the exact comparison of chosen rows.
//
// Thread safety: functions belong to the thread of the search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/vector/entity_set.h"
#include "index/vector/metric.h"
#include "index/vector/nearest.h"
#include "index/vector/row_set.h"
#include "index/vector/segment.h"

namespace kith::index {

/// Which rows may be found.
struct RowFilter {
  const RowSet* dead = nullptr;         ///< Not these; null means none.
  const EntitySet* entities = nullptr;  ///< Only of these; null means of all.
  const std::function<bool(uint64_t entity)>* accept = nullptr;  ///< Asked last; may be null.

  bool Passes(const Segment& segment, uint32_t row) const {
    if (dead != nullptr && dead->Contains(row)) return false;
    const uint64_t entity = segment.entity(row);
    if (entities != nullptr && !entities->Contains(entity)) return false;
    return accept == nullptr || (*accept)(entity);
  }
};

struct SegmentSearch {
  size_t limit = 10;
  size_t breadth = 100;  ///< At least the limit.
  RowFilter filter;
  const Interrupt* interrupt = nullptr;  ///< May be null.
};

/// The nearest rows that pass, nearest first, by a walk; nullopt when it has not found `limit` of
/// them, or what passes is so rare that comparing all of it costs less.
Result<std::optional<std::vector<Neighbour>>> WalkSegment(const Segment& segment,
                                                          const QueryDistance& query,
                                                          const SegmentSearch& search);
/// The same, and every row compared where the walk gives up: `limit` rows whenever so many pass.
Result<std::vector<Neighbour>> SearchSegment(const Segment& segment, const QueryDistance& query,
                                             const SegmentSearch& search);
/// The nearest of `rows` that pass, exactly.
Result<std::vector<Neighbour>> CompareRows(const Segment& segment, const QueryDistance& query,
                                           std::span<const uint32_t> rows,
                                           const SegmentSearch& search);

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Rows on their way between operators: one column for each slot of the plan. A column that nobody
// needs any more is an empty kNull column, whatever the number of rows.
//
// Thread safety: plain data; used by one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "query/execute/column.h"

namespace kith::query {

/// The most rows that operators put in one batch. Large enough to amortise the calls, small enough
/// that the columns of a few slots stay in the second-level cache.
inline constexpr size_t kBatchRows = 2048;

struct Batch {
  size_t rows = 0;
  std::vector<Column> columns;

  explicit Batch(size_t slots = 0) : columns(slots) {}

  /// No rows and no values, but as many columns.
  void Clear();
  /// Becomes the given rows of `from`, with the given slots only.
  void Gather(const Batch& from, std::span<const uint32_t> selected,
              std::span<const uint32_t> slots);
  /// Keeps the given rows, ascending.
  void Keep(std::span<const uint32_t> selected);
  void Slice(size_t begin, size_t count);
  /// Appends the rows of `from`, these slots only.
  void AppendAll(const Batch& from, std::span<const uint32_t> slots);
  size_t HeapBytes() const;
};

}  // namespace kith::query

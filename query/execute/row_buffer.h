// SPDX-License-Identifier: Apache-2.0
// Rows held between operators, some columns of them, in memory that is charged to the query.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <cstdint>
#include <span>

#include "query/execute/execution_context.h"

namespace kith::query {

class RowBuffer {
 public:
  RowBuffer(size_t slots, MemoryBudget* memory) : slots_(slots), rows_(slots), memory_(memory) {}

  bool empty() const { return next_ == rows_.rows; }
  Status Append(const Batch& batch, std::span<const uint32_t> columns);
  /// Fills `batch` with the next rows; none after the last.
  void Emit(std::span<const uint32_t> columns, Batch* batch);
  void Clear();

 private:
  size_t slots_;
  Batch rows_;
  MemoryCharge memory_;
  size_t charged_bytes_ = 0;
  size_t next_ = 0;
};

}  // namespace kith::query

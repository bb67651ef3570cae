// SPDX-License-Identifier: Apache-2.0
// What an aggregate state holds on the heap, charged to the query's memory and given back at the
// end.
//
// Thread safety: belongs to its state.
#pragma once

#include <cstddef>

#include "engine/base/memory_budget.h"
#include "query/function/function_context.h"

namespace kith::query {

class HeldMemory {
 public:
  HeldMemory() = default;
  ~HeldMemory() {
    if (budget_ != nullptr) budget_->Release(bytes_);
  }
  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;

  /// ResourceExhausted when the query's memory is full; then nothing is charged.
  Status Add(const FunctionContext& context, size_t bytes) {
    if (context.memory() == nullptr) return Status::Ok();
    KITH_RETURN_IF_ERROR(context.memory()->Charge(bytes));
    budget_ = context.memory();
    bytes_ += bytes;
    return Status::Ok();
  }

 private:
  MemoryBudget* budget_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace kith::query

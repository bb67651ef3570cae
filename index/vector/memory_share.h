// SPDX-License-Identifier: Apache-2.0
// Bytes charged to an account for as long as something lives.
//
// Thread safety: belongs to its owner.
#pragma once

#include <cstddef>
#include <utility>

#include "engine/base/memory_budget.h"
#include "engine/base/result.h"

namespace kith::index {

class MemoryShare {
 public:
  MemoryShare() = default;
  /// ResourceExhausted when the account is full. `budget` is borrowed; null has room for all.
  static Result<MemoryShare> Take(MemoryBudget* budget, size_t bytes) {
    if (budget != nullptr) KITH_RETURN_IF_ERROR(budget->Charge(bytes));
    return MemoryShare(budget, bytes);
  }
  MemoryShare(MemoryShare&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryShare& operator=(MemoryShare&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  size_t bytes() const { return bytes_; }
  ~MemoryShare() {
    if (budget_ != nullptr) budget_->Release(bytes_);
  }

 private:
  MemoryShare(MemoryBudget* budget, size_t bytes) : budget_(budget), bytes_(bytes) {}

  MemoryBudget* budget_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace kith::index

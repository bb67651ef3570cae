// SPDX-License-Identifier: Apache-2.0
// Accounts of memory with limits.
#include "engine/base/memory_budget.h"

#include <fmt/core.h>

#include <cassert>
#include <utility>

namespace kith {

MemoryBudget::MemoryBudget(std::string name, size_t limit_bytes, MemoryBudget* parent)
    : name_(std::move(name)), limit_(limit_bytes), parent_(parent) {}

MemoryBudget::~MemoryBudget() {
  if (parent_ != nullptr) parent_->Release(used_bytes());
}

Status MemoryBudget::Charge(size_t bytes) {
  size_t used = used_.load(std::memory_order_relaxed);
  // `used` may stand above the limit only for an account without one, so the subtraction is safe.
  do {
    if (limit_ != 0 && (used > limit_ || bytes > limit_ - used)) {
      return Status(StatusCode::kResourceExhausted,
                    fmt::format("{} is full: {} bytes in use, {} more asked for, the limit is {}; "
                                "raise the limit or do less at once",
                                name_, used, bytes, limit_));
    }
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  if (parent_ != nullptr) {
    if (Status status = parent_->Charge(bytes); !status.ok()) {
      used_.fetch_sub(bytes, std::memory_order_relaxed);
      return status;
    }
  }
  const size_t now = used + bytes;
  size_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return Status::Ok();
}

void MemoryBudget::Release(size_t bytes) noexcept {
  const size_t before = used_.fetch_sub(bytes, std::memory_order_relaxed);
  assert(before >= bytes);
  (void)before;
  if (parent_ != nullptr) parent_->Release(bytes);
}

}  // namespace kith

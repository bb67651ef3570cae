// SPDX-License-Identifier: Apache-2.0
// A byte account with a limit, in a tree: a charge to a child is a charge to its parents, and fails
// when any of them is full. The root is the database's cap; children are transactions, queries,
// caches, models.
//
// Thread safety: all functions may be called from any thread. A child must not outlive its parent.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "engine/base/export.h"
#include "engine/base/status.h"

namespace kith {

class KITH_EXPORT MemoryBudget {
 public:
  /// `name` appears in errors ("query memory"). limit_bytes 0 means no limit of its own.
  MemoryBudget(std::string name, size_t limit_bytes, MemoryBudget* parent = nullptr);
  ~MemoryBudget();  ///< Gives back to the parents what is still charged.
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// ResourceExhausted, naming the account, its use and its limit; then nothing is charged.
  Status Charge(size_t bytes);
  void Release(size_t bytes) noexcept;
  size_t used_bytes() const { return used_.load(std::memory_order_relaxed); }
  size_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }
  size_t limit_bytes() const { return limit_; }

 private:
  std::string name_;
  size_t limit_;
  MemoryBudget* parent_;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> peak_{0};
};

}  // namespace kith

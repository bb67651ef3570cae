// SPDX-License-Identifier: Apache-2.0
// How a running statement learns that it should stop: a cancel flag and a deadline, polled once per
// batch by operators and every few thousand steps inside long loops.
//
// Thread safety: Cancel may be called from any thread and from a signal handler; the rest belongs
// to the thread that runs the statement.
#pragma once

#include <atomic>
#include <chrono>

#include "engine/base/export.h"
#include "engine/base/status.h"

namespace kith {

class KITH_EXPORT Interrupt {
 public:
  Interrupt() = default;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void Cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  /// Forgets a Cancel and the deadline, before the next statement.
  void Reset() noexcept;
  /// 0 removes the deadline.
  void SetTimeout(std::chrono::milliseconds timeout);
  /// OK, or Cancelled, or Timeout with the limit in its text.
  Status Check() const;

 private:
  std::atomic<bool> cancelled_{false};
  std::chrono::milliseconds timeout_{0};
  std::chrono::steady_clock::time_point deadline_{};
};

}  // namespace kith

// SPDX-License-Identifier: Apache-2.0
// Cancellation and time limits of statements.
#include "engine/base/interrupt.h"

#include <fmt/core.h>

namespace kith {

void Interrupt::Reset() noexcept {
  cancelled_.store(false, std::memory_order_relaxed);
  timeout_ = std::chrono::milliseconds{0};
}

void Interrupt::SetTimeout(std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  timeout_ = timeout;
  const Clock::time_point now = Clock::now();
  // A limit beyond what the clock can express never passes.
  const auto room =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
  deadline_ = timeout < room ? now + timeout : Clock::time_point::max();
}

Status Interrupt::Check() const {
  if (cancelled_.load(std::memory_order_relaxed)) {
    return Status(StatusCode::kCancelled, "the statement was cancelled");
  }
  if (timeout_.count() != 0 && std::chrono::steady_clock::now() >= deadline_) {
    return Status(StatusCode::kTimeout,
                  fmt::format("the statement ran longer than its time limit of {} ms; raise the "
                              "timeout or narrow the statement",
                              timeout_.count()));
  }
  return Status::Ok();
}

}  // namespace kith

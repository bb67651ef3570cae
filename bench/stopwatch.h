// SPDX-License-Identifier: Apache-2.0
// Wall and processor time. Other programs on the machine disturb the second less.
//
// Thread safety: belongs to the thread that made it.
#pragma once

#include <chrono>
#include <ctime>

namespace kith::bench {

/// Counts from when it was made: the clock, and the processor time of the process and of the
/// thread.
class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double ProcessorSeconds() const { return TimeOf(CLOCK_PROCESS_CPUTIME_ID) - processor_; }
  double ThreadSeconds() const { return TimeOf(CLOCK_THREAD_CPUTIME_ID) - thread_; }

 private:
  using Clock = std::chrono::steady_clock;

  static double TimeOf(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  Clock::time_point start_ = Clock::now();
  double processor_ = TimeOf(CLOCK_PROCESS_CPUTIME_ID);
  double thread_ = TimeOf(CLOCK_THREAD_CPUTIME_ID);
};

}  // namespace kith::bench

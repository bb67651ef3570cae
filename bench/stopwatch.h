// SPDX-License-Identifier: Apache-2.0
// Wall and processor time. Other programs on the machine disturb the second less.
//
// Thread safety: belongs to the thread that made it.
#pragma once

#include <chrono>
#include <ctime>
#include <fstream>

namespace kith::bench {

/// Counts from when it was made: the clock, and the processor time of the process and of the
/// thread.
class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double ProcessorSeconds() const { return TimeOf(CLOCK_PROCESS_CPUTIME_ID) - processor_; }
  double ThreadSeconds() const { return TimeOf(CLOCK_THREAD_CPUTIME_ID) - thread_; }
  double QueuedSeconds() const { return QueuedNow() - queued_; }

 private:
  using Clock = std::chrono::steady_clock;

  static double TimeOf(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  static double QueuedNow() {
    std::ifstream file("/proc/thread-self/schedstat");
    double running_ns = 0;
    double queued_ns = 0;
    return file >> running_ns >> queued_ns ? 1e-9 * queued_ns : 0;
  }

  Clock::time_point start_ = Clock::now();
  double processor_ = TimeOf(CLOCK_PROCESS_CPUTIME_ID);
  double thread_ = TimeOf(CLOCK_THREAD_CPUTIME_ID);
  double queued_ = QueuedNow();
};

}  // namespace kith::bench

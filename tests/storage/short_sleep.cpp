// SPDX-License-Identifier: Apache-2.0
// RocksDB sleeps a second after each flush or compaction that failed, before it looks again, and is
// not closed before. Nothing depends on how long: whoever waits for a time looks at the clock. It
// sleeps with usleep, which nobody else here calls and this program replaces.
#include <time.h>
#include <unistd.h>

#include <algorithm>

extern "C" int usleep(useconds_t micros) {
  constexpr useconds_t kLongestMicros = 10'000;
  constexpr long kNanosPerMicro = 1'000;
  timespec time = {};
  time.tv_nsec = static_cast<long>(std::min(micros, kLongestMicros)) * kNanosPerMicro;
  return nanosleep(&time, nullptr);
}

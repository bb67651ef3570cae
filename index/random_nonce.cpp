// SPDX-License-Identifier: Apache-2.0
// Random numbers, a generator for each thread.
#include "index/random_nonce.h"

#include <atomic>
#include <random>

namespace kith::index {
namespace {

// Sums of 2^30 of these stay inside 64 bits, and two states of an index have the same sum by chance
// once in 2^48.
constexpr int kNonceBits = 48;

}  // namespace

int64_t RandomNonce() {
  thread_local std::mt19937_64 random([] {
    static std::atomic<uint64_t> threads{0};
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), static_cast<unsigned>(threads.fetch_add(1))};
    return std::mt19937_64(seed);
  }());
  return static_cast<int64_t>(random()) >> (63 - kNonceBits);
}

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Allocations that fail: every operator new of this program counts while a ShortMemory lives, in
// the threads that take part, and one of them throws std::bad_alloc. A program that contains
// allocations.cpp has all its allocations counted, those of shared libraries too.
//
// Thread safety: one ShortMemory at a time; any number of threads may take part.
#pragma once

#include <cstdint>

namespace kith::storage {

class ShortMemory {
 public:
  /// The allocation number `at` from now fails, counted from 1 over all threads that take part.
  explicit ShortMemory(int64_t at);
  ~ShortMemory();
  ShortMemory(const ShortMemory&) = delete;
  ShortMemory& operator=(const ShortMemory&) = delete;

  /// Whether the allocation that fails has been reached.
  bool struck() const;

  /// The calling thread takes part while it lives.
  class Participant {
   public:
    Participant();
    ~Participant();
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;
  };
};

}  // namespace kith::storage

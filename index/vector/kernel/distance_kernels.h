// SPDX-License-Identifier: Apache-2.0
// Products and squared distances of float32 vectors, in the widest registers that the processor
// has: Debian's FAISS is built for the oldest x86-64, and its own distances take three times as
// long. The kernels of one instruction set are one table; they share one body
// (distance_kernel_body.h), compiled once for each set.
//
// Thread safety: pure functions over the caller's memory.
#pragma once

#include <cstddef>

namespace kith::index {

/// Vectors are laid out with their size rounded up to a multiple of this, filled with zeros: the
/// kernels need no loop for what is left over.
inline constexpr size_t kVectorPadding = 16;

struct DistanceKernels {
  const char* name;  ///< "avx512", "avx2" or "portable".
  /// The sum of a[i] * b[i]. `size` is a multiple of kVectorPadding here and below.
  float (*dot)(const float* a, const float* b, size_t size);
  /// The sum of (a[i] - b[i])^2.
  float (*squared)(const float* a, const float* b, size_t size);
  /// The same for one vector and four others at once, which share the loads of the one.
  void (*dot4)(const float* query, const float* const others[4], size_t size, float results[4]);
  void (*squared4)(const float* query, const float* const others[4], size_t size, float results[4]);
};

/// Those of BestInstructionSet().
const DistanceKernels& BestDistanceKernels();
/// Those of an instruction set's name; null when it is unknown or this processor cannot run it.
const DistanceKernels* FindDistanceKernels(const char* name);

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// The body of the distance kernels, for vectors of KITH_VECTOR_BYTES. Included once by the source
// of each instruction set, which defines it and KITH_KERNELS, the name of its namespace; so that no
// inline function of one set is linked into another, nothing of the standard library is used but
// its types.
//
// Four sums run side by side: one alone would wait for the latency of each addition.
#pragma once

#include <cstddef>

#include "index/vector/kernel/distance_kernels.h"

namespace kith::index::KITH_KERNELS {
namespace {

typedef float Vector __attribute__((vector_size(KITH_VECTOR_BYTES)));
typedef float Unaligned __attribute__((vector_size(KITH_VECTOR_BYTES), aligned(4), may_alias));

constexpr size_t kLanes = KITH_VECTOR_BYTES / sizeof(float);
static_assert(kVectorPadding % kLanes == 0);

#define KITH_INLINE inline __attribute__((always_inline))

KITH_INLINE Vector Load(const float* from) {
  return *reinterpret_cast<const Unaligned*>(from);
}

KITH_INLINE float Sum(Vector vector) {
  float sum = 0;
  for (size_t i = 0; i < kLanes; ++i) sum += vector[i];
  return sum;
}

struct Product {
  static KITH_INLINE Vector Add(Vector sum, Vector a, Vector b) { return sum + a * b; }
};
struct SquaredDifference {
  static KITH_INLINE Vector Add(Vector sum, Vector a, Vector b) {
    const Vector difference = a - b;
    return sum + difference * difference;
  }
};

template <typename Term>
float One(const float* a, const float* b, size_t size) {
  Vector sums[4] = {};
  size_t i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes) {
    for (size_t s = 0; s < 4; ++s) {
      const size_t at = i + s * kLanes;
      sums[s] = Term::Add(sums[s], Load(a + at), Load(b + at));
    }
  }
  for (; i < size; i += kLanes) sums[0] = Term::Add(sums[0], Load(a + i), Load(b + i));
  return Sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

template <typename Term>
void Four(const float* query, const float* const others[4], size_t size, float results[4]) {
  Vector sums[4] = {};
  for (size_t i = 0; i < size; i += kLanes) {
    const Vector shared = Load(query + i);
    for (size_t s = 0; s < 4; ++s) sums[s] = Term::Add(sums[s], shared, Load(others[s] + i));
  }
  for (size_t s = 0; s < 4; ++s) results[s] = Sum(sums[s]);
}

}  // namespace

#undef KITH_INLINE
#define KITH_NAME_OF(set) #set
#define KITH_NAME(set) KITH_NAME_OF(set)

extern const DistanceKernels kDistanceKernels;
const DistanceKernels kDistanceKernels = {.name = KITH_NAME(KITH_KERNELS),
                                          .dot = One<Product>,
                                          .squared = One<SquaredDifference>,
                                          .dot4 = Four<Product>,
                                          .squared4 = Four<SquaredDifference>};

#undef KITH_NAME
#undef KITH_NAME_OF

}  // namespace kith::index::KITH_KERNELS

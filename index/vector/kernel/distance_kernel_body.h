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
typedef float Quad __attribute__((vector_size(16)));
typedef float Unaligned __attribute__((vector_size(KITH_VECTOR_BYTES), aligned(4), may_alias));

constexpr size_t kLanes = KITH_VECTOR_BYTES / sizeof(float);
static_assert(kVectorPadding % kLanes == 0);

#define KITH_INLINE inline __attribute__((always_inline))

KITH_INLINE Vector Load(const float* from) {
  return *reinterpret_cast<const Unaligned*>(from);
}

// The sums of the lanes of four vectors, all at once: one lane after another would take as long as
// the products of a vector of 200 components.
KITH_INLINE Quad Fold(Vector vector) {
  Quad quads[kLanes / 4];
  __builtin_memcpy(quads, &vector, sizeof vector);
  Quad sum = quads[0];
  for (size_t i = 1; i < kLanes / 4; ++i) sum += quads[i];
  return sum;
}
KITH_INLINE Quad Sums(Vector a, Vector b, Vector c, Vector d) {
  const Quad qa = Fold(a);
  const Quad qb = Fold(b);
  const Quad qc = Fold(c);
  const Quad qd = Fold(d);
  const Quad ab =
      __builtin_shufflevector(qa, qb, 0, 4, 1, 5) + __builtin_shufflevector(qa, qb, 2, 6, 3, 7);
  const Quad cd =
      __builtin_shufflevector(qc, qd, 0, 4, 1, 5) + __builtin_shufflevector(qc, qd, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
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

// The sums are variables of their own: an array of them would be kept in memory.
template <typename Term>
float One(const float* a, const float* b, size_t size) {
  Vector sum0 = {};
  Vector sum1 = {};
  Vector sum2 = {};
  Vector sum3 = {};
  size_t i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes) {
    sum0 = Term::Add(sum0, Load(a + i), Load(b + i));
    sum1 = Term::Add(sum1, Load(a + i + kLanes), Load(b + i + kLanes));
    sum2 = Term::Add(sum2, Load(a + i + 2 * kLanes), Load(b + i + 2 * kLanes));
    sum3 = Term::Add(sum3, Load(a + i + 3 * kLanes), Load(b + i + 3 * kLanes));
  }
  for (; i < size; i += kLanes) sum0 = Term::Add(sum0, Load(a + i), Load(b + i));
  const Quad sum = Fold((sum0 + sum1) + (sum2 + sum3));
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

template <typename Term>
void Four(const float* query, const float* const others[4], size_t size, float results[4]) {
  const float* const other0 = others[0];
  const float* const other1 = others[1];
  const float* const other2 = others[2];
  const float* const other3 = others[3];
  Vector sum0 = {};
  Vector sum1 = {};
  Vector sum2 = {};
  Vector sum3 = {};
  for (size_t i = 0; i < size; i += kLanes) {
    const Vector shared = Load(query + i);
    sum0 = Term::Add(sum0, shared, Load(other0 + i));
    sum1 = Term::Add(sum1, shared, Load(other1 + i));
    sum2 = Term::Add(sum2, shared, Load(other2 + i));
    sum3 = Term::Add(sum3, shared, Load(other3 + i));
  }
  const Quad sums = Sums(sum0, sum1, sum2, sum3);
  __builtin_memcpy(results, &sums, sizeof sums);
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

// SPDX-License-Identifier: Apache-2.0
// Vectors of KITH_VECTOR_BYTES and the functions of one number that an encoder needs. Part of
// encoder_kernel_body.h, which says how it is compiled.
#pragma once

#include <cstddef>
#include <cstdint>

#define KITH_INLINE inline __attribute__((always_inline))

namespace kith::rag::KITH_KERNELS {
namespace {

typedef float Vector __attribute__((vector_size(KITH_VECTOR_BYTES)));
typedef float Unaligned __attribute__((vector_size(KITH_VECTOR_BYTES), aligned(4), may_alias));
typedef int32_t Integers __attribute__((vector_size(KITH_VECTOR_BYTES)));
typedef int32_t UnalignedIntegers
    __attribute__((vector_size(KITH_VECTOR_BYTES), aligned(4), may_alias));

constexpr size_t kLanes = KITH_VECTOR_BYTES / sizeof(float);

KITH_INLINE Vector Load(const float* from) {
  return *reinterpret_cast<const Unaligned*>(from);
}
KITH_INLINE Integers Load(const int32_t* from) {
  return *reinterpret_cast<const UnalignedIntegers*>(from);
}
KITH_INLINE void Store(Vector value, float* to) {
  *reinterpret_cast<Unaligned*>(to) = value;
}
KITH_INLINE Vector Splat(float value) {
  return value - Vector{};
}
KITH_INLINE Integers Splat(int32_t value) {
  return value - Integers{};
}
KITH_INLINE Vector Maximum(Vector a, Vector b) {
  return a > b ? a : b;
}
KITH_INLINE Vector Minimum(Vector a, Vector b) {
  return a < b ? a : b;
}

KITH_INLINE float Sum(Vector vector) {
  float sum = 0;
  for (size_t i = 0; i < kLanes; ++i) sum += vector[i];
  return sum;
}

KITH_INLINE float Largest(Vector vector) {
  float largest = vector[0];
  for (size_t i = 1; i < kLanes; ++i) largest = largest > vector[i] ? largest : vector[i];
  return largest;
}

// Adding and taking away 1.5 * 2^23 rounds a smaller number to the nearest whole one.
constexpr float kRounder = 12582912.0f;

// e^x for x <= 0 to about one unit in the last place (Cephes' expf); 0 below -87.
KITH_INLINE Vector Exp(Vector x) {
  const Vector low = Splat(-87.0f);
  const Integers vanishes = x < low;
  x = Maximum(x, low);
  const Vector scaled = x * 1.44269504088896341f;
  const Vector whole = (scaled + kRounder) - kRounder;
  const Vector rest = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  Vector y = Splat(1.9875691500e-4f);
  y = y * rest + 1.3981999507e-3f;
  y = y * rest + 8.3334519073e-3f;
  y = y * rest + 4.1665795894e-2f;
  y = y * rest + 1.6666665459e-1f;
  y = y * rest + 5.0000001201e-1f;
  y = y * rest * rest + rest + 1.0f;
  const Integers exponent = (__builtin_convertvector(whole, Integers) + 127) << 23;
  return vanishes ? Vector{} : y * reinterpret_cast<Vector>(exponent);
}

// x * Phi(x). The error function by Abramowitz and Stegun 7.1.26, at most 1.5e-7 off.
KITH_INLINE Vector Gelu(Vector x) {
  const Vector magnitude = Maximum(x, -x) * 0.70710678118654752f;
  const Vector t = 1.0f / (magnitude * 0.3275911f + 1.0f);
  Vector y = Splat(1.061405429f);
  y = y * t - 1.453152027f;
  y = y * t + 1.421413741f;
  y = y * t - 0.284496736f;
  y = y * t + 0.254829592f;
  const Vector tail = y * t * Exp(-(magnitude * magnitude)) * 0.5f;  // Phi(-|x|)
  return x * (x < 0.0f ? tail : 1.0f - tail);
}

}  // namespace
}  // namespace kith::rag::KITH_KERNELS

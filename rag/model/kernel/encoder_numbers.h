// SPDX-License-Identifier: Apache-2.0
// What the matrix product multiplies: float32, or whole numbers of 16 or 8 bits with a scale for
// each row and each column. Part of encoder_kernel_body.h, which says how it is compiled.
//
// Whole numbers are multiplied in groups that fill 32 bits, and the products of a group go into one
// 32-bit sum, as the processors' instructions have it. No sum overflows and none saturates, so all
// instruction sets find the same sums:
//   16 bits: 2047 * 2047 * 512 < 2^31, and 512 numbers are the most that one sum takes.
//    8 bits: 2 * 255 * 63 < 2^15, the sums of two products in vpmaddubsw; 2^31 takes 133,000 more.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rag/model/kernel/encoder_vectors.h"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace kith::rag::KITH_KERNELS {
namespace {

// One 32-bit lane of a row or of a panel is a word.
struct Float32 {
  typedef float Word;
  typedef float Weight;
  typedef Vector Sums;
  static constexpr size_t kGroup = 1;
  // Words of one pass over the depth: a panel of them stays in the first cache level.
  static constexpr size_t kDepthBlock = 384;
  static KITH_INLINE Sums Add(Sums sums, Vector x, Vector weights) { return sums + x * weights; }
};

struct Int16 {
  typedef int32_t Word;
  typedef int16_t Weight;
  typedef Integers Sums;
  static constexpr size_t kGroup = 2;
  static constexpr size_t kDepthBlock = 256;
  static constexpr float kWeightLimit = 2047;
  static constexpr float kRowLimit = 2047;
  static constexpr int32_t kZero = 0;  // What 0 becomes in a row.
  static KITH_INLINE Sums Add(Sums sums, Integers x, Integers weights) {
#if KITH_VECTOR_BYTES == 64 && defined(__AVX512VNNI__)
    return (Integers)_mm512_dpwssd_epi32((__m512i)sums, (__m512i)x, (__m512i)weights);
#elif KITH_VECTOR_BYTES == 64
    return sums + (Integers)_mm512_madd_epi16((__m512i)x, (__m512i)weights);
#elif KITH_VECTOR_BYTES == 32
    return sums + (Integers)_mm256_madd_epi16((__m256i)x, (__m256i)weights);
#else
    return sums + (x << 16 >> 16) * (weights << 16 >> 16) + (x >> 16) * (weights >> 16);
#endif
  }
};

struct Int8 {
  typedef int32_t Word;
  typedef int8_t Weight;
  typedef Integers Sums;
  static constexpr size_t kGroup = 4;
  static constexpr size_t kDepthBlock = SIZE_MAX;  // 1,536 numbers are no more than 384 floats.
  static constexpr float kWeightLimit = 63;
  static constexpr float kRowLimit = 127;
  static constexpr int32_t kZero = 128;  // Rows are unsigned.
  static KITH_INLINE Sums Add(Sums sums, Integers x, Integers weights) {
#if KITH_VECTOR_BYTES == 64 && defined(__AVX512VNNI__)
    return (Integers)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)x, (__m512i)weights);
#elif KITH_VECTOR_BYTES == 64
    const __m512i pairs = _mm512_maddubs_epi16((__m512i)x, (__m512i)weights);
    return sums + (Integers)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#elif KITH_VECTOR_BYTES == 32
    const __m256i pairs = _mm256_maddubs_epi16((__m256i)x, (__m256i)weights);
    return sums + (Integers)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#else
    return sums + (x & 255) * (weights << 24 >> 24) + (x >> 8 & 255) * (weights << 16 >> 24) +
           (x >> 16 & 255) * (weights << 8 >> 24) + (x >> 24 & 255) * (weights >> 24);
#endif
  }
};

}  // namespace
}  // namespace kith::rag::KITH_KERNELS

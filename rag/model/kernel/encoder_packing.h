// SPDX-License-Identifier: Apache-2.0
// Weights into panels, and rows of floats into rows of whole numbers. Part of
// encoder_kernel_body.h, which says how it is compiled.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rag/model/kernel/encoder_gemm.h"

namespace kith::rag::KITH_KERNELS {
namespace {

template <typename Kind>
size_t PackedBytes(size_t depth, size_t columns) {
  const size_t behind = kWhole<Kind> ? 2 : 0;
  return PaddedColumns(columns) * (Words<Kind>(depth) + behind) * sizeof(typename Kind::Word);
}

KITH_INLINE float LargestMagnitude(const float* from, size_t size) {
  Vector largest = {};
  const size_t whole = size / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    const Vector value = Load(from + i);
    largest = Maximum(largest, Maximum(value, -value));
  }
  float magnitude = Largest(largest);
  for (size_t i = whole; i < size; ++i) {
    const float value = from[i] < 0 ? -from[i] : from[i];
    magnitude = magnitude > value ? magnitude : value;
  }
  return magnitude;
}

// The whole number nearest to a value below 2^22.
KITH_INLINE Integers Rounded(Vector value) {
  return reinterpret_cast<Integers>(value + kRounder) - 0x4B400000;
}

// One column of weights into its places of a panel; returns the sum of its whole numbers.
template <typename Kind>
int32_t PackColumn(const float* weights, size_t depth, float factor, typename Kind::Weight* to) {
  int32_t sum = 0;
  for (size_t k = 0; k < depth; ++k) {
    typename Kind::Weight* place = to + k / Kind::kGroup * kPanel * Kind::kGroup + k % Kind::kGroup;
    if constexpr (kWhole<Kind>) {
      const int32_t value = Rounded(Splat(weights[k] * factor))[0];
      *place = static_cast<typename Kind::Weight>(value);
      sum += value;
    } else {
      *place = weights[k];
    }
  }
  return sum;
}

template <typename Kind>
void Pack(const float* weights, size_t depth, size_t columns, void* packed) {
  const size_t words = Words<Kind>(depth);
  __builtin_memset(packed, 0, PackedBytes<Kind>(depth, columns));
  const Packed<Kind> parts(packed, words, columns);
  for (size_t column = 0; column < columns; ++column) {
    const float* from = weights + column * depth;
    float scale = 1;
    if constexpr (kWhole<Kind>) scale = LargestMagnitude(from, depth) / Kind::kWeightLimit;
    const size_t place = column / kPanel * kPanel * words + column % kPanel;
    const int32_t sum =
        PackColumn<Kind>(from, depth, scale > 0 ? 1 / scale : 0,
                         static_cast<typename Kind::Weight*>(packed) + place * Kind::kGroup);
    if constexpr (kWhole<Kind>) {
      const_cast<float*>(parts.scales)[column] = scale;
      const_cast<int32_t*>(parts.corrections)[column] = -Kind::kZero * sum;
    }
  }
}

template <typename Kind>
size_t RowBytes(size_t depth) {
  return (Words<Kind>(depth) + (kWhole<Kind> ? 1 : 0)) * sizeof(typename Kind::Word);
}

template <typename Kind>
void RoundRows(const float* rows, size_t count, size_t depth, void* to) {
  // The element of a row has the weights' size; that of 8 bits is unsigned.
  typedef typename Kind::Weight Narrow
      __attribute__((vector_size(KITH_VECTOR_BYTES / Kind::kGroup)));
  const size_t whole = depth / kLanes * kLanes;
  unsigned char* row_bytes = static_cast<unsigned char*>(to);
  for (size_t r = 0; r < count; ++r, row_bytes += RowBytes<Kind>(depth)) {
    const float* from = rows + r * depth;
    typename Kind::Weight* row = reinterpret_cast<typename Kind::Weight*>(row_bytes);
    const float scale = LargestMagnitude(from, depth) / Kind::kRowLimit;
    const float factor = scale > 0 ? 1 / scale : 0;
    for (size_t i = 0; i < whole; i += kLanes) {
      const Integers value = Rounded(Load(from + i) * factor) + Kind::kZero;
      const Narrow narrow = __builtin_convertvector(value, Narrow);
      __builtin_memcpy(row + i, &narrow, sizeof narrow);
    }
    for (size_t i = whole; i < Words<Kind>(depth) * Kind::kGroup; ++i) {
      const float value = i < depth ? from[i] * factor : 0;
      row[i] = static_cast<typename Kind::Weight>(Rounded(Splat(value))[0] + Kind::kZero);
    }
    __builtin_memcpy(row + Words<Kind>(depth) * Kind::kGroup, &scale, sizeof scale);
  }
}

template <typename Kind>
void GemmOfRows(const void* rows, size_t count, const void* packed, size_t depth, size_t columns,
                const GemmEnd& end, float* c) {
  const size_t words = Words<Kind>(depth);
  Gemm<Kind>(static_cast<const typename Kind::Word*>(rows),
             RowBytes<Kind>(depth) / sizeof(typename Kind::Word), count,
             Packed<Kind>(packed, words, columns), words, columns, end, c, columns);
}

template <typename Kind>
constexpr GemmKernels GemmKernelsOf(void (*round)(const float*, size_t, size_t, void*)) {
  return {.packed_bytes = PackedBytes<Kind>,
          .pack = Pack<Kind>,
          .row_bytes = RowBytes<Kind>,
          .round = round,
          .gemm = GemmOfRows<Kind>};
}

}  // namespace
}  // namespace kith::rag::KITH_KERNELS

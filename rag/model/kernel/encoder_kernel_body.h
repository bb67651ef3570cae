// SPDX-License-Identifier: Apache-2.0
// The body of the encoder kernels, for vectors of KITH_VECTOR_BYTES and tiles of KITH_TILE_ROWS
// rows by two vectors. Included once by the source of each instruction set, which defines both and
// KITH_KERNELS, the name of its namespace; so that no inline function of one set is linked into
// another, nothing of the standard library is used but its types.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rag/model/kernel/encoder_attention.h"
#include "rag/model/kernel/encoder_gemm.h"
#include "rag/model/kernel/encoder_kernels.h"
#include "rag/model/kernel/encoder_packing.h"
#include "rag/model/kernel/encoder_vectors.h"

namespace kith::rag::KITH_KERNELS {
namespace {

void LayerNorm(float* rows, size_t count, size_t size, const float* weight, const float* bias,
               float epsilon) {
  const size_t whole = size / kLanes * kLanes;
  for (size_t r = 0; r < count; ++r) {
    float* row = rows + r * size;
    Vector sums = {};
    for (size_t i = 0; i < whole; i += kLanes) sums += Load(row + i);
    float sum = Sum(sums);
    for (size_t i = whole; i < size; ++i) sum += row[i];
    const float mean = sum / static_cast<float>(size);
    Vector squares = {};
    for (size_t i = 0; i < whole; i += kLanes) {
      const Vector off = Load(row + i) - mean;
      squares += off * off;
    }
    float square = Sum(squares);
    for (size_t i = whole; i < size; ++i) square += (row[i] - mean) * (row[i] - mean);
    const float inverse = 1.0f / __builtin_sqrtf(square / static_cast<float>(size) + epsilon);
    for (size_t i = 0; i < whole; i += kLanes) {
      Store((Load(row + i) - mean) * inverse * Load(weight + i) + Load(bias + i), row + i);
    }
    for (size_t i = whole; i < size; ++i) row[i] = (row[i] - mean) * inverse * weight[i] + bias[i];
  }
}

}  // namespace

#undef KITH_INLINE
#define KITH_NAME_OF(set) #set
#define KITH_NAME(set) KITH_NAME_OF(set)

extern const EncoderKernels kEncoderKernels;
const EncoderKernels kEncoderKernels = {
    .name = KITH_NAME(KITH_KERNELS),
    .products = {GemmKernelsOf<Float32>(nullptr), GemmKernelsOf<Int16>(RoundRows<Int16>),
                 GemmKernelsOf<Int8>(RoundRows<Int8>)},
    .attention = Attention,
    .attention_scratch = AttentionScratch,
    .layer_norm = LayerNorm};

#undef KITH_NAME
#undef KITH_NAME_OF

}  // namespace kith::rag::KITH_KERNELS

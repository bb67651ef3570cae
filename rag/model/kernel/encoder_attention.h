// SPDX-License-Identifier: Apache-2.0
// Attention of one text and one head. Part of encoder_kernel_body.h, which says how it is compiled.
//
// The scores of a few query rows are kept at a time, so the square matrix of scores never exists
// (Rabe and Staats 2021).
#pragma once

#include <cstddef>

#include "rag/model/kernel/encoder_gemm.h"

namespace kith::rag::KITH_KERNELS {
namespace {

// Rows of scores that are in use at a time.
constexpr size_t kScoreRows = 4 * kRows;

size_t AttentionScratch(size_t tokens, size_t head_size) {
  const size_t width = PaddedColumns(tokens);
  return PaddedColumns(tokens) * head_size + PaddedColumns(head_size) * tokens + kScoreRows * width;
}

// Scores of one row into probabilities, of which the tail of the row has none; returns 1 / their
// sum.
KITH_INLINE float Softmax(float* row, size_t tokens, size_t width, float scale) {
  for (size_t i = tokens; i < width; ++i) row[i] = -__builtin_inff();
  Vector top = Splat(row[0]);
  for (size_t i = 0; i < width; i += kLanes) top = Maximum(top, Load(row + i));
  const float most = Largest(top);
  Vector sum = {};
  for (size_t i = 0; i < width; i += kLanes) {
    const Vector share = Exp((Load(row + i) - most) * scale);
    sum += share;
    Store(share, row + i);
  }
  return 1.0f / Sum(sum);
}

void Attention(const float* q, const float* k, const float* v, size_t stride, size_t tokens,
               size_t head_size, float* scratch, float* out, size_t out_stride) {
  const size_t width = PaddedColumns(tokens);
  float* keys = scratch;                     // [panel][head_size][kPanel]
  float* values = keys + width * head_size;  // [panel][tokens][kPanel]
  float* scores = values + PaddedColumns(head_size) * tokens;
  for (size_t first = 0; first < tokens; first += kPanel) {
    float* panel = keys + first * head_size;
    for (size_t j = 0; j < kPanel; ++j) {
      for (size_t d = 0; d < head_size; ++d) {
        panel[d * kPanel + j] = first + j < tokens ? k[(first + j) * stride + d] : 0;
      }
    }
  }
  for (size_t first = 0; first < head_size; first += kPanel) {
    float* panel = values + first * tokens;
    for (size_t t = 0; t < tokens; ++t) {
      for (size_t j = 0; j < kPanel; ++j) {
        panel[t * kPanel + j] = first + j < head_size ? v[t * stride + first + j] : 0;
      }
    }
  }
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(head_size));
  for (size_t row = 0; row < tokens; row += kScoreRows) {
    const size_t count = tokens - row < kScoreRows ? tokens - row : kScoreRows;
    Gemm(q + row * stride, stride, count, Packed<Float32>(keys, head_size, width), head_size, width,
         {}, scores, width);
    float shares[kScoreRows];
    for (size_t r = 0; r < count; ++r) {
      shares[r] = Softmax(scores + r * width, tokens, width, scale);
    }
    float* to = out + row * out_stride;
    Gemm(scores, width, count, Packed<Float32>(values, tokens, head_size), tokens, head_size, {},
         to, out_stride);
    for (size_t r = 0; r < count; ++r) {
      for (size_t d = 0; d < head_size; ++d) to[r * out_stride + d] *= shares[r];
    }
  }
}

}  // namespace
}  // namespace kith::rag::KITH_KERNELS

// SPDX-License-Identifier: Apache-2.0
// The body of the encoder kernels, for vectors of KITH_VECTOR_BYTES and tiles of KITH_TILE_ROWS
// rows by two vectors. Included once by the source of each instruction set, which defines both and
// KITH_KERNELS, the name of its namespace; so that no inline function of one set is linked into
// another, nothing of the standard library is used but its types.
//
// The matrix product follows Goto and van de Geijn 2008 (Anatomy of High-Performance Matrix
// Multiplication): a tile of the result stays in registers while a panel of weights streams from
// the first cache level. Attention keeps the scores of a few query rows at a time, so the square
// matrix of scores never exists (Rabe and Staats 2021).
#pragma once

#include <cstddef>
#include <cstdint>

#include "rag/model/kernel/encoder_kernels.h"

namespace kith::rag::KITH_KERNELS {
namespace {

typedef float Vector __attribute__((vector_size(KITH_VECTOR_BYTES)));
typedef float Unaligned __attribute__((vector_size(KITH_VECTOR_BYTES), aligned(4), may_alias));
typedef int32_t Integers __attribute__((vector_size(KITH_VECTOR_BYTES)));

constexpr size_t kLanes = KITH_VECTOR_BYTES / sizeof(float);
constexpr size_t kRows = KITH_TILE_ROWS;
constexpr size_t kPanel = 2 * kLanes;
// Weights of one pass over the depth: a panel of them stays in the first cache level.
constexpr size_t kDepthBlock = 384;
// Rows of one pass over the panels: they stay in the second cache level.
constexpr size_t kRowBlock = 20 * kRows;

#define KITH_INLINE inline __attribute__((always_inline))

KITH_INLINE Vector Load(const float* from) {
  return *reinterpret_cast<const Unaligned*>(from);
}
KITH_INLINE void Store(Vector value, float* to) {
  *reinterpret_cast<Unaligned*>(to) = value;
}
KITH_INLINE Vector Splat(float value) {
  return value - Vector{};
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

// e^x for x <= 0 to about one unit in the last place (Cephes' expf); 0 below -87.
KITH_INLINE Vector Exp(Vector x) {
  const Vector low = Splat(-87.0f);
  const Integers vanishes = x < low;
  x = Maximum(x, low);
  const Vector scaled = x * 1.44269504088896341f;
  // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
  const Vector magic = Splat(12582912.0f);
  const Vector whole = (scaled + magic) - magic;
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

// acc += a[R][depth] * panel[depth][kPanel]
template <size_t R>
KITH_INLINE void Multiply(const float* a, size_t a_stride, const float* panel, size_t depth,
                          Vector (&acc)[R][2]) {
  for (size_t k = 0; k < depth; ++k, panel += kPanel) {
    const Vector left = Load(panel);
    const Vector right = Load(panel + kLanes);
#pragma GCC unroll 16
    for (size_t r = 0; r < R; ++r) {
      const Vector x = Splat(a[r * a_stride + k]);
      acc[r][0] += x * left;
      acc[r][1] += x * right;
    }
  }
}

// Where a tile goes, and what happens to it there.
struct Target {
  float* c;
  size_t stride;
  size_t columns;         // Of the tile: kPanel, or fewer in the last panel.
  const float* bias;      // Null before the last block of the depth.
  const float* residual;  // The same.
  bool first;             // Of the blocks: what c holds does not count.
  bool gelu;
};

KITH_INLINE Vector Finish(Vector value, const float* bias, const float* residual, bool gelu) {
  if (bias != nullptr) value += Load(bias);
  if (residual != nullptr) value += Load(residual);
  return gelu ? Gelu(value) : value;
}

KITH_INLINE void StoreVector(Vector value, const Target& to, size_t row, size_t column) {
  float* c = to.c + row * to.stride + column;
  const float* bias = to.bias == nullptr ? nullptr : to.bias + column;
  const float* residual = to.residual == nullptr ? nullptr : to.residual + row * to.stride + column;
  if (column + kLanes <= to.columns) {
    if (!to.first) value += Load(c);
    Store(Finish(value, bias, residual, to.gelu), c);
    return;
  }
  // The last columns go through whole vectors of their own.
  float parts[3][kLanes] = {};
  const size_t count = to.columns > column ? to.columns - column : 0;
  for (size_t i = 0; i < count; ++i) {
    parts[0][i] = to.first ? 0 : c[i];
    parts[1][i] = bias == nullptr ? 0 : bias[i];
    parts[2][i] = residual == nullptr ? 0 : residual[i];
  }
  value = Finish(value + Load(parts[0]), parts[1], parts[2], to.gelu);
  for (size_t i = 0; i < count; ++i) c[i] = value[i];
}

template <size_t R>
KITH_INLINE void Tile(const float* a, size_t a_stride, const float* panel, size_t depth,
                      const Target& to) {
  Vector acc[R][2] = {};
  Multiply<R>(a, a_stride, panel, depth, acc);
#pragma GCC unroll 16
  for (size_t r = 0; r < R; ++r) {
    StoreVector(acc[r][0], to, r, 0);
    StoreVector(acc[r][1], to, r, kLanes);
  }
}

// Fewer rows than a whole tile, by halves: kRows is at most 15.
void TileOf(size_t rows, const float* a, size_t a_stride, const float* panel, size_t depth,
            Target to) {
  const auto step = [&](size_t done) {
    rows -= done;
    a += done * a_stride;
    to.c += done * to.stride;
    if (to.residual != nullptr) to.residual += done * to.stride;
  };
  if (rows >= kRows) return Tile<kRows>(a, a_stride, panel, depth, to);
  if (rows >= 4) Tile<4>(a, a_stride, panel, depth, to), step(4);
  if (rows >= 4) Tile<4>(a, a_stride, panel, depth, to), step(4);
  if (rows >= 2) Tile<2>(a, a_stride, panel, depth, to), step(2);
  if (rows >= 1) Tile<1>(a, a_stride, panel, depth, to);
}

size_t Panels(size_t columns) {
  return (columns + kPanel - 1) / kPanel;
}
size_t PackedFloats(size_t depth, size_t columns) {
  return Panels(columns) * kPanel * depth;
}

// packed[panel][k][kPanel]; columns past the last are zero.
void Pack(const float* weights, size_t depth, size_t columns, float* packed) {
  for (size_t first = 0; first < columns; first += kPanel) {
    for (size_t k = 0; k < depth; ++k) {
      for (size_t column = first; column < first + kPanel; ++column) {
        *packed++ = column < columns ? weights[column * depth + k] : 0;
      }
    }
  }
}

void Gemm(const float* a, size_t a_stride, size_t rows, const float* packed, size_t depth,
          size_t columns, const GemmEnd& end, float* c, size_t c_stride) {
  for (size_t row = 0; row < rows; row += kRowBlock) {
    const size_t row_end = row + kRowBlock < rows ? row + kRowBlock : rows;
    for (size_t k = 0; k < depth; k += kDepthBlock) {
      const size_t block = depth - k < kDepthBlock ? depth - k : kDepthBlock;
      const bool last = k + block == depth;
      for (size_t column = 0; column < columns; column += kPanel) {
        const float* panel = packed + column * depth + k * kPanel;
        for (size_t at = row; at < row_end; at += kRows) {
          const size_t place = at * c_stride + column;
          const Target to = {
              .c = c + place,
              .stride = c_stride,
              .columns = columns - column < kPanel ? columns - column : kPanel,
              .bias = last && end.bias != nullptr ? end.bias + column : nullptr,
              .residual = last && end.residual != nullptr ? end.residual + place : nullptr,
              .first = k == 0,
              .gelu = last && end.gelu};
          TileOf(row_end - at, a + at * a_stride + k, a_stride, panel, block, to);
        }
      }
    }
  }
}

// Rows of scores that are in use at a time.
constexpr size_t kScoreRows = 4 * kRows;

size_t AttentionScratch(size_t tokens, size_t head_size) {
  const size_t width = Panels(tokens) * kPanel;
  return PackedFloats(head_size, tokens) + PackedFloats(tokens, head_size) + kScoreRows * width;
}

// Scores of one row into probabilities, of which the tail of the row has none; returns 1 / their
// sum.
KITH_INLINE float Softmax(float* row, size_t tokens, size_t width, float scale) {
  for (size_t i = tokens; i < width; ++i) row[i] = -__builtin_inff();
  Vector top = Splat(row[0]);
  for (size_t i = 0; i < width; i += kLanes) top = Maximum(top, Load(row + i));
  float most = top[0];
  for (size_t i = 1; i < kLanes; ++i) most = most > top[i] ? most : top[i];
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
  const size_t width = Panels(tokens) * kPanel;
  float* keys = scratch;                                   // [panel][head_size][kPanel]
  float* values = keys + PackedFloats(head_size, tokens);  // [panel][tokens][kPanel]
  float* scores = values + PackedFloats(tokens, head_size);
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
    Gemm(q + row * stride, stride, count, keys, head_size, width, {}, scores, width);
    float shares[kScoreRows];
    for (size_t r = 0; r < count; ++r) {
      shares[r] = Softmax(scores + r * width, tokens, width, scale);
    }
    float* to = out + row * out_stride;
    Gemm(scores, width, count, values, tokens, head_size, {}, to, out_stride);
    for (size_t r = 0; r < count; ++r) {
      for (size_t d = 0; d < head_size; ++d) to[r * out_stride + d] *= shares[r];
    }
  }
}

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
const EncoderKernels kEncoderKernels = {.name = KITH_NAME(KITH_KERNELS),
                                        .packed_floats = PackedFloats,
                                        .pack = Pack,
                                        .gemm = Gemm,
                                        .attention = Attention,
                                        .attention_scratch = AttentionScratch,
                                        .layer_norm = LayerNorm};

#undef KITH_NAME
#undef KITH_NAME_OF

}  // namespace kith::rag::KITH_KERNELS

// SPDX-License-Identifier: Apache-2.0
// The matrix product, for each kind of number. Part of encoder_kernel_body.h, which says how it is
// compiled.
//
// After Goto and van de Geijn 2008 (Anatomy of High-Performance Matrix Multiplication): a tile of
// the result stays in registers while a panel of weights streams from the first cache level.
//
// Packed weights are panels [panel][word of the depth][kPanel] and, of whole numbers, behind them a
// scale for each column and what its sum must be corrected by (rows hold x + kZero in place of x).
// A row of whole numbers is its words and behind them its scale.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rag/model/kernel/encoder_kernels.h"
#include "rag/model/kernel/encoder_numbers.h"

namespace kith::rag::KITH_KERNELS {
namespace {

constexpr size_t kRows = KITH_TILE_ROWS;
constexpr size_t kPanel = 2 * kLanes;
// Rows of one pass over the panels: they stay in the second cache level.
constexpr size_t kRowBlock = 20 * kRows;

template <typename Kind>
constexpr bool kWhole = sizeof(typename Kind::Weight) < sizeof(float);

template <typename Kind>
constexpr size_t Words(size_t depth) {
  return (depth + Kind::kGroup - 1) / Kind::kGroup;
}
constexpr size_t PaddedColumns(size_t columns) {
  return (columns + kPanel - 1) / kPanel * kPanel;
}

// The words of a packed matrix, and what stands behind them.
template <typename Kind>
struct Packed {
  const typename Kind::Word* panels;
  const float* scales = nullptr;
  const int32_t* corrections = nullptr;

  Packed(const void* bytes, size_t words, size_t columns)
      : panels(static_cast<const typename Kind::Word*>(bytes)) {
    if constexpr (kWhole<Kind>) {
      const size_t padded = PaddedColumns(columns);
      const void* behind = panels + padded * words;
      scales = static_cast<const float*>(behind);
      corrections = static_cast<const int32_t*>(behind) + padded;
    }
  }
};

// sums += a[R][words] * panel[words][kPanel]
template <typename Kind, size_t R>
KITH_INLINE void Multiply(const typename Kind::Word* a, size_t a_stride,
                          const typename Kind::Word* panel, size_t words,
                          typename Kind::Sums (&sums)[R][2]) {
  for (size_t k = 0; k < words; ++k, panel += kPanel) {
    const auto left = Load(panel);
    const auto right = Load(panel + kLanes);
#pragma GCC unroll 16
    for (size_t r = 0; r < R; ++r) {
      const auto x = Splat(a[r * a_stride + k]);
      sums[r][0] = Kind::Add(sums[r][0], x, left);
      sums[r][1] = Kind::Add(sums[r][1], x, right);
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
  const float* row_scale;  // Of whole numbers, and the next two; row_stride to the next.
  size_t row_stride;
  const float* column_scale;
  const int32_t* correction;
};

template <typename Kind>
KITH_INLINE Vector ToFloats(typename Kind::Sums sums, const Target& to, size_t row, size_t column) {
  if constexpr (kWhole<Kind>) {
    if constexpr (Kind::kZero != 0) sums += Load(to.correction + column);
    const Vector scale = Load(to.column_scale + column) * to.row_scale[row * to.row_stride];
    return __builtin_convertvector(sums, Vector) * scale;
  } else {
    return sums;
  }
}

// A tile as wide as a panel.
template <typename Kind>
KITH_INLINE void FinishWhole(const typename Kind::Sums (*sums)[2], size_t rows, const Target& to) {
  for (size_t column = 0; column < kPanel; column += kLanes) {
    const Vector bias = to.bias != nullptr ? Load(to.bias + column) : Vector{};
    for (size_t row = 0; row < rows; ++row) {
      float* c = to.c + row * to.stride + column;
      Vector value = ToFloats<Kind>(sums[row][column / kLanes], to, row, column) + bias;
      if (!to.first) value += Load(c);
      if (to.residual != nullptr) value += Load(to.residual + row * to.stride + column);
      if (to.gelu) value = Gelu(value);
      Store(value, c);
    }
  }
}

// The sums of a tile become floats and are stored. Apart from the multiplication, so that a tile's
// code stays small.
template <typename Kind>
__attribute__((noinline)) void FinishTile(const typename Kind::Sums (*sums)[2], size_t rows,
                                          const Target& to) {
  if (to.columns == kPanel) return FinishWhole<Kind>(sums, rows, to);
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < to.columns; ++column) {
      float* c = to.c + row * to.stride + column;
      const size_t half = column / kLanes * kLanes;
      float value = ToFloats<Kind>(sums[row][half / kLanes], to, row, half)[column - half];
      if (!to.first) value += *c;
      if (to.bias != nullptr) value += to.bias[column];
      if (to.residual != nullptr) value += to.residual[row * to.stride + column];
      *c = to.gelu ? Gelu(Splat(value))[0] : value;
    }
  }
}

template <typename Kind, size_t R>
KITH_INLINE void Tile(const typename Kind::Word* a, size_t a_stride,
                      const typename Kind::Word* panel, size_t words, const Target& to) {
  // Where the tile goes is on its way to the cache while the sums are made.
  for (size_t row = 0; row < R; ++row) __builtin_prefetch(to.c + row * to.stride, 1);
  typename Kind::Sums sums[R][2] = {};
  Multiply<Kind, R>(a, a_stride, panel, words, sums);
  // Sums whose address is known to others would be cleared in memory and not in registers alone.
  typename Kind::Sums done[R][2];
  __builtin_memcpy(done, sums, sizeof done);
  FinishTile<Kind>(done, R, to);
}

// Fewer rows than a whole tile, by halves: kRows is at most 15.
template <typename Kind>
void TileOf(size_t rows, const typename Kind::Word* a, size_t a_stride,
            const typename Kind::Word* panel, size_t words, Target to) {
  const auto step = [&](size_t done) {
    rows -= done;
    a += done * a_stride;
    to.c += done * to.stride;
    if (to.residual != nullptr) to.residual += done * to.stride;
    if constexpr (kWhole<Kind>) to.row_scale += done * to.row_stride;
  };
  if (rows >= kRows) return Tile<Kind, kRows>(a, a_stride, panel, words, to);
  if (rows >= 4) Tile<Kind, 4>(a, a_stride, panel, words, to), step(4);
  if (rows >= 4) Tile<Kind, 4>(a, a_stride, panel, words, to), step(4);
  if (rows >= 2) Tile<Kind, 2>(a, a_stride, panel, words, to), step(2);
  if (rows >= 1) Tile<Kind, 1>(a, a_stride, panel, words, to);
}

// c[rows][columns] = a[rows][depth] * weights, then `end`. Strides are in words.
template <typename Kind>
void Gemm(const typename Kind::Word* a, size_t a_stride, size_t rows, const Packed<Kind>& weights,
          size_t words, size_t columns, const GemmEnd& end, float* c, size_t c_stride) {
  for (size_t row = 0; row < rows; row += kRowBlock) {
    const size_t row_end = row + kRowBlock < rows ? row + kRowBlock : rows;
    for (size_t k = 0; k < words; k += Kind::kDepthBlock) {
      const bool last = words - k <= Kind::kDepthBlock;
      const size_t block = last ? words - k : Kind::kDepthBlock;
      for (size_t column = 0; column < columns; column += kPanel) {
        Target to = {};
        to.stride = c_stride;
        to.columns = columns - column < kPanel ? columns - column : kPanel;
        to.bias = last && end.bias != nullptr ? end.bias + column : nullptr;
        to.first = k == 0;
        to.gelu = last && end.gelu;
        to.row_stride = a_stride;
        if constexpr (kWhole<Kind>) {
          to.column_scale = weights.scales + column;
          to.correction = weights.corrections + column;
        }
        for (size_t at = row; at < row_end; at += kRows) {
          to.c = c + at * c_stride + column;
          to.residual =
              last && end.residual != nullptr ? end.residual + at * c_stride + column : nullptr;
          const typename Kind::Word* from = a + at * a_stride;
          if constexpr (kWhole<Kind>) to.row_scale = reinterpret_cast<const float*>(from + words);
          TileOf<Kind>(row_end - at, from + k, a_stride,
                       weights.panels + column * words + k * kPanel, block, to);
        }
      }
    }
  }
}

}  // namespace
}  // namespace kith::rag::KITH_KERNELS

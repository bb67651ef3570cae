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

// The sums of a tile become floats and are stored. Apart from the multiplication, so that a tile's
// code stays small.
template <typename Kind>
__attribute__((noinline)) void FinishTile(const typename Kind::Sums (*sums)[2], size_t rows,
                                          const Target& to) {
  for (size_t row = 0; row < rows; ++row) {
    for (size_t half = 0; half < 2; ++half) {
      const size_t column = half * kLanes;
      if (column >= to.columns) continue;
      float* c = to.c + row * to.stride + column;
      const size_t count = to.columns - column < kLanes ? to.columns - column : kLanes;
      // The last columns go through a whole vector of their own.
      float edge[kLanes] = {};
      const auto load = [&](const float* from) {
        if (count == kLanes) return Load(from);
        for (size_t i = 0; i < count; ++i) edge[i] = from[i];
        return Load(edge);
      };
      Vector value = ToFloats<Kind>(sums[row][half], to, row, column);
      if (!to.first) value += load(c);
      if (to.bias != nullptr) value += load(to.bias + column);
      if (to.residual != nullptr) value += load(to.residual + row * to.stride + column);
      if (to.gelu) value = Gelu(value);
      if (count == kLanes) {
        Store(value, c);
      } else {
        for (size_t i = 0; i < count; ++i) c[i] = value[i];
      }
    }
  }
}

template <typename Kind, size_t R>
KITH_INLINE void Tile(const typename Kind::Word* a, size_t a_stride,
                      const typename Kind::Word* panel, size_t words, const Target& to) {
  typename Kind::Sums sums[R][2] = {};
  Multiply<Kind, R>(a, a_stride, panel, words, sums);
  FinishTile<Kind>(sums, R, to);
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

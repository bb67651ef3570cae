// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a transformer encoder on the processor, in the widest vectors that it has:
// matrix products with packed weights, attention of one text, and layer normalisation. The kernels
// of one instruction set are one table; they share one body (encoder_kernel_body.h), compiled once
// for each set.
//
// Thread safety: pure functions over the caller's memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kith::rag {

/// What a matrix product does with each element of its result before storing it.
struct GemmEnd {
  const float* bias = nullptr;      ///< `columns` floats; may be null.
  const float* residual = nullptr;  ///< Added; laid out as the result; may be null.
  bool gelu = false;                ///< x * Phi(x) with the exact normal distribution, last.
};

/// What a matrix product multiplies. Everything else is float32.
enum class Precision : uint8_t {
  kFloat32,
  /// Whole numbers of 12 bits with a scale for each row and each column, multiplied in 16 bits,
  /// twice as many in an instruction as of float32. Closer to float32 than bfloat16, whose fraction
  /// has 8 bits, and multiplied by every processor with AVX2, which bfloat16 is not.
  kInt16,
  /// The same with 8 bits for rows and 7 for columns.
  kInt8,
};

/// The matrix product of one precision.
struct GemmKernels {
  /// Bytes that `pack` writes for a matrix of depth * columns; a multiple of 4.
  size_t (*packed_bytes)(size_t depth, size_t columns);
  /// weights[columns][depth], as checkpoints have them (one row for each output), into panels that
  /// begin at a multiple of 4 bytes.
  void (*pack)(const float* weights, size_t depth, size_t columns, void* packed);
  /// Bytes of a row that `gemm` takes; a multiple of 4.
  size_t (*row_bytes)(size_t depth);
  /// rows[count][depth] into rows of that size. Null: the floats themselves are such rows.
  void (*round)(const float* rows, size_t count, size_t depth, void* to);
  /// c[count][columns] = rows[count][depth] * weights, then `end`. c overlaps with nothing else.
  void (*gemm)(const void* rows, size_t count, const void* packed, size_t depth, size_t columns,
               const GemmEnd& end, float* c);
};

struct EncoderKernels {
  const char* name;         ///< "avx512vnni", "avx512", "avx2" or "portable".
  GemmKernels products[3];  ///< By Precision.
  /// Softmax(q k' / sqrt(head_size)) v of one text and one head. Each row of q, k and v is `stride`
  /// floats from the next; the result's rows are `out_stride` apart. head_size must be a multiple
  /// of 4. `scratch` holds attention_scratch(tokens, head_size) floats.
  void (*attention)(const float* q, const float* k, const float* v, size_t stride, size_t tokens,
                    size_t head_size, float* scratch, float* out, size_t out_stride);
  size_t (*attention_scratch)(size_t tokens, size_t head_size);
  /// rows[count][size] normalised to mean 0 and variance 1, times weight, plus bias; in place.
  void (*layer_norm)(float* rows, size_t count, size_t size, const float* weight, const float* bias,
                     float epsilon);
};

/// Those of BestInstructionSet().
const EncoderKernels& BestEncoderKernels();
/// Those of an instruction set's name; null when it is unknown or this processor cannot run it.
const EncoderKernels* FindEncoderKernels(const char* name);

}  // namespace kith::rag

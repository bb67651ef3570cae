// SPDX-License-Identifier: Apache-2.0
// The encoder's kernels in vectors of eight floats: AVX2 and FMA.
#define KITH_VECTOR_BYTES 32
#define KITH_TILE_ROWS 6
#define KITH_KERNELS avx2
#include "rag/model/kernel/encoder_kernel_body.h"

namespace kith::rag::avx2 {

extern const EncoderKernels kEncoderKernels;
const EncoderKernels kEncoderKernels = {.name = "avx2",
                                        .panel_columns = kPanel,
                                        .packed_floats = PackedFloats,
                                        .pack = Pack,
                                        .gemm = Gemm,
                                        .attention = Attention,
                                        .attention_scratch = AttentionScratch,
                                        .layer_norm = LayerNorm};

}  // namespace kith::rag::avx2

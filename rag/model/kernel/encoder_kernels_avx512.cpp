// SPDX-License-Identifier: Apache-2.0
// The encoder's kernels in vectors of sixteen floats: AVX-512 F.
#define KITH_VECTOR_BYTES 64
#define KITH_TILE_ROWS 12
#define KITH_KERNELS avx512
#include "rag/model/kernel/encoder_kernel_body.h"

namespace kith::rag::avx512 {

extern const EncoderKernels kEncoderKernels;
const EncoderKernels kEncoderKernels = {.name = "avx512",
                                        .panel_columns = kPanel,
                                        .packed_floats = PackedFloats,
                                        .pack = Pack,
                                        .gemm = Gemm,
                                        .attention = Attention,
                                        .attention_scratch = AttentionScratch,
                                        .layer_norm = LayerNorm};

}  // namespace kith::rag::avx512

// SPDX-License-Identifier: Apache-2.0
// The encoder's kernels in vectors of four floats: any x86-64, and other processors.
#define KITH_VECTOR_BYTES 16
#define KITH_TILE_ROWS 6
#define KITH_KERNELS portable
#include "rag/model/kernel/encoder_kernel_body.h"

namespace kith::rag::portable {

extern const EncoderKernels kEncoderKernels;
const EncoderKernels kEncoderKernels = {.name = "portable",
                                        .panel_columns = kPanel,
                                        .packed_floats = PackedFloats,
                                        .pack = Pack,
                                        .gemm = Gemm,
                                        .attention = Attention,
                                        .attention_scratch = AttentionScratch,
                                        .layer_norm = LayerNorm};

}  // namespace kith::rag::portable

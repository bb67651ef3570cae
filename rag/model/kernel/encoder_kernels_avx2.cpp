// SPDX-License-Identifier: Apache-2.0
// The encoder's kernels in vectors of eight floats: AVX2 and FMA.
#define KITH_VECTOR_BYTES 32
#define KITH_TILE_ROWS 6
#define KITH_KERNELS avx2
#include "rag/model/kernel/encoder_kernel_body.h"

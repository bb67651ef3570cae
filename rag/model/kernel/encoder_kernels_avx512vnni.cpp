// SPDX-License-Identifier: Apache-2.0
// The encoder's kernels in vectors of sixteen floats: AVX-512 F, BW and VNNI.
#define KITH_VECTOR_BYTES 64
#define KITH_TILE_ROWS 12
#define KITH_KERNELS avx512vnni
#include "rag/model/kernel/encoder_kernel_body.h"

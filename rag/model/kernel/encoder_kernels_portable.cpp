// SPDX-License-Identifier: Apache-2.0
// The encoder's kernels in vectors of four floats: any x86-64, and other processors.
#define KITH_VECTOR_BYTES 16
#define KITH_TILE_ROWS 6
#define KITH_KERNELS portable
#include "rag/model/kernel/encoder_kernel_body.h"

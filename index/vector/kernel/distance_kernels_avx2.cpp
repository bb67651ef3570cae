// SPDX-License-Identifier: Apache-2.0
// The distance kernels in vectors of eight floats: AVX2 and FMA.
#define KITH_VECTOR_BYTES 32
#define KITH_KERNELS avx2
#include "index/vector/kernel/distance_kernel_body.h"

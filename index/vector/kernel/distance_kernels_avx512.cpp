// SPDX-License-Identifier: Apache-2.0
// The distance kernels in vectors of sixteen floats: AVX-512 F.
#define KITH_VECTOR_BYTES 64
#define KITH_KERNELS avx512
#include "index/vector/kernel/distance_kernel_body.h"

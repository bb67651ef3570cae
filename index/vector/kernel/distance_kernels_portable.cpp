// SPDX-License-Identifier: Apache-2.0
// The distance kernels in vectors of four floats: any x86-64, and other processors.
#define KITH_VECTOR_BYTES 16
#define KITH_KERNELS portable
#include "index/vector/kernel/distance_kernel_body.h"

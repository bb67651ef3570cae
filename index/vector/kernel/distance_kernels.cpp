// SPDX-License-Identifier: Apache-2.0
// Which table this processor can run.
#include "index/vector/kernel/distance_kernels.h"

#include <cstdlib>
#include <cstring>

namespace kith::index {

namespace portable {
extern const DistanceKernels kDistanceKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const DistanceKernels kDistanceKernels;
}
namespace avx512 {
extern const DistanceKernels kDistanceKernels;
}
#endif

const DistanceKernels* FindDistanceKernels(const char* name) {
  if (std::strcmp(name, "portable") == 0) return &portable::kDistanceKernels;
#if defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (std::strcmp(name, "avx2") == 0 && has_avx2) return &avx2::kDistanceKernels;
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f");
  if (std::strcmp(name, "avx512") == 0 && has_avx512) return &avx512::kDistanceKernels;
#endif
  return nullptr;
}

const DistanceKernels& BestDistanceKernels() {
  static const DistanceKernels& best = []() -> const DistanceKernels& {
    const char* chosen = std::getenv("KITH_CPU");
    if (chosen != nullptr) {
      if (const DistanceKernels* kernels = FindDistanceKernels(chosen)) return *kernels;
    }
    if (const DistanceKernels* kernels = FindDistanceKernels("avx512")) return *kernels;
    if (const DistanceKernels* kernels = FindDistanceKernels("avx2")) return *kernels;
    return portable::kDistanceKernels;
  }();
  return best;
}

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Which table this processor can run.
#include "rag/model/kernel/encoder_kernels.h"

#include <cstdlib>
#include <cstring>

namespace kith::rag {

namespace portable {
extern const EncoderKernels kEncoderKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const EncoderKernels kEncoderKernels;
}
namespace avx512 {
extern const EncoderKernels kEncoderKernels;
}
#endif

const EncoderKernels* FindEncoderKernels(const char* name) {
  if (std::strcmp(name, "portable") == 0) return &portable::kEncoderKernels;
#if defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (std::strcmp(name, "avx2") == 0 && has_avx2) return &avx2::kEncoderKernels;
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f");
  if (std::strcmp(name, "avx512") == 0 && has_avx512) return &avx512::kEncoderKernels;
#endif
  return nullptr;
}

const EncoderKernels& BestEncoderKernels() {
  static const EncoderKernels& best = []() -> const EncoderKernels& {
    const char* chosen = std::getenv("KITH_CPU");
    if (chosen != nullptr) {
      if (const EncoderKernels* kernels = FindEncoderKernels(chosen)) return *kernels;
    }
    if (const EncoderKernels* kernels = FindEncoderKernels("avx512")) return *kernels;
    if (const EncoderKernels* kernels = FindEncoderKernels("avx2")) return *kernels;
    return portable::kEncoderKernels;
  }();
  return best;
}

}  // namespace kith::rag

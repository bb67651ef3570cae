// SPDX-License-Identifier: Apache-2.0
// Which table this processor can run.
#include "rag/model/kernel/encoder_kernels.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

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
namespace avx512vnni {
extern const EncoderKernels kEncoderKernels;
}
#endif

const EncoderKernels* FindEncoderKernels(const char* name) {
  if (std::strcmp(name, "portable") == 0) return &portable::kEncoderKernels;
#if defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (std::strcmp(name, "avx2") == 0 && has_avx2) return &avx2::kEncoderKernels;
  const bool has_avx512 =
      has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  if (std::strcmp(name, "avx512") == 0 && has_avx512) return &avx512::kEncoderKernels;
  const bool has_vnni = has_avx512 && __builtin_cpu_supports("avx512vnni");
  if (std::strcmp(name, "avx512vnni") == 0 && has_vnni) return &avx512vnni::kEncoderKernels;
#endif
  return nullptr;
}

const EncoderKernels& BestEncoderKernels() {
  static const EncoderKernels& best = []() -> const EncoderKernels& {
    const char* chosen = std::getenv("KITH_CPU");
    if (chosen != nullptr) {
      if (const EncoderKernels* kernels = FindEncoderKernels(chosen)) return *kernels;
    }
    for (const char* name : {"avx512vnni", "avx512", "avx2"}) {
      if (const EncoderKernels* kernels = FindEncoderKernels(name)) return *kernels;
    }
    return portable::kEncoderKernels;
  }();
  return best;
}

}  // namespace kith::rag

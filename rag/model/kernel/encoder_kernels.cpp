// SPDX-License-Identifier: Apache-2.0
// Which table this processor can run.
#include "rag/model/kernel/encoder_kernels.h"

#include "engine/base/processor.h"

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

namespace {

const EncoderKernels& KernelsOf([[maybe_unused]] InstructionSet set) {
#if defined(__x86_64__)
  if (set >= InstructionSet::kAvx512Vnni) return avx512vnni::kEncoderKernels;
  if (set >= InstructionSet::kAvx512) return avx512::kEncoderKernels;
  if (set >= InstructionSet::kAvx2) return avx2::kEncoderKernels;
#endif
  return portable::kEncoderKernels;
}

}  // namespace

const EncoderKernels* FindEncoderKernels(const char* name) {
  const auto set = FindInstructionSet(name);
  return set.has_value() && HasInstructionSet(*set) ? &KernelsOf(*set) : nullptr;
}

const EncoderKernels& BestEncoderKernels() {
  return KernelsOf(BestInstructionSet());
}

}  // namespace kith::rag

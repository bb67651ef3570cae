// SPDX-License-Identifier: Apache-2.0
// Which table this processor can run.
#include "index/vector/kernel/distance_kernels.h"

#include "engine/base/processor.h"

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

namespace {

// Of the widest set that there are kernels for and that `set` has.
const DistanceKernels& KernelsOf([[maybe_unused]] InstructionSet set) {
#if defined(__x86_64__)
  if (set >= InstructionSet::kAvx512) return avx512::kDistanceKernels;
  if (set >= InstructionSet::kAvx2) return avx2::kDistanceKernels;
#endif
  return portable::kDistanceKernels;
}

}  // namespace

const DistanceKernels* FindDistanceKernels(const char* name) {
  const auto set = FindInstructionSet(name);
  return set.has_value() && HasInstructionSet(*set) ? &KernelsOf(*set) : nullptr;
}

const DistanceKernels& BestDistanceKernels() {
  return KernelsOf(BestInstructionSet());
}

}  // namespace kith::index

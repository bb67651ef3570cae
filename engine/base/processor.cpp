// SPDX-License-Identifier: Apache-2.0
// Asking the processor, and the environment.
#include "engine/base/processor.h"

#include <cstdlib>
#include <utility>

namespace kith {
namespace {

constexpr std::pair<std::string_view, InstructionSet> kInstructionSets[] = {
    {"portable", InstructionSet::kPortable},
    {"avx2", InstructionSet::kAvx2},
    {"avx512", InstructionSet::kAvx512},
    {"avx512vnni", InstructionSet::kAvx512Vnni},
};

InstructionSet Choose() {
  const char* chosen = std::getenv("KITH_CPU");
  if (chosen != nullptr) {
    const auto set = FindInstructionSet(chosen);
    if (set.has_value() && HasInstructionSet(*set)) return *set;
  }
  InstructionSet best = InstructionSet::kPortable;
  for (const auto& [name, set] : kInstructionSets) {
    if (HasInstructionSet(set)) best = set;
  }
  return best;
}

}  // namespace

std::optional<InstructionSet> FindInstructionSet(std::string_view name) {
  for (const auto& [known, set] : kInstructionSets) {
    if (known == name) return set;
  }
  return std::nullopt;
}

bool HasInstructionSet(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kPortable: return true;
    case InstructionSet::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case InstructionSet::kAvx512:
      return HasInstructionSet(InstructionSet::kAvx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw");
    case InstructionSet::kAvx512Vnni:
      return HasInstructionSet(InstructionSet::kAvx512) && __builtin_cpu_supports("avx512vnni");
  }
#endif
  return set == InstructionSet::kPortable;
}

InstructionSet BestInstructionSet() {
  static const InstructionSet best = Choose();
  return best;
}

}  // namespace kith

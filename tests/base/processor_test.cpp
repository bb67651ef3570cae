// SPDX-License-Identifier: Apache-2.0
// Instruction sets by name, and which of them this processor has.
#include "engine/base/processor.h"

#include <catch2/catch.hpp>

namespace kith {
namespace {

TEST_CASE("instruction sets are known by their names", "[base]") {
  CHECK(FindInstructionSet("portable") == InstructionSet::kPortable);
  CHECK(FindInstructionSet("avx2") == InstructionSet::kAvx2);
  CHECK(FindInstructionSet("avx512") == InstructionSet::kAvx512);
  CHECK(FindInstructionSet("avx512vnni") == InstructionSet::kAvx512Vnni);
  CHECK_FALSE(FindInstructionSet("abacus").has_value());
  CHECK_FALSE(FindInstructionSet("").has_value());
}

TEST_CASE("a processor that has a set has the lesser ones", "[base]") {
  CHECK(HasInstructionSet(InstructionSet::kPortable));
  CHECK(HasInstructionSet(BestInstructionSet()));
  bool had = true;
  for (const auto set : {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512,
                         InstructionSet::kAvx512Vnni}) {
    const bool has = HasInstructionSet(set);
    CHECK((had || !has));
    had = has;
  }
}

}  // namespace
}  // namespace kith

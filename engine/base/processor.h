// SPDX-License-Identifier: Apache-2.0
// Which instructions the processor has, for the folders that compile the same code for several sets
// of them and take one at run time: they choose here, so that all choose alike.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kith {

/// Sets that code is compiled for (cmake/KithFolder.cmake), each with all that the one before it
/// has.
enum class InstructionSet : uint8_t {
  kPortable,    ///< What every processor has that Kith is built for.
  kAvx2,        ///< AVX2 and FMA.
  kAvx512,      ///< AVX-512 F and BW.
  kAvx512Vnni,  ///< And VNNI.
};

/// Of "portable", "avx2", "avx512" or "avx512vnni"; nullopt for another name.
std::optional<InstructionSet> FindInstructionSet(std::string_view name);

/// Whether this processor has it.
bool HasInstructionSet(InstructionSet set);

/// The widest that this processor has. The environment variable KITH_CPU names a lesser one, for
/// tests and measurements; a name that is unknown or cannot run here is passed over. The first call
/// decides.
InstructionSet BestInstructionSet();

}  // namespace kith

// SPDX-License-Identifier: Apache-2.0
// Tells contents apart: a hash of 64 bits, two of which with different seeds make a checksum of
// 128. Not cryptographic: it finds what changed or broke, not what somebody forged.
//
// Thread safety: a function without state.
#pragma once

#include <cstdint>
#include <string_view>

namespace kith::rag {

/// Depends on the bytes, their number and the seed. The values are stored in databases; they never
/// change. To hash several texts as one, give the hash of the first as the seed of the next.
uint64_t HashBytes(std::string_view bytes, uint64_t seed);

}  // namespace kith::rag

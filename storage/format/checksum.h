// SPDX-License-Identifier: Apache-2.0
// The checksum at the end of every chunk. It is for what RocksDB's own block checksums cannot see:
// bytes that were wrong before they reached a block, or went wrong after they left it.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::storage {

inline constexpr size_t kChecksumBytes = 8;

/// FNV-1a (Fowler, Noll, Vo) over words of 8 bytes in place of bytes, the last one filled up with
/// zeros, begun with the length; a final mix spreads the high bits.
uint64_t Checksum(std::string_view bytes);

/// Appends the checksum of what `*bytes` holds, little-endian.
void AppendChecksum(std::string* bytes);
/// Takes the checksum off the end. False when it is not the one of the bytes before it.
bool StripChecksum(std::string_view* bytes);

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// What was hot when a database was closed: the keys of the hottest chunks, in the file KITH.heat
// beside the superblock, for the next open to load them in the background. Losing it, or finding it
// damaged or out of date, costs only speed.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/format/main_key.h"

namespace kith::storage {

inline constexpr const char* kHeatName = "KITH.heat";

/// Hottest first.
///   "KITHHEAT" (8)  version (1)  keys (varint), for each: group, kind, id, number (varints)
///   checksum (8)
std::string EncodeHeat(const std::vector<MainKey>& keys);
/// Empty when the bytes are not such a file's.
std::vector<MainKey> DecodeHeat(std::string_view bytes);

}  // namespace kith::storage

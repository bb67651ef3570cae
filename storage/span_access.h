// SPDX-License-Identifier: Apache-2.0
// Facts about spans of ids that the read functions share. Inside storage only.
//
// Thread safety: pure functions.
#pragma once

#include <algorithm>
#include <span>

#include "engine/base/ids.h"
#include "storage/snapshot_reader.h"

namespace kith::storage {

/// Spans shorter than this are looked up one by one: a scan iterator needs sorted company to pay.
inline constexpr size_t kScanSpan = 8;

template <typename Id>
Access AccessOf(std::span<const Id> ids) {
  return ids.size() >= kScanSpan && std::is_sorted(ids.begin(), ids.end()) ? Access::kScan
                                                                           : Access::kPoint;
}

/// False for bits that no node can have, which would alias those of another group.
inline bool IsNodeId(NodeId node) {
  return node.bits() >> (32 + kGroupSlotBits) == 0;
}

}  // namespace kith::storage

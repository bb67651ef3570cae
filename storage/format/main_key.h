// SPDX-License-Identifier: Apache-2.0
// Keys of the column family `main`, which holds the folded part of each group. All integers are
// big-endian.
//
//   group (4) | kind (1) | id (4) | number (4)
//
//   kind 1  directory            id 0, number 0: what chunks the group has, and its members
//   kind 2  node column          id: the property; rows are slots
//   kind 3  outgoing adjacency   id: the relationship type
//   kind 4  incoming adjacency   id: the relationship type
//   kind 5  relationship page    id 0; rows are serials
//   kind 6  relationship column  id: the property; rows are serials
//   kind 7  value stored apart   id 0: one that is too large for a column
//
// A chunk's number is never used twice in its group, and a chunk is never overwritten: a fold
// writes new ones and a new directory, and deletes those that it replaced. So a key names the same
// bytes for ever, and only the directory differs from snapshot to snapshot.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/ids.h"

namespace kith::storage {

enum class MainKind : uint8_t {
  kDirectory = 1,
  kNodeColumn = 2,
  kOutgoing = 3,
  kIncoming = 4,
  kRelationshipPage = 5,
  kRelationshipColumn = 6,
  kValue = 7,
};

struct MainKey {
  GroupId group{};
  MainKind kind{};
  uint32_t id = 0;
  uint32_t number = 0;
  bool operator==(const MainKey&) const = default;
};

std::string EncodeMainKey(const MainKey& key);

}  // namespace kith::storage

template <>
struct std::hash<kith::storage::MainKey> {
  size_t operator()(const kith::storage::MainKey& key) const noexcept {
    const uint64_t high = static_cast<uint64_t>(key.group) << 32 | key.number;
    const uint64_t low = static_cast<uint64_t>(key.kind) << 32 | key.id;
    uint64_t mixed = (high * 0x9E3779B97F4A7C15ull) ^ (low * 0xC2B2AE3D27D4EB4Full);
    mixed ^= mixed >> 29;
    return static_cast<size_t>(mixed * 0x165667B19E3779F9ull);
  }
};

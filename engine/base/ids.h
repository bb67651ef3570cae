// SPDX-License-Identifier: Apache-2.0
// Identifiers of nodes, relationships and names. Each is a type of its own, so that one cannot be
// passed for another. Ids are never reused.
//
//   NodeId  group (32 bits) | slot (14 bits)    46 bits used
//   RelId   group of the source node (32 bits) | serial (32 bits)
//
// A group is 2^14 (16,384) node slots: the unit of storage, caching, heat, parallel work (a morsel)
// and coarse validation. The label set at birth chooses the group.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace kith {

enum class GroupId : uint32_t {};
enum class LabelId : uint32_t {};
enum class RelTypeId : uint32_t {};
enum class PropertyId : uint32_t {};
enum class IndexId : uint32_t {};
/// Commits are numbered 1, 2, 3, ...; 0 is the empty database.
enum class CommitNumber : uint64_t {};

inline constexpr uint32_t kGroupSlotBits = 14;
inline constexpr uint32_t kGroupSlots = 1u << kGroupSlotBits;

class NodeId {
 public:
  constexpr NodeId() = default;
  constexpr explicit NodeId(uint64_t bits) : bits_(bits) {}
  constexpr NodeId(GroupId group, uint32_t slot)
      : bits_(static_cast<uint64_t>(group) << kGroupSlotBits | slot) {}

  constexpr GroupId group() const { return static_cast<GroupId>(bits_ >> kGroupSlotBits); }
  constexpr uint32_t slot() const { return static_cast<uint32_t>(bits_ & (kGroupSlots - 1)); }
  constexpr uint64_t bits() const { return bits_; }
  /// What the language shows as id(n).
  constexpr int64_t AsInteger() const { return static_cast<int64_t>(bits_); }
  auto operator<=>(const NodeId&) const = default;

 private:
  uint64_t bits_ = 0;
};

class RelId {
 public:
  constexpr RelId() = default;
  constexpr explicit RelId(uint64_t bits) : bits_(bits) {}
  constexpr RelId(GroupId source_group, uint32_t serial)
      : bits_(static_cast<uint64_t>(source_group) << 32 | serial) {}

  constexpr GroupId source_group() const { return static_cast<GroupId>(bits_ >> 32); }
  constexpr uint32_t serial() const { return static_cast<uint32_t>(bits_); }
  constexpr uint64_t bits() const { return bits_; }
  /// What the language shows as id(r).
  constexpr int64_t AsInteger() const { return static_cast<int64_t>(bits_); }
  auto operator<=>(const RelId&) const = default;

 private:
  uint64_t bits_ = 0;
};

static_assert(sizeof(NodeId) == 8 && sizeof(RelId) == 8);

/// False for bits that no node can have, whose group would be that of others.
constexpr bool IsNodeId(NodeId node) {
  return node.bits() >> (32 + kGroupSlotBits) == 0;
}

}  // namespace kith

template <>
struct std::hash<kith::NodeId> {
  size_t operator()(kith::NodeId id) const noexcept {
    // Fibonacci hashing: ids are dense, and the identity would fill neighbouring buckets only.
    return static_cast<size_t>(id.bits() * 0x9E3779B97F4A7C15ull);
  }
};
template <>
struct std::hash<kith::RelId> {
  size_t operator()(kith::RelId id) const noexcept {
    return static_cast<size_t>(id.bits() * 0x9E3779B97F4A7C15ull);
  }
};

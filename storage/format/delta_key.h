// SPDX-License-Identifier: Apache-2.0
// Keys of the delta column family: every committed change to the graph is a small entry under its
// group. All integers are big-endian, so memcmp order is the order of the fields.
//
//   group (4) | kind (1) | body | commit (8)
//
//   kind 1  node row            slot (2)
//   kind 2  incoming adjacency  slot (2) type (4) neighbour, the source (8) serial (4)
//   kind 3  relationship row    serial (4)
//
// `commit` is the bitwise complement of the commit number, so the newest entry of a row sorts
// first. A key is written once and never changed: what a later commit changes is a newer entry.
// Only a fold, which has taken the entry into the group's chunks, deletes it, once. Outgoing
// adjacency and the members of labels follow from the rows.
//
// The value of an incoming entry is empty, or kRemovedEntry when the relationship was deleted.
//
// Thread safety: pure functions and plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/ids.h"

namespace kith::storage {

enum class DeltaKind : uint8_t {
  kNode = 1,
  kIncoming = 2,
  kRelationship = 3,
};

inline constexpr std::string_view kRemovedEntry("\1", 1);

inline constexpr size_t kDeltaHeadBytes = 5;    ///< group and kind
inline constexpr size_t kCommitBytes = 8;       ///< the suffix
inline constexpr size_t kDeltaPrefixBytes = 4;  ///< what the prefix bloom filter covers: the group
inline constexpr size_t kNodeBodyBytes = 2;
inline constexpr size_t kAdjacencyBodyBytes = 18;
inline constexpr size_t kRelationshipBodyBytes = 4;
inline constexpr size_t kMaxDeltaKeyBytes = kDeltaHeadBytes + kAdjacencyBodyBytes + kCommitBytes;
static_assert(kMaxDeltaKeyBytes == 31);
static_assert(kGroupSlots <= 1u << 16, "a slot takes two bytes");

/// An incoming entry of a node. `neighbour` is the relationship's start.
struct AdjacencyBody {
  uint32_t slot = 0;
  RelTypeId type{};
  NodeId neighbour;
  uint32_t serial = 0;
};

/// A delta key under construction: fixed size, no heap. Each function returns a key without its
/// commit suffix, which is also the prefix of every version of the entry.
class DeltaKey {
 public:
  static DeltaKey NodeRow(NodeId node);
  static DeltaKey Incoming(NodeId end, RelTypeId type, NodeId start, RelId relationship);
  static DeltaKey RelationshipRow(RelId relationship);

  DeltaKey WithCommit(CommitNumber commit) const;
  std::string_view view() const { return {bytes_, size_}; }

 private:
  static DeltaKey Of(GroupId group, DeltaKind kind);
  void Add8(uint8_t value);
  void Add16(uint32_t value);
  void Add32(uint32_t value);
  void Add64(uint64_t value);

  char bytes_[kMaxDeltaKeyBytes] = {};
  size_t size_ = 0;
};

/// The 8 bytes at the end of a key.
void EncodeCommit(CommitNumber commit, char* bytes);
CommitNumber DecodeCommit(const char* bytes);
/// The commit of a whole key (at least kCommitBytes long).
CommitNumber CommitOfKey(std::string_view key);

/// The first keys of a group, and of the one behind it.
std::string DeltaGroupBegin(GroupId group);
std::string DeltaGroupEnd(GroupId group);

// Decoders of whole keys, commit included. False when the key has another size than its kind.
bool DecodeSlot(std::string_view key, uint32_t* slot);
bool DecodeIncoming(std::string_view key, AdjacencyBody* body);
bool DecodeSerial(std::string_view key, uint32_t* serial);

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Keys of the delta column family: every committed change to the graph is a small entry under its
// group. All integers are big-endian, so memcmp order is the order of the fields.
//
//   group (4) | kind (1) | body | commit (8)
//
//   kind 1  node row       slot (2)
//   kind 2  label          label (4) slot (2)
//   kind 3  out adjacency  slot (2) type (4) neighbour (8) serial (4)
//   kind 4  in adjacency   slot (2) type (4) neighbour, the source (8) serial (4)
//   kind 5  relationship   serial (4)
//
// `commit` is the bitwise complement of the commit number, so the newest entry of a row sorts
// first. A key is written once and deleted at most once, by a writer that read it: nothing can be
// lost by a concurrent update, and RocksDB may drop the pair as soon as the two meet.
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
  kLabel = 2,
  kOut = 3,
  kIn = 4,
  kRelationship = 5,
};

inline constexpr size_t kDeltaHeadBytes = 5;    ///< group and kind
inline constexpr size_t kCommitBytes = 8;       ///< the suffix
inline constexpr size_t kDeltaPrefixBytes = 7;  ///< what the prefix bloom filter covers
inline constexpr size_t kNodeBodyBytes = 2;
inline constexpr size_t kLabelBodyBytes = 6;
inline constexpr size_t kAdjacencyBodyBytes = 18;
inline constexpr size_t kRelationshipBodyBytes = 4;
inline constexpr size_t kMaxDeltaKeyBytes = kDeltaHeadBytes + kAdjacencyBodyBytes + kCommitBytes;
static_assert(kMaxDeltaKeyBytes == 31);
static_assert(kGroupSlots <= 1u << 16, "a slot takes two bytes");

/// One entry of a node's adjacency list. `neighbour` is the other end.
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
  static DeltaKey Group(GroupId group, DeltaKind kind);
  static DeltaKey NodeRow(NodeId node);
  static DeltaKey Label(GroupId group, LabelId label);
  static DeltaKey LabelEntry(NodeId node, LabelId label);
  static DeltaKey Out(NodeId node);
  static DeltaKey OutType(NodeId node, RelTypeId type);
  static DeltaKey OutEntry(NodeId start, RelTypeId type, NodeId end, RelId relationship);
  static DeltaKey In(NodeId node);
  static DeltaKey InType(NodeId node, RelTypeId type);
  static DeltaKey InEntry(NodeId end, RelTypeId type, NodeId start, RelId relationship);
  static DeltaKey RelationshipRow(RelId relationship);

  DeltaKey WithCommit(CommitNumber commit) const;
  std::string_view view() const { return {bytes_, size_}; }

 private:
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

// Decoders of whole keys, commit included. False when the key has another size than its kind.
bool DecodeSlot(std::string_view key, uint32_t* slot);
bool DecodeLabelSlot(std::string_view key, uint32_t* slot);
bool DecodeAdjacency(std::string_view key, AdjacencyBody* body);
bool DecodeSerial(std::string_view key, uint32_t* serial);

}  // namespace kith::storage

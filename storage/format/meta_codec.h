// SPDX-License-Identifier: Apache-2.0
// Keys and values outside the delta: catalog, commit records, the identity record (default column
// family), counters (counter column family), and the superblock file.
//
//   default  'B'                         identity: database id (16 bytes)
//            'C' commit (8)              commit record: flags (1; bit 0: the schema changed),
//                                        varint count and varint differences of the touched groups
//            'G' group (4)               birth label set: flags (1; bit 0: mixed), varint count,
//                                        varint first id, differences
//            'H' group (4)               reserved: varint slots below this were given out, varint
//                                        relationship serials below this were given out
//            'M' label (4) group (4)     empty: nodes of the group may have the label
//            'L' | 'P' | 'T' id (4)      name of a label, property or relationship type
//   counter  'n' | 'r'                   nodes, relationships
//            'l' label (4) | 't' type (4)  nodes with a label, relationships of a type
//            'u' key                     a counter of the folders above
//   every other column family holds the user's keys as they are.
//
// Integers in keys are big-endian. Counters are 8 bytes, little-endian two's complement.
//
// Thread safety: pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace kith::storage {

inline constexpr uint32_t kFormatVersion = 1;

using DatabaseId = std::array<uint8_t, 16>;
/// 32 lower-case hexadecimal digits.
std::string DatabaseIdText(const DatabaseId& id);

// The first byte of each key family of the default column family.
inline constexpr char kIdentityKey = 'B';
inline constexpr char kCommitKey = 'C';
inline constexpr char kGroupKey = 'G';
inline constexpr char kReservedKey = 'H';
inline constexpr char kLabelGroupKey = 'M';
inline constexpr char kLabelNameKey = 'L';
inline constexpr char kPropertyNameKey = 'P';
inline constexpr char kTypeNameKey = 'T';

/// family (1) | number (4) [| number (4)]
std::string MetaKey(char family, uint32_t number);
std::string MetaKey(char family, uint32_t first, uint32_t second);
std::string CommitKey(CommitNumber commit);
/// The number in a commit key; nullopt for another key.
std::optional<CommitNumber> CommitOfRecordKey(std::string_view key);

struct CommitRecord {
  bool schema_changed = false;
  std::vector<GroupId> groups;  ///< Ascending, distinct.
};
std::string EncodeCommitRecord(const CommitRecord& record);
Result<CommitRecord> DecodeCommitRecord(std::string_view bytes);

struct GroupRecord {
  bool mixed = false;
  std::vector<LabelId> labels;  ///< Ascending; empty when mixed.
};
std::string EncodeGroupRecord(const GroupRecord& record);
Result<GroupRecord> DecodeGroupRecord(std::string_view bytes);

struct ReservedRecord {
  uint32_t slots = 0;
  uint64_t serials = 0;  ///< Up to 2^32, all of them.
};
std::string EncodeReservedRecord(const ReservedRecord& record);
Result<ReservedRecord> DecodeReservedRecord(std::string_view bytes);

// Counter keys.
std::string NodeCounterKey();
std::string NodeCounterKey(LabelId label);
std::string RelationshipCounterKey();
std::string RelationshipCounterKey(RelTypeId type);
std::string UserCounterKey(std::string_view key);
std::string EncodeCounter(int64_t value);
/// nullopt when the bytes are no counter.
std::optional<int64_t> DecodeCounter(std::string_view bytes);

/// The file "KITH" beside the data, which tells a Kith database from a foreign folder and says
/// how much of it must be there.
///
///   magic "KITHDB\r\n" (8) | format version (4, little-endian) | state (1) | reserved (3, zero)
///   | database id (16) | flushed commit (8, little-endian) | checksum (8, little-endian: FNV-1a
///   over the bytes before it)
struct Superblock {
  enum class State : uint8_t {
    kCreating = 0,  ///< Nothing has been committed; what is there may be started over.
    kReady = 1,
  };
  uint32_t version = kFormatVersion;
  State state = State::kCreating;
  DatabaseId id{};
  CommitNumber flushed{};  ///< Every commit up to this one is on disk.
};
inline constexpr size_t kSuperblockBytes = 48;
std::string EncodeSuperblock(const Superblock& block);
/// Corruption (not Kith's file, or damaged) or Unsupported (another version). `path` is for the
/// messages.
Result<Superblock> DecodeSuperblock(std::string_view bytes, std::string_view path);

/// FNV-1a, 64 bits.
uint64_t Fnv1a(std::string_view bytes);

}  // namespace kith::storage

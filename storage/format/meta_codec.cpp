// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of catalog keys, commit records, counters and the superblock.
#include "storage/format/meta_codec.h"

#include <fmt/core.h>

#include <cstring>

#include "engine/base/key_codec.h"
#include "storage/format/bytes.h"

namespace kith::storage {
namespace {

constexpr std::string_view kMagic("KITHDB\r\n", 8);
static_assert(kMagic.size() + 4 + 1 + 3 + sizeof(DatabaseId) + 8 + 8 == kSuperblockBytes);

template <typename Id>
void AppendAscending(const std::vector<Id>& ids, std::string* out) {
  AppendVarint(ids.size(), out);
  uint32_t previous = 0;
  for (const Id id : ids) {
    AppendVarint(static_cast<uint32_t>(id) - previous, out);
    previous = static_cast<uint32_t>(id);
  }
}

template <typename Id>
void TakeAscending(ByteReader* reader, std::vector<Id>* ids) {
  const uint64_t count = reader->Varint();
  uint64_t id = 0;
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    const uint32_t difference = reader->Varint32();
    id += difference;
    if (id > UINT32_MAX || (i > 0 && difference == 0)) reader->Fail();
    ids->push_back(static_cast<Id>(id));
  }
}

Status Damaged(std::string_view what) {
  return Status(StatusCode::kCorruption,
                fmt::format("a {} in the catalog cannot be decoded; the database is damaged: "
                            "restore it from a backup",
                            what));
}

uint32_t ReadLittleEndian32(std::string_view bytes) {
  uint32_t value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

std::string DatabaseIdText(const DatabaseId& id) {
  std::string text;
  for (const uint8_t byte : id) text += fmt::format("{:02x}", byte);
  return text;
}

std::string MetaKey(char family, uint32_t number) {
  std::string key(1, family);
  AppendBigEndian32(number, &key);
  return key;
}

std::string MetaKey(char family, uint32_t first, uint32_t second) {
  std::string key = MetaKey(family, first);
  AppendBigEndian32(second, &key);
  return key;
}

std::string CommitKey(CommitNumber commit) {
  std::string key(1, kCommitKey);
  AppendBigEndian64(static_cast<uint64_t>(commit), &key);
  return key;
}

std::optional<CommitNumber> CommitOfRecordKey(std::string_view key) {
  if (key.size() != 9 || key[0] != kCommitKey) return std::nullopt;
  return static_cast<CommitNumber>(ReadBigEndian64(key.data() + 1));
}

std::string EncodeCommitRecord(const CommitRecord& record) {
  std::string bytes(1, static_cast<char>(record.schema_changed ? 1 : 0));
  AppendAscending(record.groups, &bytes);
  return bytes;
}

Result<CommitRecord> DecodeCommitRecord(std::string_view bytes) {
  CommitRecord record;
  ByteReader reader(bytes);
  const uint8_t flags = reader.Byte();
  record.schema_changed = (flags & 1) != 0;
  TakeAscending(&reader, &record.groups);
  if (!reader.ok() || !reader.AtEnd() || flags > 1) return Damaged("commit record");
  return record;
}

std::string EncodeGroupRecord(const GroupRecord& record) {
  std::string bytes(1, static_cast<char>(record.mixed ? 1 : 0));
  AppendAscending(record.labels, &bytes);
  return bytes;
}

Result<GroupRecord> DecodeGroupRecord(std::string_view bytes) {
  GroupRecord record;
  ByteReader reader(bytes);
  const uint8_t flags = reader.Byte();
  record.mixed = (flags & 1) != 0;
  TakeAscending(&reader, &record.labels);
  if (!reader.ok() || !reader.AtEnd() || flags > 1) return Damaged("group record");
  return record;
}

std::string EncodeReservedRecord(const ReservedRecord& record) {
  std::string bytes;
  AppendVarint(record.slots, &bytes);
  AppendVarint(record.serials, &bytes);
  return bytes;
}

Result<ReservedRecord> DecodeReservedRecord(std::string_view bytes) {
  ReservedRecord record;
  ByteReader reader(bytes);
  record.slots = reader.Varint32();
  record.serials = reader.Varint();
  const bool in_range = record.slots <= kGroupSlots && record.serials <= uint64_t{1} << 32;
  if (!reader.ok() || !reader.AtEnd() || !in_range) return Damaged("record of reserved ids");
  return record;
}

std::string NodeCounterKey() {
  return "n";
}
std::string NodeCounterKey(LabelId label) {
  return MetaKey('l', static_cast<uint32_t>(label));
}
std::string RelationshipCounterKey() {
  return "r";
}
std::string RelationshipCounterKey(RelTypeId type) {
  return MetaKey('t', static_cast<uint32_t>(type));
}

std::string UserCounterKey(std::string_view key) {
  std::string bytes = "u";
  bytes.append(key);
  return bytes;
}

std::string EncodeCounter(int64_t value) {
  std::string bytes;
  AppendLittleEndian64(static_cast<uint64_t>(value), &bytes);
  return bytes;
}

std::optional<int64_t> DecodeCounter(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return static_cast<int64_t>(ByteReader(bytes).LittleEndian64());
}

uint64_t Fnv1a(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325ull;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001B3ull;
  }
  return hash;
}

std::string EncodeSuperblock(const Superblock& block) {
  std::string bytes(kMagic);
  AppendLittleEndian32(block.version, &bytes);
  bytes.push_back(static_cast<char>(block.state));
  bytes.append(3, '\0');
  bytes.append(reinterpret_cast<const char*>(block.id.data()), block.id.size());
  AppendLittleEndian64(static_cast<uint64_t>(block.flushed), &bytes);
  AppendLittleEndian64(Fnv1a(bytes), &bytes);
  return bytes;
}

Result<Superblock> DecodeSuperblock(std::string_view bytes, std::string_view path) {
  if (bytes.size() < kMagic.size() + 4 || bytes.substr(0, kMagic.size()) != kMagic) {
    return Status(
        StatusCode::kCorruption,
        fmt::format("{} is not the superblock of a Kith database; open another folder, or "
                    "restore this one from a backup",
                    path));
  }
  Superblock block;
  block.version = ReadLittleEndian32(bytes.substr(kMagic.size(), 4));
  if (block.version != kFormatVersion) {
    return Status(StatusCode::kUnsupported,
                  fmt::format("{} has format version {}, and this build of Kith reads version {}; "
                              "open it with the release that wrote it",
                              path, block.version, kFormatVersion));
  }
  const uint8_t state = bytes.size() > 12 ? static_cast<uint8_t>(bytes[12]) : uint8_t{255};
  if (bytes.size() != kSuperblockBytes || state > 1 ||
      ByteReader(bytes.substr(kSuperblockBytes - 8)).LittleEndian64() !=
          Fnv1a(bytes.substr(0, kSuperblockBytes - 8))) {
    return Status(
        StatusCode::kCorruption,
        fmt::format("{} is damaged: its checksum does not match its {} bytes; restore the "
                    "folder from a backup",
                    path, bytes.size()));
  }
  block.state = static_cast<Superblock::State>(state);
  std::memcpy(block.id.data(), bytes.data() + 16, block.id.size());
  block.flushed = static_cast<CommitNumber>(ByteReader(bytes.substr(32, 8)).LittleEndian64());
  return block;
}

}  // namespace kith::storage

// SPDX-License-Identifier: Apache-2.0
// Encoding of the vector key space.
#include "index/vector/vector_keys.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "engine/base/key_codec.h"
#include "index/byte_codec.h"
#include "index/index_definition.h"

namespace kith::index {
namespace {

static_assert(std::endian::native == std::endian::little, "floats are copied as they are");

enum RecordKind : char { kDirectory = 0, kVectorRecord, kTailRecord, kRemovedRecord, kChunkRecord };

constexpr size_t kIndexBytes = 4;
constexpr size_t kVersionKeyBytes = kIndexBytes + 1 + 8 + 8;
constexpr size_t kChunkKeyBytes = kIndexBytes + 1 + 4 + 1 + 4;
constexpr size_t kChecksumBytes = 8;
constexpr uint8_t kDirectoryVersion = 1;

std::string RecordPrefix(IndexId index, RecordKind kind) {
  std::string key;
  AppendBigEndian32(static_cast<uint32_t>(index), &key);
  key.push_back(kind);
  return key;
}

std::string MarkerKey(IndexId index, RecordKind kind, VectorVersion version) {
  std::string key = RecordPrefix(index, kind);
  AppendBigEndian64(version.entity, &key);
  AppendBigEndian64(version.nonce, &key);
  return key;
}

std::string VectorCounterKey(std::string_view name, IndexId index) {
  std::string key = fmt::format("index/vector/{}/", name);
  AppendBigEndian32(static_cast<uint32_t>(index), &key);
  return key;
}

Status DamagedVectors(std::string_view what) {
  return Status(StatusCode::kCorruption,
                fmt::format("{} of a vector index is damaged; drop and create the index", what));
}

// Eight bytes a step; the multiplier is that of splitmix64's finaliser, which mixes all bits.
uint64_t ChecksumOf(std::string_view bytes) {
  uint64_t sum = bytes.size();
  const auto mix = [&](uint64_t word) {
    sum = (sum ^ word) * 0xBF58476D1CE4E5B9u;
    sum ^= sum >> 29;
  };
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    mix(word);
  }
  uint64_t rest = 0;
  if (at < bytes.size()) std::memcpy(&rest, bytes.data() + at, bytes.size() - at);
  mix(rest);
  return sum;
}

}  // namespace

std::string DirectoryKey(IndexId index) {
  return RecordPrefix(index, kDirectory);
}

std::string VectorKey(IndexId index, uint64_t entity) {
  std::string key = VectorPrefix(index);
  AppendBigEndian64(entity, &key);
  return key;
}

std::string TailKey(IndexId index, VectorVersion version) {
  return MarkerKey(index, kTailRecord, version);
}

std::string RemovedKey(IndexId index, VectorVersion version) {
  return MarkerKey(index, kRemovedRecord, version);
}

std::string ChunkKey(IndexId index, uint32_t segment, SegmentPart part, uint32_t number) {
  std::string key = SegmentPrefix(index, segment);
  key.push_back(static_cast<char>(part));
  AppendBigEndian32(number, &key);
  return key;
}

std::string VectorPrefix(IndexId index) {
  return RecordPrefix(index, kVectorRecord);
}

std::string TailPrefix(IndexId index) {
  return RecordPrefix(index, kTailRecord);
}

std::string RemovedPrefix(IndexId index) {
  return RecordPrefix(index, kRemovedRecord);
}

std::string ChunkPrefix(IndexId index) {
  return RecordPrefix(index, kChunkRecord);
}

std::string SegmentPrefix(IndexId index, uint32_t segment) {
  std::string key = ChunkPrefix(index);
  AppendBigEndian32(segment, &key);
  return key;
}

std::optional<VectorVersion> VersionOfKey(std::string_view key) {
  if (key.size() != kVersionKeyBytes) return std::nullopt;
  const char* version = key.data() + kIndexBytes + 1;
  return VectorVersion{ReadBigEndian64(version), ReadBigEndian64(version + 8)};
}

std::optional<uint32_t> SegmentOfKey(std::string_view key) {
  if (key.size() != kChunkKeyBytes) return std::nullopt;
  return ReadBigEndian32(key.data() + kIndexBytes + 1);
}

std::string EncodeDirectory(const VectorDirectory& directory) {
  std::string record;
  record.push_back(static_cast<char>(kDirectoryVersion));
  AppendVarint(directory.dimensions, &record);
  AppendVarint(directory.next_segment, &record);
  AppendVarint(directory.segments.size(), &record);
  for (const SegmentInfo& segment : directory.segments) {
    AppendVarint(segment.id, &record);
    AppendVarint(segment.rows, &record);
    AppendVarint(segment.links, &record);
    AppendVarint(segment.top_layer, &record);
    AppendVarint(segment.entry_row, &record);
  }
  return record;
}

Result<VectorDirectory> DecodeDirectory(std::string_view bytes) {
  ByteReader reader(bytes);
  const uint8_t version = reader.Byte();
  VectorDirectory directory;
  directory.dimensions = reader.Varint32();
  directory.next_segment = reader.Varint32();
  const uint64_t count = reader.Varint();
  bool good = version == kDirectoryVersion && count <= bytes.size() && directory.dimensions > 0 &&
              directory.dimensions <= kMaxVectorDimensions;
  for (uint64_t i = 0; good && i < count; ++i) {
    SegmentInfo segment;
    segment.id = reader.Varint32();
    segment.rows = reader.Varint32();
    segment.links = reader.Varint32();
    segment.top_layer = reader.Varint32();
    segment.entry_row = reader.Varint32();
    good = segment.id < directory.next_segment && segment.rows > 0 &&
           segment.rows <= uint32_t{INT32_MAX} && segment.entry_row < segment.rows &&
           segment.links > 0 && segment.links <= UINT16_MAX && segment.top_layer < 64;
    directory.segments.push_back(segment);
  }
  if (!good || reader.failed() || !reader.AtEnd()) return DamagedVectors("the directory");
  return directory;
}

Result<std::optional<VectorDirectory>> ReadDirectory(storage::KeySpaceReader* keys, IndexId index) {
  KITH_ASSIGN_OR_RETURN(const auto record,
                        keys->Get(storage::KeySpace::kVector, DirectoryKey(index)));
  if (!record.has_value()) return std::optional<VectorDirectory>();
  KITH_ASSIGN_OR_RETURN(VectorDirectory directory, DecodeDirectory(*record));
  return std::optional<VectorDirectory>(std::move(directory));
}

std::string EncodeVector(uint64_t nonce, const std::vector<float>& vector) {
  std::string record;
  record.reserve(sizeof nonce + vector.size() * sizeof(float));
  AppendBigEndian64(nonce, &record);
  record.append(reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float));
  return record;
}

Result<StoredVector> DecodeVector(std::string_view bytes) {
  const bool whole = bytes.size() > 8 && bytes.size() % sizeof(float) == 0;
  if (!whole) return DamagedVectors("an entry");
  return StoredVector{ReadBigEndian64(bytes.data()), bytes.substr(8)};
}

Status VisitVector(storage::KeySpaceReader* keys, IndexId index, uint32_t dimensions,
                   const VectorVersion& version,
                   const std::function<void(const char* floats)>& visit) {
  KITH_ASSIGN_OR_RETURN(const auto record,
                        keys->Get(storage::KeySpace::kVector, VectorKey(index, version.entity)));
  if (!record.has_value()) return DamagedVectors("the tail");
  KITH_ASSIGN_OR_RETURN(const StoredVector stored, DecodeVector(*record));
  const bool good =
      stored.nonce == version.nonce && stored.floats.size() == dimensions * sizeof(float);
  if (!good) return DamagedVectors("the tail");
  visit(stored.floats.data());
  return Status::Ok();
}

Result<std::vector<VectorVersion>> ReadVersions(storage::KeySpaceReader* keys,
                                                const std::string& prefix) {
  std::vector<VectorVersion> versions;
  bool good = true;
  const auto visit = [&](std::string_view key, std::string_view) {
    const auto version = VersionOfKey(key);
    good = version.has_value();
    if (good) versions.push_back(*version);
    return good;
  };
  KITH_RETURN_IF_ERROR(
      keys->Scan(storage::KeySpace::kVector, prefix, PrefixSuccessor(prefix), visit));
  if (!good) return DamagedVectors("a marker");
  return versions;
}

std::string VectorCountKey(IndexId index) {
  return VectorCounterKey("vectors", index);
}

std::string TailFingerprintKey(IndexId index) {
  return VectorCounterKey("tail", index);
}

std::string RemovedFingerprintKey(IndexId index) {
  return VectorCounterKey("removed", index);
}

std::vector<std::string> VectorCounterKeys(IndexId index) {
  return {VectorCountKey(index), TailFingerprintKey(index), RemovedFingerprintKey(index)};
}

std::string SealChunk(std::string bytes) {
  AppendBigEndian64(ChecksumOf(bytes), &bytes);
  return bytes;
}

Result<std::string_view> OpenChunk(std::string_view sealed) {
  if (sealed.size() < kChecksumBytes) return DamagedVectors("a chunk of a segment");
  const std::string_view bytes = sealed.substr(0, sealed.size() - kChecksumBytes);
  if (ReadBigEndian64(sealed.data() + bytes.size()) == ChecksumOf(bytes)) return bytes;
  return DamagedVectors("a chunk of a segment");
}

}  // namespace kith::index

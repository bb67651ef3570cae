// SPDX-License-Identifier: Apache-2.0
// The records of the vector key space. All keys begin with the index id (4 bytes, big-endian):
//
//   00                                  the directory: dimensions and segments
//   01 | entity (8)                     an entity's vector: its nonce and its floats
//   02 | entity (8) | nonce (8)         a vector that is in no segment yet
//   03 | entity (8) | nonce (8)         a vector that was replaced or deleted, and may be in one
//   04 | segment (4) | part (1) | n (4) chunk n of one part of a segment
//
// A nonce is a random number that names one version of one entity's vector. Markers of kind 02 and
// 03 are the reason why a merge and the writers that run beside it never conflict: a merge deletes
// the markers that it has read, and no other.
//
// Thread safety: pure functions, but for the ones that take a reader, which belong to its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "storage/key_space.h"

namespace kith::index {

/// One version of one entity's vector.
struct VectorVersion {
  uint64_t entity = 0;
  uint64_t nonce = 0;

  auto operator<=>(const VectorVersion&) const = default;
};

/// What the directory says of a segment.
struct SegmentInfo {
  uint32_t id = 0;
  uint32_t rows = 0;
  uint32_t links = 0;      ///< HNSW's M.
  uint32_t top_layer = 0;  ///< Counted from 0.
  uint32_t entry_row = 0;  ///< Where a search begins.

  bool operator==(const SegmentInfo&) const = default;
};

struct VectorDirectory {
  uint32_t dimensions = 0;
  uint32_t next_segment = 1;
  std::vector<SegmentInfo> segments;  ///< By id.

  bool operator==(const VectorDirectory&) const = default;
};

enum class SegmentPart : uint8_t { kRows = 1, kLinks = 2, kVectors = 3 };

std::string DirectoryKey(IndexId index);
std::string VectorKey(IndexId index, uint64_t entity);
std::string TailKey(IndexId index, VectorVersion version);
std::string RemovedKey(IndexId index, VectorVersion version);
std::string ChunkKey(IndexId index, uint32_t segment, SegmentPart part, uint32_t number);
/// What the keys of a kind begin with.
std::string VectorPrefix(IndexId index);
std::string TailPrefix(IndexId index);
std::string RemovedPrefix(IndexId index);
std::string SegmentPrefix(IndexId index, uint32_t segment);
/// Of all segments.
std::string ChunkPrefix(IndexId index);
/// Of a tail or removed key, and of a chunk key; nullopt when it is none.
std::optional<VectorVersion> VersionOfKey(std::string_view key);
std::optional<uint32_t> SegmentOfKey(std::string_view key);

std::string EncodeDirectory(const VectorDirectory& directory);
/// Corruption when the bytes are no directory.
Result<VectorDirectory> DecodeDirectory(std::string_view bytes);
/// The directory of the view; nullopt when the index has had no vector yet, or none was merged and
/// its definition has the dimensions.
Result<std::optional<VectorDirectory>> ReadDirectory(storage::KeySpaceReader* keys, IndexId index);

std::string EncodeVector(uint64_t nonce, const std::vector<float>& vector);
struct StoredVector {
  uint64_t nonce = 0;
  std::string_view floats;  ///< Four bytes each, little-endian; borrowed.
};
/// Corruption when the bytes are too few or no whole floats.
Result<StoredVector> DecodeVector(std::string_view bytes);

/// Hands the floats of a version that is in the tail to `visit`. Corruption when the entity has
/// another version, or another size.
Status VisitVector(storage::KeySpaceReader* keys, IndexId index, uint32_t dimensions,
                   const VectorVersion& version,
                   const std::function<void(const char* floats)>& visit);

/// Markers of one kind, in order.
Result<std::vector<VectorVersion>> ReadVersions(storage::KeySpaceReader* keys,
                                                const std::string& prefix);

/// Counters: vectors in the index; and for the tail and for what was removed a fingerprint, to
/// which each version that comes adds its nonce (and each that leaves the tail takes it away). Two
/// views with the same fingerprint have the same versions, so what one has read serves the other.
std::string VectorCountKey(IndexId index);
std::string TailFingerprintKey(IndexId index);
std::string RemovedFingerprintKey(IndexId index);
/// The three above.
std::vector<std::string> VectorCounterKeys(IndexId index);

/// A chunk with its checksum behind it, and back; Corruption naming the part when it is damaged.
std::string SealChunk(std::string bytes);
Result<std::string_view> OpenChunk(std::string_view sealed);

}  // namespace kith::index

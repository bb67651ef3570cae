// SPDX-License-Identifier: Apache-2.0
// Writing vectors and the markers that tell searches and merges of them.
#include "index/vector/vector_writer.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "index/random_nonce.h"
#include "index/vector/vector_keys.h"
#include "index/vector/vector_value.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::KeySpaceWriter;

// What a key in the overlay of a transaction costs beside its bytes.
constexpr size_t kVectorOverheadBytes = 64;

// The dimensions of the index; those of its first vector when nothing else has said so. That
// vector's transaction must be alone, lest two first vectors differ: hence the lock.
Result<uint32_t> DimensionsFor(const IndexDefinition& index, size_t vector_size,
                               KeySpaceWriter* keys) {
  if (index.vector.dimensions != 0) return index.vector.dimensions;
  KITH_ASSIGN_OR_RETURN(const auto directory, ReadDirectory(keys, index.id));
  if (directory.has_value()) return directory->dimensions;
  if (vector_size > kMaxVectorDimensions) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{}: a vector has {} dimensions, and an index holds at most {}",
                              VectorIndexText(index), vector_size, kMaxVectorDimensions));
  }
  VectorDirectory first;
  first.dimensions = static_cast<uint32_t>(vector_size);
  const std::string key = DirectoryKey(index.id);
  KITH_RETURN_IF_ERROR(keys->Lock("index/vector/dimensions/" + key));
  KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kVector, key, EncodeDirectory(first)));
  return first.dimensions;
}

std::string EntityText(const IndexDefinition& index, uint64_t entity) {
  return fmt::format("property {} of {} {}", index.properties.front(),
                     index.entity == EntityKind::kNode ? "node" : "relationship", entity);
}

Result<std::vector<float>> VectorFor(const IndexDefinition& index, uint64_t entity,
                                     const Value& value, KeySpaceWriter* keys) {
  const size_t size = value.AsList().size();
  // Before the dimensions, which a vector that is refused must not fix.
  Result<std::vector<float>> vector = PrepareVector(index.vector.similarity, ComponentsOf(value));
  if (!vector.ok()) {
    return vector.status().WithContext(
        fmt::format("{}: {}", VectorIndexText(index), EntityText(index, entity)));
  }
  KITH_ASSIGN_OR_RETURN(const uint32_t dimensions, DimensionsFor(index, size, keys));
  if (size == dimensions) return vector;
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{}: {} has {} dimensions, and the index {}; give a vector of that "
                            "size, or drop the index",
                            VectorIndexText(index), EntityText(index, entity), size, dimensions));
}

Status Remove(const IndexDefinition& index, VectorVersion version, KeySpaceWriter* keys) {
  const auto nonce = static_cast<int64_t>(version.nonce);
  const std::string tail_key = TailKey(index.id, version);
  KITH_ASSIGN_OR_RETURN(const auto in_tail, keys->Get(KeySpace::kVector, tail_key));
  if (in_tail.has_value()) {
    KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kVector, tail_key));
    KITH_RETURN_IF_ERROR(keys->Add(TailFingerprintKey(index.id), -nonce));
  }
  // Also of one in the tail: a merge that runs just now may have taken it into a segment.
  KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kVector, RemovedKey(index.id, version), {}));
  return keys->Add(RemovedFingerprintKey(index.id), nonce);
}

Status Insert(const IndexDefinition& index, uint64_t entity, const std::vector<float>& vector,
              KeySpaceWriter* keys, size_t* bytes) {
  const int64_t nonce = RandomNonce();
  const VectorVersion version{entity, static_cast<uint64_t>(nonce)};
  const std::string key = VectorKey(index.id, entity);
  const std::string record = EncodeVector(version.nonce, vector);
  const std::string tail_key = TailKey(index.id, version);
  KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kVector, key, record));
  KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kVector, tail_key, {}));
  *bytes += key.size() + record.size() + tail_key.size() + 2 * kVectorOverheadBytes;
  return keys->Add(TailFingerprintKey(index.id), nonce);
}

// The version that the index has of the entity; nullopt when it has none.
Result<std::optional<VectorVersion>> StoredVersion(const IndexDefinition& index, uint64_t entity,
                                                   KeySpaceWriter* keys) {
  KITH_ASSIGN_OR_RETURN(const auto record,
                        keys->Get(KeySpace::kVector, VectorKey(index.id, entity)));
  if (record.has_value()) {
    KITH_ASSIGN_OR_RETURN(const StoredVector stored, DecodeVector(*record));
    return std::optional<VectorVersion>(VectorVersion{entity, stored.nonce});
  }
  if (index.state == IndexState::kPopulating) return std::optional<VectorVersion>();
  return Status(StatusCode::kCorruption,
                fmt::format("{} lacks the vector of entity {}; drop and create the index",
                            VectorIndexText(index), entity));
}

}  // namespace

Status UpdateVectorIndex(const IndexDefinition& index, const CoveredChange& change,
                         KeySpaceWriter* keys, size_t* bytes,
                         std::optional<VectorVersion>* removed) {
  removed->reset();
  const Value* before = change.before == nullptr ? nullptr : VectorValueOf(index, *change.before);
  const Value* after = change.after == nullptr ? nullptr : VectorValueOf(index, *change.after);
  // While it is being built, an index may lack a vector or have it already.
  const bool populating = index.state == IndexState::kPopulating;
  const bool same = before == nullptr || after == nullptr ? before == after : *before == *after;
  if (same && !populating) return Status::Ok();

  std::optional<std::vector<float>> vector;
  if (after != nullptr) {
    KITH_ASSIGN_OR_RETURN(vector, VectorFor(index, change.entity, *after, keys));
  }
  std::optional<VectorVersion> stored;
  if (before != nullptr || populating) {
    KITH_ASSIGN_OR_RETURN(stored, StoredVersion(index, change.entity, keys));
  }
  if (stored.has_value()) KITH_RETURN_IF_ERROR(Remove(index, *stored, keys));
  *removed = stored;
  if (vector.has_value()) {
    KITH_RETURN_IF_ERROR(Insert(index, change.entity, *vector, keys, bytes));
  } else if (stored.has_value()) {
    KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kVector, VectorKey(index.id, change.entity)));
  }
  const int64_t added = int64_t{vector.has_value()} - int64_t{stored.has_value()};
  return added == 0 ? Status::Ok() : keys->Add(VectorCountKey(index.id), added);
}

}  // namespace kith::index

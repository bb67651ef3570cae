// SPDX-License-Identifier: Apache-2.0
// Reading and writing schema records.
#include "index/schema_records.h"

#include <fmt/format.h>

#include "engine/base/key_codec.h"
#include "index/property/property_entry.h"
#include "index/text/posting_keys.h"
#include "index/vector/vector_keys.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::KeySpaceReader;
using storage::KeySpaceWriter;

constexpr std::string_view kVersionKey = "v";
constexpr std::string_view kNextIdKey = "n";

std::string IdKey(char family, IndexId id) {
  std::string key(1, family);
  AppendBigEndian32(static_cast<uint32_t>(id), &key);
  return key;
}

Status Damaged(std::string_view what) {
  return Status(StatusCode::kCorruption,
                fmt::format("the index schema is damaged: {}; restore a backup", what));
}

// The family and everything after it.
constexpr std::string_view kDefinitions = "d";
constexpr std::string_view kDefinitionsEnd = "e";
constexpr std::string_view kDropped = "x";
constexpr std::string_view kDroppedEnd = "y";
constexpr size_t kRecordKeyBytes = 5;

// Where the entries of an index lie.
KeySpace SpaceOf(IndexKind kind) {
  switch (kind) {
    case IndexKind::kText: return KeySpace::kText;
    case IndexKind::kVector: return KeySpace::kVector;
    case IndexKind::kRange:
    case IndexKind::kUnique: break;
  }
  return KeySpace::kProperty;
}

}  // namespace

Result<uint64_t> ReadSchemaVersion(KeySpaceReader* keys) {
  KITH_ASSIGN_OR_RETURN(const auto record, keys->Get(KeySpace::kSchema, kVersionKey));
  if (!record.has_value()) return uint64_t{0};
  if (record->size() != 8) return Damaged("its version is not 8 bytes");
  return ReadBigEndian64(record->data());
}

Status WriteSchemaVersion(KeySpaceWriter* keys, uint64_t version) {
  std::string record;
  AppendBigEndian64(version, &record);
  return keys->Put(KeySpace::kSchema, kVersionKey, record);
}

Result<IndexId> AllocateIndexId(KeySpaceWriter* keys) {
  KITH_ASSIGN_OR_RETURN(const auto record, keys->Get(KeySpace::kSchema, kNextIdKey));
  uint32_t next = 1;
  if (record.has_value()) {
    if (record->size() != 4) return Damaged("the next index id is not 4 bytes");
    next = ReadBigEndian32(record->data());
  }
  if (next == UINT32_MAX) {
    return Status(StatusCode::kResourceExhausted,
                  "all 4,294,967,294 index ids are used; export the data into a new database");
  }
  std::string following;
  AppendBigEndian32(next + 1, &following);
  KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kSchema, kNextIdKey, following));
  return static_cast<IndexId>(next);
}

Result<std::shared_ptr<const IndexCatalog>> ReadIndexCatalog(KeySpaceReader* keys,
                                                             const storage::Catalog& names) {
  KITH_ASSIGN_OR_RETURN(const uint64_t version, ReadSchemaVersion(keys));
  std::vector<IndexDefinition> definitions;
  Status failed;
  const auto visit = [&](std::string_view key, std::string_view value) {
    Result<IndexDefinition> definition = DecodeDefinition(value);
    if (!definition.ok()) {
      failed = definition.status();
    } else if (key != IdKey(kDefinitions[0], definition->id)) {
      failed = Damaged(fmt::format("index '{}' is under another's key", definition->name));
    } else {
      FindNames(names, &definition.value());
      definitions.push_back(std::move(definition).value());
    }
    return failed.ok();
  };
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kSchema, kDefinitions, kDefinitionsEnd, visit));
  KITH_RETURN_IF_ERROR(failed);
  return std::shared_ptr<const IndexCatalog>(
      std::make_shared<IndexCatalog>(version, std::move(definitions)));
}

Result<bool> HasDefinition(KeySpaceReader* keys, IndexId id) {
  KITH_ASSIGN_OR_RETURN(const auto record,
                        keys->Get(KeySpace::kSchema, IdKey(kDefinitions[0], id)));
  return record.has_value();
}

Status WriteDefinition(KeySpaceWriter* keys, const IndexDefinition& definition) {
  return keys->Put(KeySpace::kSchema, IdKey(kDefinitions[0], definition.id),
                   EncodeDefinition(definition));
}

Status MarkDropped(KeySpaceWriter* keys, const IndexDefinition& definition) {
  KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kSchema, IdKey(kDefinitions[0], definition.id)));
  const char kind = static_cast<char>(definition.kind);
  return keys->Put(KeySpace::kSchema, IdKey(kDropped[0], definition.id),
                   std::string_view(&kind, 1));
}

Result<std::vector<DroppedIndex>> ReadDropped(KeySpaceReader* keys) {
  std::vector<DroppedIndex> dropped;
  Status failed;
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (key.size() != kRecordKeyBytes || value.size() != 1) {
      failed = Damaged("the note of a dropped index has the wrong size");
    } else {
      dropped.push_back({static_cast<IndexId>(ReadBigEndian32(key.data() + 1)),
                         static_cast<IndexKind>(value[0])});
    }
    return failed.ok();
  };
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kSchema, kDropped, kDroppedEnd, visit));
  KITH_RETURN_IF_ERROR(failed);
  return dropped;
}

Status DeleteDroppedEntries(KeySpaceWriter* keys, const DroppedIndex& dropped, size_t limit,
                            std::string* from, bool* done) {
  const KeySpace space = SpaceOf(dropped.kind);
  std::string prefix;
  AppendBigEndian32(static_cast<uint32_t>(dropped.id), &prefix);
  std::vector<std::string> found;
  const std::string& lower = from->empty() ? prefix : *from;
  KITH_RETURN_IF_ERROR(keys->Scan(space, lower, PrefixSuccessor(prefix),
                                  [&](std::string_view key, std::string_view) {
                                    found.emplace_back(key);
                                    return found.size() < limit;
                                  }));
  for (const std::string& key : found) KITH_RETURN_IF_ERROR(keys->Delete(space, key));
  if (!found.empty()) *from = found.back() + '\0';
  *done = found.size() < limit;
  if (!*done) return Status::Ok();
  std::vector<std::string> counters = TextCounterKeys(dropped.id);
  const std::vector<std::string> vector_counters = VectorCounterKeys(dropped.id);
  counters.insert(counters.end(), vector_counters.begin(), vector_counters.end());
  counters.push_back(PropertyCountKey(dropped.id));
  for (const std::string& counter : counters) {
    KITH_ASSIGN_OR_RETURN(const int64_t value, keys->Counter(counter));
    if (value != 0) KITH_RETURN_IF_ERROR(keys->Add(counter, -value));
  }
  return keys->Delete(KeySpace::kSchema, IdKey(kDropped[0], dropped.id));
}

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// Writing property index entries and checking uniqueness.
#include "index/property/property_entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/key_codec.h"
#include "engine/base/value_compare.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::PropertyList;

// What a key-value pair costs beside its bytes, in a transaction. For bounding builds.
constexpr size_t kEntryOverheadBytes = 64;
// Longer values are cut in messages.
constexpr size_t kMaxShownBytes = 120;

const Value* FindProperty(const PropertyList& properties, PropertyId id) {
  const auto found =
      std::lower_bound(properties.begin(), properties.end(), id,
                       [](const auto& entry, PropertyId key) { return entry.first < key; });
  const bool has = found != properties.end() && found->first == id && !found->second.IsNull();
  return has ? &found->second : nullptr;
}

std::string Shown(const Value& value) {
  std::string text = value.ToString();
  if (text.size() <= kMaxShownBytes) return text;
  size_t end = kMaxShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "...";
}

Status Violation(const IndexDefinition& index, const PropertyList& properties, uint64_t entity,
                 uint64_t other) {
  std::string values;
  for (size_t i = 0; i < index.properties.size(); ++i) {
    if (i > 0) values += ", ";
    const Value* value = FindProperty(properties, index.property_ids[i]);
    values += index.properties[i] + " = " + (value == nullptr ? "null" : Shown(*value));
  }
  const bool node = index.entity == EntityKind::kNode;
  return Status(StatusCode::kConstraintViolation,
                fmt::format("{} {} with {} {} and {} exists already, so {} {} cannot have the same "
                            "(constraint '{}'); change the value, or MERGE on it",
                            node ? "node" : "relationship", other, node ? "label" : "type",
                            index.labels[0], values, node ? "node" : "relationship", entity,
                            index.name))
      .WithPhase(ErrorPhase::kRuntime)
      .WithDetail("ConstraintValidationFailed");
}

Status CheckUnique(const IndexDefinition& index, const CoveredChange& change,
                   const PropertyEntry& entry, storage::KeySpaceWriter* keys) {
  const std::string_view range =
      std::string_view(entry.key).substr(0, entry.key.size() - kEntityIdBytes);
  // The lock makes two transactions that cannot see each other conflict. A cut tuple locks all that
  // begin alike: a needless retry at worst.
  KITH_RETURN_IF_ERROR(keys->Lock(range));
  std::optional<uint64_t> other;
  Status damaged;
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kProperty, range, PrefixSuccessor(range),
                                  [&](std::string_view key, std::string_view value) {
                                    // A longer key in the range belongs to a cut tuple, never to an
                                    // equal one.
                                    if (key.size() != entry.key.size() || value != entry.value)
                                      return true;
                                    const auto read = ReadPropertyEntry(key, value);
                                    if (!read.ok()) damaged = read.status();
                                    if (read.ok() && read->entity != change.entity)
                                      other = read->entity;
                                    return damaged.ok() && !other.has_value();
                                  }));
  KITH_RETURN_IF_ERROR(damaged);
  if (!other.has_value()) return Status::Ok();
  return Violation(index, *change.after, change.entity, *other);
}

Result<std::optional<std::string>> CoveredTuple(const IndexDefinition& index,
                                                const PropertyList* properties) {
  if (properties == nullptr) return std::optional<std::string>();
  return TupleOf(index, *properties);
}

}  // namespace

bool EqualsItself(const IndexDefinition& index, const PropertyList& properties) {
  return std::all_of(index.property_ids.begin(), index.property_ids.end(), [&](PropertyId id) {
    const Value* value = FindProperty(properties, id);
    return value != nullptr && Equals(*value, *value) == true;
  });
}

PropertyEntry MakePropertyEntry(IndexId index, std::string_view tuple, uint64_t entity) {
  PropertyEntry entry;
  const size_t front = std::min(tuple.size(), kMaxTupleBytes);
  entry.key.reserve(kIndexIdBytes + front + kEntityIdBytes);
  AppendBigEndian32(static_cast<uint32_t>(index), &entry.key);
  entry.key.append(tuple.substr(0, front));
  AppendBigEndian64(entity, &entry.key);
  entry.value = tuple.substr(front);
  return entry;
}

Result<PropertyEntryView> ReadPropertyEntry(std::string_view key, std::string_view value) {
  if (key.size() <= kIndexIdBytes + kEntityIdBytes) {
    return Status(StatusCode::kCorruption,
                  fmt::format("a property index key has only {} bytes; drop and create the index",
                              key.size()));
  }
  const size_t tuple_bytes = key.size() - kIndexIdBytes - kEntityIdBytes;
  return PropertyEntryView{key.substr(kIndexIdBytes, tuple_bytes), value,
                           ReadBigEndian64(key.data() + kIndexIdBytes + tuple_bytes)};
}

std::string PropertyCountKey(IndexId index) {
  std::string key = "index/property/";
  AppendBigEndian32(static_cast<uint32_t>(index), &key);
  return key;
}

Result<std::optional<std::string>> TupleOf(const IndexDefinition& index,
                                           const PropertyList& properties) {
  if (index.property_ids.empty()) return std::optional<std::string>();
  std::string tuple;
  for (const PropertyId id : index.property_ids) {
    const Value* value = FindProperty(properties, id);
    if (value == nullptr) return std::optional<std::string>();
    KITH_RETURN_IF_ERROR(AppendKey(*value, &tuple));
  }
  return std::optional<std::string>(std::move(tuple));
}

Status UpdatePropertyIndex(const IndexDefinition& index, const CoveredChange& change,
                           storage::KeySpaceWriter* keys, size_t* bytes) {
  KITH_ASSIGN_OR_RETURN(const auto before, CoveredTuple(index, change.before));
  KITH_ASSIGN_OR_RETURN(const auto after, CoveredTuple(index, change.after));
  const bool careful = index.state == IndexState::kPopulating;
  if (before == after && !careful) return Status::Ok();
  int64_t added = 0;
  if (before.has_value() && before != after) {
    const PropertyEntry entry = MakePropertyEntry(index.id, *before, change.entity);
    bool there = true;
    if (careful) {
      KITH_ASSIGN_OR_RETURN(const auto found, keys->Get(KeySpace::kProperty, entry.key));
      there = found.has_value();
    }
    if (there) {
      KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kProperty, entry.key));
      --added;
    }
  }
  if (after.has_value()) {
    const PropertyEntry entry = MakePropertyEntry(index.id, *after, change.entity);
    if (careful) {
      KITH_ASSIGN_OR_RETURN(const auto found, keys->Get(KeySpace::kProperty, entry.key));
      if (found.has_value()) --added;
    }
    if (index.kind == IndexKind::kUnique && EqualsItself(index, *change.after)) {
      KITH_RETURN_IF_ERROR(CheckUnique(index, change, entry, keys));
    }
    KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kProperty, entry.key, entry.value));
    *bytes += entry.key.size() + entry.value.size() + kEntryOverheadBytes;
    ++added;
  }
  if (added == 0) return Status::Ok();
  return keys->Add(PropertyCountKey(index.id), added);
}

}  // namespace kith::index

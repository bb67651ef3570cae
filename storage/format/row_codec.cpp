// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of node and relationship rows.
#include "storage/format/row_codec.h"

#include <algorithm>
#include <utility>

#include "storage/format/value_codec.h"

namespace kith::storage {
namespace {

constexpr uint8_t kImageFlag = 1;
constexpr uint8_t kLabelsFlag = 2;
constexpr uint8_t kTombstoneFlag = 4;

void AppendLabels(const std::vector<LabelId>& labels, std::string* out) {
  AppendVarint(labels.size(), out);
  uint32_t previous = 0;
  for (const LabelId label : labels) {
    const uint32_t id = static_cast<uint32_t>(label);
    AppendVarint(id - previous, out);
    previous = id;
  }
}

void AppendProperties(const PropertyList& properties, std::string* out) {
  AppendVarint(properties.size(), out);
  uint32_t previous = 0;
  for (const auto& [property, value] : properties) {
    const uint32_t id = static_cast<uint32_t>(property);
    AppendVarint(id - previous, out);
    AppendValue(value, out);
    previous = id;
  }
}

// The assignments (null: removal) that turn `before` into `after`, ids ascending.
PropertyList Difference(const PropertyList& before, const PropertyList& after) {
  PropertyList changes;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && old->first < now->first)) {
      changes.emplace_back(old->first, Value());
      ++old;
    } else if (old == before.end() || now->first < old->first) {
      changes.push_back(*now);
      ++now;
    } else {
      if (!(old->second == now->second)) changes.push_back(*now);
      ++old;
      ++now;
    }
  }
  return changes;
}

void AppendEnds(const RelationshipState& state, std::string* out) {
  out->push_back(static_cast<char>(state.start.slot() >> 8));
  out->push_back(static_cast<char>(state.start.slot()));
  AppendVarint(static_cast<uint32_t>(state.type), out);
  AppendVarint(state.end.bits(), out);
}

bool ParseProperties(ByteReader* reader, RowEntry* entry) {
  entry->property_count = reader->Varint32();
  entry->properties = reader->rest();
  return reader->ok();
}

}  // namespace

bool ParseNodeEntry(std::string_view bytes, RowEntry* entry) {
  *entry = RowEntry();
  ByteReader reader(bytes);
  const uint8_t flags = reader.Byte();
  if (flags == kTombstoneFlag) {
    entry->tombstone = true;
    return reader.AtEnd();
  }
  if ((flags & ~(kImageFlag | kLabelsFlag)) != 0) return false;
  entry->image = (flags & kImageFlag) != 0;
  entry->has_labels = (flags & kLabelsFlag) != 0;
  if (entry->image && !entry->has_labels) return false;
  if (entry->has_labels) {
    entry->label_count = reader.Varint32();
    entry->labels = reader.rest();
    for (uint32_t i = 0; i < entry->label_count && reader.ok(); ++i) reader.Varint32();
  }
  return reader.ok() && ParseProperties(&reader, entry);
}

bool ParseRelationshipEntry(std::string_view bytes, RowEntry* entry) {
  *entry = RowEntry();
  ByteReader reader(bytes);
  const uint8_t flags = reader.Byte();
  entry->image = flags == kImageFlag;
  entry->tombstone = flags == kTombstoneFlag;
  if (flags != 0 && !entry->image && !entry->tombstone) return false;
  if (flags != 0) {
    entry->source_slot = reader.BigEndian16();
    entry->type = static_cast<RelTypeId>(reader.Varint32());
    entry->target = NodeId(reader.Varint());
    if (entry->source_slot >= kGroupSlots) return false;
  }
  if (entry->tombstone) return reader.ok() && reader.AtEnd();
  return reader.ok() && ParseProperties(&reader, entry);
}

bool PropertyCursor::Next() {
  if (left_ == 0 || !reader_.ok()) return false;
  --left_;
  const uint32_t difference = reader_.Varint32();
  const uint32_t previous = static_cast<uint32_t>(id_);
  // Ids ascend strictly, so a difference of zero or an overflow is damage.
  if (!first_ && (difference == 0 || difference > UINT32_MAX - previous)) reader_.Fail();
  id_ = static_cast<PropertyId>(first_ ? difference : previous + difference);
  first_ = false;
  value_ = SkipValue(&reader_);
  return reader_.ok();
}

bool FindProperty(const RowEntry& entry, PropertyId id, std::string_view* value) {
  *value = {};
  PropertyCursor cursor(entry);
  while (cursor.Next()) {
    if (cursor.id() < id) continue;
    if (cursor.id() == id) *value = cursor.value();
    return true;
  }
  return cursor.ok();
}

bool ApplyProperties(const RowEntry& entry, PropertyList* properties) {
  if (entry.image) properties->clear();
  PropertyCursor cursor(entry);
  while (cursor.Next()) {
    ByteReader reader(cursor.value());
    Value value = TakeValue(&reader);
    if (!reader.ok() || !reader.AtEnd()) return false;
    const PropertyId id = cursor.id();
    if (properties->empty() || properties->back().first < id) {
      if (!value.IsNull()) properties->emplace_back(id, std::move(value));
      continue;
    }
    const auto at =
        std::lower_bound(properties->begin(), properties->end(), id,
                         [](const auto& entry_, PropertyId key) { return entry_.first < key; });
    const bool present = at != properties->end() && at->first == id;
    if (value.IsNull()) {
      if (present) properties->erase(at);
    } else if (present) {
      at->second = std::move(value);
    } else {
      properties->emplace(at, id, std::move(value));
    }
  }
  return cursor.ok();
}

bool ApplyLabels(const RowEntry& entry, std::vector<LabelId>* labels) {
  if (!entry.has_labels) return true;
  labels->clear();
  ByteReader reader(entry.labels);
  uint64_t id = 0;
  for (uint32_t i = 0; i < entry.label_count; ++i) {
    const uint32_t difference = reader.Varint32();
    if (i > 0 && difference == 0) return false;
    id += difference;
    if (!reader.ok() || id > UINT32_MAX) return false;
    labels->push_back(static_cast<LabelId>(id));
  }
  return true;
}

void AppendNodeImage(const NodeState& state, std::string* out) {
  out->push_back(static_cast<char>(kImageFlag | kLabelsFlag));
  AppendLabels(state.labels, out);
  AppendProperties(state.properties, out);
}

void AppendNodePatch(const NodeState& before, const NodeState& after, std::string* out) {
  const bool labels = before.labels != after.labels;
  out->push_back(static_cast<char>(labels ? kLabelsFlag : 0));
  if (labels) AppendLabels(after.labels, out);
  AppendProperties(Difference(before.properties, after.properties), out);
}

void AppendRelationshipImage(const RelationshipState& state, std::string* out) {
  out->push_back(static_cast<char>(kImageFlag));
  AppendEnds(state, out);
  AppendProperties(state.properties, out);
}

void AppendRelationshipPatch(const PropertyList& before, const PropertyList& after,
                             std::string* out) {
  out->push_back(0);
  AppendProperties(Difference(before, after), out);
}

void AppendNodeTombstone(std::string* out) {
  out->push_back(static_cast<char>(kTombstoneFlag));
}

void AppendRelationshipTombstone(const RelationshipState& state, std::string* out) {
  out->push_back(static_cast<char>(kTombstoneFlag));
  AppendEnds(state, out);
}

}  // namespace kith::storage

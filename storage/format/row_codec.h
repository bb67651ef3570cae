// SPDX-License-Identifier: Apache-2.0
// Values of node and relationship rows. An entry is an image (the whole row), a patch (what one
// commit changed) or a tombstone (the row was deleted, for good: ids are not used again). A row is
// the newest image with the newer patches applied in order; where the delta has no image, the
// patches apply to what the group's chunks have.
//
//   node          flags (1)  [labels]  properties
//   relationship  flags (1)  [ends]    properties
//
//   flags       bit 0: image; bit 1: a node's label set follows (always in an image; in a patch it
//               replaces the set); bit 2: tombstone. Other bits are zero.
//   labels      varint count, varint first id, then varint differences
//   ends        source slot (2, big-endian), varint type, varint target node. In images and
//               tombstones, from which outgoing adjacency follows.
//   properties  varint count, then for each: varint id (the first) or difference, and a value;
//               in a patch the value null says that the property was removed. Not in a tombstone.
//
// Thread safety: pure functions; a RowEntry borrows the bytes it was parsed from.
#pragma once

#include <string>
#include <string_view>

#include "storage/change_sink.h"
#include "storage/format/bytes.h"

namespace kith::storage {

/// No row has more patches than this, one above the other, in the delta: a writer that would exceed
/// it writes an image.
inline constexpr size_t kMaxRowPatches = 8;
/// A single row may not exceed this; RocksDB's own limit is 4 GiB.
inline constexpr size_t kMaxRowBytes = size_t{1} << 30;

/// A parsed entry: the fixed part decoded, labels and properties still encoded.
struct RowEntry {
  bool image = false;
  bool tombstone = false;
  bool has_labels = false;
  uint32_t source_slot = 0;
  RelTypeId type{};
  NodeId target;
  uint32_t label_count = 0;
  std::string_view labels;
  uint32_t property_count = 0;
  std::string_view properties;
};

/// False when the bytes are damaged.
bool ParseNodeEntry(std::string_view bytes, RowEntry* entry);
bool ParseRelationshipEntry(std::string_view bytes, RowEntry* entry);

/// Walks the properties of an entry without decoding their values.
class PropertyCursor {
 public:
  explicit PropertyCursor(const RowEntry& entry)
      : reader_(entry.properties), left_(entry.property_count) {}
  /// Moves to the next property; false at the end or on damage (see ok()).
  bool Next();
  PropertyId id() const { return id_; }
  /// The encoded value, tag first.
  std::string_view value() const { return value_; }
  /// False when the bytes are damaged.
  bool ok() const { return reader_.ok(); }

 private:
  ByteReader reader_;
  uint32_t left_;
  bool first_ = true;
  PropertyId id_{};
  std::string_view value_;
};

/// Finds one property. False when damaged; else `*value` is its encoded value, empty when the entry
/// does not mention it.
bool FindProperty(const RowEntry& entry, PropertyId id, std::string_view* value);

/// Lays an entry over the state of the older ones: an image replaces it. False when damaged.
bool ApplyProperties(const RowEntry& entry, PropertyList* properties);
bool ApplyLabels(const RowEntry& entry, std::vector<LabelId>* labels);

void AppendNodeImage(const NodeState& state, std::string* out);
/// What turns `before` into `after`.
void AppendNodePatch(const NodeState& before, const NodeState& after, std::string* out);
void AppendRelationshipImage(const RelationshipState& state, std::string* out);
void AppendRelationshipPatch(const PropertyList& before, const PropertyList& after,
                             std::string* out);

void AppendNodeTombstone(std::string* out);
/// Of the ends and the type; properties are not looked at.
void AppendRelationshipTombstone(const RelationshipState& state, std::string* out);

}  // namespace kith::storage

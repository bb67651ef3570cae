// SPDX-License-Identifier: Apache-2.0
// Hashes of the things that transactions can conflict on.
#include "storage/validation_key.h"

namespace kith::storage {
namespace {

enum class Thing : uint64_t {
  kNodeRow = 1,
  kRelationshipRow,
  kNodeDeleted,
  kNodeAttached,
  kBytes,
  kLinks,
  kLinksOfType,
  kNodes,
  kLabels,
  kLabel,
  kNodeProperties,
  kNodeProperty,
  kGroupLinks,
  kGroupLinksOfType,
  kRelationships,
  kRelationshipProperty,
};

// The finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit reaches every
// output bit, which ids with their regular gaps need.
uint64_t Mix(uint64_t bits) {
  bits = (bits ^ bits >> 33) * 0xFF51AFD7ED558CCDull;
  bits = (bits ^ bits >> 33) * 0xC4CEB9FE1A85EC53ull;
  return bits ^ bits >> 33;
}

ValidationKey Key(Thing thing, uint64_t id) {
  return Mix(Mix(id) + static_cast<uint64_t>(thing) * 0x9E3779B97F4A7C15ull);
}

ValidationKey Key(Thing thing, uint64_t id, uint64_t part) {
  return Mix(Key(thing, id) + part * 0x9E3779B97F4A7C15ull);
}

ValidationKey Key(Thing thing, GroupId group) {
  return Key(thing, static_cast<uint64_t>(group));
}

// A direction and a type as one number.
uint64_t Links(bool outgoing, RelTypeId type) {
  return static_cast<uint64_t>(type) * 2 + (outgoing ? 1 : 0);
}

}  // namespace

ValidationKey RowWritten(NodeId node) {
  return Key(Thing::kNodeRow, node.bits());
}
ValidationKey RowWritten(RelId relationship) {
  return Key(Thing::kRelationshipRow, relationship.bits());
}
ValidationKey NodeDeleted(NodeId node) {
  return Key(Thing::kNodeDeleted, node.bits());
}
ValidationKey NodeAttached(NodeId node) {
  return Key(Thing::kNodeAttached, node.bits());
}

ValidationKey BytesLocked(std::string_view bytes) {
  uint64_t hash = bytes.size();
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001B3ull;
  return Key(Thing::kBytes, hash);
}

ValidationKey LinksOf(NodeId node, bool outgoing) {
  return Key(Thing::kLinks, node.bits(), outgoing ? 1 : 0);
}
ValidationKey LinksOf(NodeId node, bool outgoing, RelTypeId type) {
  return Key(Thing::kLinksOfType, node.bits(), Links(outgoing, type));
}

ValidationKey NodesIn(GroupId group) {
  return Key(Thing::kNodes, group);
}
ValidationKey LabelsIn(GroupId group) {
  return Key(Thing::kLabels, group);
}
ValidationKey LabelIn(GroupId group, LabelId label) {
  return Key(Thing::kLabel, static_cast<uint64_t>(group), static_cast<uint64_t>(label));
}
ValidationKey NodePropertiesIn(GroupId group) {
  return Key(Thing::kNodeProperties, group);
}
ValidationKey NodePropertyIn(GroupId group, PropertyId property) {
  return Key(Thing::kNodeProperty, static_cast<uint64_t>(group), static_cast<uint64_t>(property));
}
ValidationKey LinksIn(GroupId group, bool outgoing) {
  return Key(Thing::kGroupLinks, static_cast<uint64_t>(group), outgoing ? 1 : 0);
}
ValidationKey LinksIn(GroupId group, bool outgoing, RelTypeId type) {
  return Key(Thing::kGroupLinksOfType, static_cast<uint64_t>(group), Links(outgoing, type));
}
ValidationKey RelationshipsIn(GroupId group) {
  return Key(Thing::kRelationships, group);
}
ValidationKey RelationshipPropertyIn(GroupId group, PropertyId property) {
  return Key(Thing::kRelationshipProperty, static_cast<uint64_t>(group),
             static_cast<uint64_t>(property));
}

}  // namespace kith::storage

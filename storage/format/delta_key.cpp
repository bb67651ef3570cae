// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of delta keys.
#include "storage/format/delta_key.h"

#include <cassert>
#include <cstring>

#include "engine/base/key_codec.h"

namespace kith::storage {
namespace {

uint32_t ReadSlot(const char* bytes) {
  return static_cast<uint32_t>(static_cast<uint8_t>(bytes[0])) << 8 |
         static_cast<uint32_t>(static_cast<uint8_t>(bytes[1]));
}

bool HasBody(std::string_view key, size_t body_bytes) {
  return key.size() == kDeltaHeadBytes + body_bytes + kCommitBytes;
}

}  // namespace

void DeltaKey::Add8(uint8_t value) {
  bytes_[size_++] = static_cast<char>(value);
}

void DeltaKey::Add16(uint32_t value) {
  Add8(static_cast<uint8_t>(value >> 8));
  Add8(static_cast<uint8_t>(value));
}

void DeltaKey::Add32(uint32_t value) {
  Add16(value >> 16);
  Add16(value);
}

void DeltaKey::Add64(uint64_t value) {
  Add32(static_cast<uint32_t>(value >> 32));
  Add32(static_cast<uint32_t>(value));
}

DeltaKey DeltaKey::Of(GroupId group, DeltaKind kind) {
  DeltaKey key;
  key.Add32(static_cast<uint32_t>(group));
  key.Add8(static_cast<uint8_t>(kind));
  return key;
}

DeltaKey DeltaKey::NodeRow(NodeId node) {
  DeltaKey key = Of(node.group(), DeltaKind::kNode);
  key.Add16(node.slot());
  return key;
}

DeltaKey DeltaKey::Incoming(NodeId end, RelTypeId type, NodeId start, RelId relationship) {
  DeltaKey key = Of(end.group(), DeltaKind::kIncoming);
  key.Add16(end.slot());
  key.Add32(static_cast<uint32_t>(type));
  key.Add64(start.bits());
  key.Add32(relationship.serial());
  return key;
}

DeltaKey DeltaKey::RelationshipRow(RelId relationship) {
  DeltaKey key = Of(relationship.source_group(), DeltaKind::kRelationship);
  key.Add32(relationship.serial());
  return key;
}

DeltaKey DeltaKey::WithCommit(CommitNumber commit) const {
  DeltaKey key = *this;
  assert(key.size_ + kCommitBytes <= sizeof key.bytes_);
  EncodeCommit(commit, key.bytes_ + key.size_);
  key.size_ += kCommitBytes;
  return key;
}

void EncodeCommit(CommitNumber commit, char* bytes) {
  const uint64_t inverted = ~static_cast<uint64_t>(commit);
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(inverted >> (56 - 8 * i));
}

CommitNumber DecodeCommit(const char* bytes) {
  return static_cast<CommitNumber>(~ReadBigEndian64(bytes));
}

CommitNumber CommitOfKey(std::string_view key) {
  assert(key.size() >= kCommitBytes);
  return DecodeCommit(key.data() + key.size() - kCommitBytes);
}

std::string DeltaGroupBegin(GroupId group) {
  std::string key;
  AppendBigEndian32(static_cast<uint32_t>(group), &key);
  return key;
}

std::string DeltaGroupEnd(GroupId group) {
  const uint32_t id = static_cast<uint32_t>(group);
  // No key begins with five bytes of ones: kinds are small.
  return id == UINT32_MAX ? std::string(kDeltaHeadBytes, '\xff')
                          : DeltaGroupBegin(static_cast<GroupId>(id + 1));
}

bool DecodeSlot(std::string_view key, uint32_t* slot) {
  if (!HasBody(key, kNodeBodyBytes)) return false;
  *slot = ReadSlot(key.data() + kDeltaHeadBytes);
  return *slot < kGroupSlots;
}

bool DecodeIncoming(std::string_view key, AdjacencyBody* body) {
  if (!HasBody(key, kAdjacencyBodyBytes)) return false;
  const char* bytes = key.data() + kDeltaHeadBytes;
  body->slot = ReadSlot(bytes);
  body->type = static_cast<RelTypeId>(ReadBigEndian32(bytes + 2));
  body->neighbour = NodeId(ReadBigEndian64(bytes + 6));
  body->serial = ReadBigEndian32(bytes + 14);
  return body->slot < kGroupSlots;
}

bool DecodeSerial(std::string_view key, uint32_t* serial) {
  if (!HasBody(key, kRelationshipBodyBytes)) return false;
  *serial = ReadBigEndian32(key.data() + kDeltaHeadBytes);
  return true;
}

}  // namespace kith::storage

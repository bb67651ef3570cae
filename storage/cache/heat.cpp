// SPDX-License-Identifier: Apache-2.0
// See heat.h.
#include "storage/cache/heat.h"

#include "storage/format/bytes.h"
#include "storage/format/checksum.h"

namespace kith::storage {
namespace {

constexpr std::string_view kMagic("KITHHEAT\1", 9);

}  // namespace

std::string EncodeHeat(const std::vector<MainKey>& keys) {
  std::string bytes(kMagic);
  AppendVarint(keys.size(), &bytes);
  for (const MainKey& key : keys) {
    AppendVarint(static_cast<uint64_t>(key.group), &bytes);
    AppendVarint(static_cast<uint64_t>(key.kind), &bytes);
    AppendVarint(key.id, &bytes);
    AppendVarint(key.number, &bytes);
  }
  AppendChecksum(&bytes);
  return bytes;
}

std::vector<MainKey> DecodeHeat(std::string_view bytes) {
  std::vector<MainKey> keys;
  if (!StripChecksum(&bytes) || !bytes.starts_with(kMagic)) return keys;
  ByteReader reader(bytes.substr(kMagic.size()));
  for (uint64_t left = reader.Varint(); left > 0 && reader.ok(); --left) {
    MainKey key;
    key.group = static_cast<GroupId>(reader.Varint32());
    const uint64_t kind = reader.Varint();
    if (kind < static_cast<uint64_t>(MainKind::kNodeColumn) ||
        kind > static_cast<uint64_t>(MainKind::kRelationshipColumn)) {
      reader.Fail();
    }
    key.kind = static_cast<MainKind>(kind);
    key.id = reader.Varint32();
    key.number = reader.Varint32();
    keys.push_back(key);
  }
  if (!reader.ok() || !reader.AtEnd()) keys.clear();
  return keys;
}

}  // namespace kith::storage

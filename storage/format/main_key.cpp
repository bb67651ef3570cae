// SPDX-License-Identifier: Apache-2.0
// See main_key.h.
#include "storage/format/main_key.h"

#include "engine/base/key_codec.h"

namespace kith::storage {

std::string EncodeMainKey(const MainKey& key) {
  std::string bytes;
  AppendBigEndian32(static_cast<uint32_t>(key.group), &bytes);
  bytes.push_back(static_cast<char>(key.kind));
  AppendBigEndian32(key.id, &bytes);
  AppendBigEndian32(key.number, &bytes);
  return bytes;
}

}  // namespace kith::storage

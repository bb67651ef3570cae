// SPDX-License-Identifier: Apache-2.0
// A reference in a column to a value that is stored apart because it is large: in the place of the
// value's tag one that no value has, then the number of its key (format/main_key.h) and how many
// bytes the encoded value has, both varints.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/format/bytes.h"

namespace kith::storage {

inline constexpr size_t kMaxColumnValueBytes = size_t{64} << 10;
inline constexpr char kStoredApartTag = '\x7f';

struct StoredApart {
  uint32_t number = 0;
  uint64_t bytes = 0;
};

inline bool IsStoredApart(std::string_view value) {
  return !value.empty() && value.front() == kStoredApartTag;
}

inline std::string EncodeStoredApart(const StoredApart& reference) {
  std::string value(1, kStoredApartTag);
  AppendVarint(reference.number, &value);
  AppendVarint(reference.bytes, &value);
  return value;
}

inline std::optional<StoredApart> DecodeStoredApart(std::string_view value) {
  ByteReader reader(value);
  if (reader.Byte() != static_cast<uint8_t>(kStoredApartTag)) return std::nullopt;
  StoredApart reference;
  reference.number = reader.Varint32();
  reference.bytes = reader.Varint();
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return reference;
}

}  // namespace kith::storage

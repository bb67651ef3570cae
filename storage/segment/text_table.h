// SPDX-License-Identifier: Apache-2.0
// Texts one behind the other, and where each begins.
//
// Thread safety: immutable; borrows the bytes that it was taken from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/segment/packed_integers.h"

namespace kith::storage {

void AppendTable(std::span<const std::string_view> texts, std::string* out);

class TextTable {
 public:
  /// Of `count` texts; !reader->ok() when the bytes are damaged.
  static TextTable Take(size_t count, ByteReader* reader);

  /// Nothing when there is no such text or its place is damaged.
  std::optional<std::string_view> At(uint64_t i) const {
    if (i + 1 >= starts_.size()) return std::nullopt;
    const uint64_t begin = starts_[i];
    const uint64_t end = starts_[i + 1];
    if (begin > end || end > bytes_.size()) return std::nullopt;
    return bytes_.substr(begin, end - begin);
  }

 private:
  PackedIntegers starts_;
  std::string_view bytes_;
};

}  // namespace kith::storage

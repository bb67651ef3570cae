// SPDX-License-Identifier: Apache-2.0
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/export.h"

namespace kith {

inline constexpr char32_t kBadUtf8 = 0xFFFFFFFF;

/// The code point at `*offset` (which must be < text.size()), and moves *offset past it. Bytes that
/// are not UTF-8 give kBadUtf8 and move by one.
KITH_EXPORT char32_t TakeUtf8(std::string_view text, size_t* offset);

/// The offset of the first byte that is not UTF-8; text.size() when all is well.
KITH_EXPORT size_t FindBadUtf8(std::string_view text);

inline bool IsUtf8(std::string_view text) {
  return FindBadUtf8(text) == text.size();
}

}  // namespace kith

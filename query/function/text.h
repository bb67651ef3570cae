// SPDX-License-Identifier: Apache-2.0
// Strings as the language counts them: in code points. Bytes that are not UTF-8 count one each and
// pass through unchanged.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::query {

size_t CountCodePoints(std::string_view text);
/// The byte offset of the code point number `index`; text.size() when there are fewer.
size_t CodePointOffset(std::string_view text, size_t index);
/// The code points in the opposite order.
std::string ReverseCodePoints(std::string_view text);

/// Unicode's full case mappings without regard to a language: "straße" becomes "STRASSE".
Result<std::string> ToUpperCase(std::string_view text);
Result<std::string> ToLowerCase(std::string_view text);

/// Without white space (Unicode White_Space) at its front or end.
std::string_view TrimFront(std::string_view text);
std::string_view TrimBack(std::string_view text);
/// Without any of the code points of `characters` at its front or end.
std::string_view TrimFront(std::string_view text, std::string_view characters);
std::string_view TrimBack(std::string_view text, std::string_view characters);

/// One of Unicode's normal forms: NFC, NFD, NFKC, NFKD. ArgumentError for another name.
Result<std::string> Normalize(std::string_view text, std::string_view form);

}  // namespace kith::query

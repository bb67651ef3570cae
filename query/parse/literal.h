// SPDX-License-Identifier: Apache-2.0
// The values of literal tokens: numbers in every notation, strings and quoted names with escapes.
//
// Thread safety: functions without state.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::query {

/// A SyntaxError at compile time with openCypher's detail word and a position.
Status SyntaxError(std::string_view detail, SourceRange range, std::string message);

/// `token` is a decimal, 0x or 0o number, perhaps with underscores. `negative` says that a minus
/// stands before it, which makes -9223372036854775808 possible. Detail IntegerOverflow when it does
/// not fit.
Result<int64_t> DecodeInteger(std::string_view token, bool negative, SourceRange range);

/// Detail FloatingPointOverflow when it is larger than any double; too small becomes 0.
Result<double> DecodeFloat(std::string_view token, SourceRange range);

/// The contents of a string or quoted name; `token` includes the quotes, which doubled stand for
/// one. Escapes: \\ \' \" \` \t \b \n \r \f \uXXXX \UXXXXXX (and the longer \U00XXXXXX). Detail
/// InvalidUnicodeLiteral for a bad \u, UnexpectedSyntax for another unknown escape.
Result<std::string> DecodeQuoted(std::string_view token, uint32_t offset);

/// Appends a code point as UTF-8.
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace kith::query

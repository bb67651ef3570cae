// SPDX-License-Identifier: Apache-2.0
// How many terminal cells a text takes: East Asian wide characters take two, combining ones none
// (Unicode Standard Annex 11). Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kith::shell {

size_t DisplayWidth(std::string_view text);

/// `text` with control characters as escapes ("\n", "\t", "\u001b") and bad bytes as U+FFFD, so
/// that no stored text can move the cursor or change the terminal.
std::string Printable(std::string_view text);

/// The same, but the text keeps its lines.
std::string PrintableLines(std::string_view text);

/// The longest beginning of printable `text` that fits `cells`, with an ellipsis when it was cut.
std::string FitToWidth(std::string_view text, size_t cells);

}  // namespace kith::shell

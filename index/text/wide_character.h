// SPDX-License-Identifier: Apache-2.0
// Which characters take two columns, at a terminal and in a text that was wrapped. It lies here
// because this is the lowest folder that uses ICU: rag's documents, carets below statements and the
// shell's tables all measure with it. Thread safety: a pure function.
#pragma once

namespace kith::index {

/// Whether `code` is shown over two cells: East Asian wide or fullwidth (Unicode Standard Annex
/// 11). False for what is no code point.
bool IsWideCharacter(char32_t code);

}  // namespace kith::index

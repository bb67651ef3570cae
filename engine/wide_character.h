// SPDX-License-Identifier: Apache-2.0
// Which characters take two cells of a terminal. Thread safety: a pure function.
#pragma once

namespace kith {

/// Whether `code` is shown over two cells: East Asian wide or fullwidth (Unicode Standard Annex
/// 11). False for what is no code point.
bool IsWideCharacter(char32_t code);

}  // namespace kith

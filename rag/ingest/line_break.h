// SPDX-License-Identifier: Apache-2.0
// What a line break inside a paragraph means: text that was wrapped at some width goes on over it,
// while a list, an address or a poem does not.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace kith::rag {

/// Columns of a line; East Asian characters take two.
size_t LineWidth(std::string_view line);

/// True when `line` was wrapped, so that `next` goes on with its sentence. `width` is that of the
/// widest line of the text.
bool IsWrapped(std::string_view line, std::string_view next, size_t width);

/// What stands for the break between two lines that belong together: a space, or nothing between
/// characters of scripts without spaces. `before` ends and `after` begins at the break.
std::string_view JointOf(std::string_view before, std::string_view after);

}  // namespace kith::rag

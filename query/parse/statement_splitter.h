// SPDX-License-Identifier: Apache-2.0
// Finds where statements end in text that holds several, separated by `;`, as the shell and scripts
// have them. Strings, quoted names and comments may contain `;`.
//
// Thread safety: functions without state.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/export.h"

namespace kith::query {

/// The offset behind the `;` that ends the statement which begins at `from`, or npos when the text
/// ends before it. Any bytes are accepted.
KITH_EXPORT size_t FindStatementEnd(std::string_view text, size_t from);

/// The statements of `text` in order, without the `;`. Those that are only blanks and comments are
/// left out; the last needs no `;`. The views point into `text`.
KITH_EXPORT std::vector<std::string_view> SplitStatements(std::string_view text);

/// The offset behind the quoted piece or comment that begins at `at`, or `at` when none does.
KITH_EXPORT size_t PieceEnd(std::string_view text, size_t at);

/// Whether there is nothing but blanks and comments.
KITH_EXPORT bool IsBlankStatement(std::string_view text);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Errors for people: the message, the line and column, the line of the query and a caret under the
// place.
//
//   SyntaxError: unexpected 'RETRUN'; expected ... (did you mean RETURN?) (line 2, column 1)
//     RETRUN n
//     ^^^^^^
//
// Thread safety: functions without state.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/export.h"
#include "engine/base/status.h"

namespace kith::query {

/// 1-based; a column counts characters (code points), not bytes.
struct TextPosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

/// Where a byte offset of `text` is; offsets past the end mean the end.
KITH_EXPORT TextPosition LocateOffset(std::string_view text, uint32_t offset);

/// Several lines without a newline at the end; one line when the status has no position. `query`
/// must be the text that was run. "OK" for an OK status.
KITH_EXPORT std::string RenderError(const Status& status, std::string_view query);

}  // namespace kith::query

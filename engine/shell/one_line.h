// SPDX-License-Identifier: Apache-2.0
// A statement as one line, as the history keeps it and the arrow keys bring it back.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>

namespace kith::shell {

/// Line ends become blanks, and comments that end with their line are left out, for they would
/// swallow what follows. Blanks around the statement are left out too.
std::string OneLine(std::string_view statement);

}  // namespace kith::shell

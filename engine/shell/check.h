// SPDX-License-Identifier: Apache-2.0
// `kith check`.
//
// Thread safety: one at a time; Ctrl-C stops it.
#pragma once

#include "engine/shell/command_line.h"
#include "kith/database.h"

namespace kith::shell {

/// Prints a line for each thing that is wrong. The exit code: failure when there is any.
int RunCheck(Database& database, const CommandLine& line);

}  // namespace kith::shell

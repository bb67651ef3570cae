// SPDX-License-Identifier: Apache-2.0
// `kith backup` and `kith restore`.
//
// Thread safety: one at a time; Ctrl-C stops a backup.
#pragma once

#include "engine/shell/command_line.h"
#include "kith/database.h"

namespace kith::shell {

/// The exit code.
int RunBackup(Database& database, const CommandLine& line);
/// Restores a backup, or lists what there are when no database is named. The exit code.
int RunRestore(const CommandLine& line);

}  // namespace kith::shell

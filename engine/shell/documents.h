// SPDX-License-Identifier: Apache-2.0
// The commands over documents: kith ingest, kith embed, kith ask, kith forget.
//
// Thread safety: one thread.
#pragma once

#include "engine/shell/command_line.h"
#include "kith/kith.h"

namespace kith::shell {

/// Each returns the process's exit code and prints its own errors.
int RunIngest(Database& database, const CommandLine& line);
int RunEmbed(Database& database, const CommandLine& line);
int RunAsk(Database& database, const CommandLine& line);
int RunForget(Database& database, const CommandLine& line);

}  // namespace kith::shell

// SPDX-License-Identifier: Apache-2.0
// kith model list, get and path.
//
// Thread safety: one thread.
#pragma once

#include "engine/shell/command_line.h"

namespace kith::shell {

/// Returns the process's exit code and prints its own errors.
int RunModel(const CommandLine& line);

}  // namespace kith::shell

// SPDX-License-Identifier: Apache-2.0
// `kith import`: its options, and running it.
//
// Thread safety: one at a time; Ctrl-C stops it.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "kith/import.h"

namespace kith::shell {

struct CommandLine;

struct ImportCommand {
  ImportInput input;
  ImportOptions options;
};

/// Whether an option belongs to import alone.
bool IsImportOption(std::string_view name);
/// What the value of the option is, for a message: "a folder".
std::string_view ImportValueOf(std::string_view name);
/// Takes the option with its value. InvalidArgument says what would be right.
Status TakeImportOption(std::string_view name, const std::string& value, ImportCommand* command);

/// The exit code.
int RunImport(const CommandLine& line);

}  // namespace kith::shell

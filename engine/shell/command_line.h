// SPDX-License-Identifier: Apache-2.0
// The shell's command line:
//
//   kith [DATABASE] [OPTIONS]              a Cypher shell; statements from standard input or -c
//   kith ingest PATH... [--db DATABASE]    documents into a database
//   kith embed [--db DATABASE]             vectors for them
//   kith ask QUESTION [--db DATABASE]      a cited answer
//   kith forget DOCUMENT... [--db DATABASE]
//   kith import PATH... --into DATABASE    a new database of CSV files
//   kith backup FOLDER [--db DATABASE]     add a backup to those in FOLDER
//   kith check DATABASE                    say what is wrong in a database
//   kith restore FOLDER [DATABASE]         make a database of one; without, list them
//   kith model list | get NAME... | path NAME...
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/shell/imports.h"
#include "engine/shell/result_printer.h"
#include "kith/database.h"

namespace kith::shell {

enum class Command {
  kShell,
  kIngest,
  kEmbed,
  kAsk,
  kForget,
  kImport,
  kBackup,
  kRestore,
  kCheck,
  kModel,
  kHelp,
  kVersion
};

struct CommandLine {
  Command command = Command::kShell;
  std::string database;                ///< A folder or ":memory:".
  std::vector<std::string> arguments;  ///< Paths, questions, documents, folders; a verb and models.
  std::vector<std::string> statements;                          ///< Each -c.
  std::vector<std::pair<std::string, std::string>> parameters;  ///< --param NAME=EXPRESSION
  std::optional<OutputMode> mode;
  Options options;
  bool keep_going = false;
  bool timer = false;
  bool quiet = false;
  std::string model;         ///< ask: the path of a GGUF file; empty for none.
  std::string conversation;  ///< ask: empty for none.
  std::string picture;       ///< ask: where the evidence picture goes; empty for none.
  uint64_t timeout_ms = 0;
  size_t max_document_bytes = 0;  ///< ingest: 0 is the default.
  size_t batch = 0;               ///< ingest: documents per transaction; 0 is the default.
  bool mirror = false;            ///< ingest: forget all other documents.
  size_t keep = 0;                ///< backup: how many to keep; 0 is all.
  uint32_t number = 0;            ///< restore: 0 is the newest.
  ImportCommand import;
  bool accept_licence = false;  ///< model get: the terms of the models are accepted.
};

/// What `kith ingest` and `kith ask` use when --db is not given.
inline constexpr std::string_view kDefaultDatabase = "documents.kith";

/// InvalidArgument names the argument and what would be right.
Result<CommandLine> ParseCommandLine(std::span<const std::string> arguments);

std::string_view UsageText();

/// "64MB", "1.5 GiB", "4096" as bytes. InvalidArgument when it is no size.
Result<size_t> ParseByteSize(std::string_view text);

}  // namespace kith::shell

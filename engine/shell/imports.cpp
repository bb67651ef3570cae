// SPDX-License-Identifier: Apache-2.0
// See imports.h.
#include "engine/shell/imports.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "engine/shell/command_line.h"
#include "engine/shell/interrupt_key.h"
#include "engine/shell/progress_bar.h"
#include "engine/shell/text_width.h"
#include "kith/database.h"

namespace kith::shell {
namespace {

struct ImportOptionName {
  std::string_view name;
  std::string_view value;
};
constexpr std::array<ImportOptionName, 8> kImportOptions = {
    {{"--nodes", "LABEL=FILE,FILE"},
     {"--relationships", "TYPE=FILE,FILE"},
     {"--labels", "LABEL:MORE"},
     {"--delimiter", "a character"},
     {"--array-delimiter", "a character"},
     {"--quote-character", "a character"},
     {"--bad-tolerance", "a number of lines"},
     {"--threads", "a number of threads"}}};
/// Bad lines beyond these are counted only.
constexpr size_t kShownBadLines = 20;

Status WrongOption(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Status TakeGroup(std::string_view name, std::string_view value, std::vector<ImportGroup>* groups) {
  ImportGroup group;
  // "=" may be in a file's name; what is before it is one only where it looks like no path.
  const size_t equals = value.find('=');
  const bool is_named =
      equals != std::string_view::npos && value.substr(0, equals).find('/') == std::string::npos;
  if (is_named) group.name = value.substr(0, equals);
  std::string_view files = is_named ? value.substr(equals + 1) : value;
  while (!files.empty()) {
    const size_t comma = std::min(files.find(','), files.size());
    if (comma > 0) group.files.emplace_back(files.substr(0, comma));
    files.remove_prefix(std::min(comma + 1, files.size()));
  }
  if (group.files.empty()) {
    return WrongOption(fmt::format("{} {}: name a file, as in {} {}=FILE", name, value, name,
                                   is_named ? group.name : "NAME"));
  }
  groups->push_back(std::move(group));
  return Status::Ok();
}

Status TakeCharacter(std::string_view name, std::string_view value, char* character) {
  if (value == "\\t" || value == "TAB") value = "\t";
  if (value.size() == 1) {
    *character = value[0];
    return Status::Ok();
  }
  return WrongOption(fmt::format("{} {}: give one character; a tab is \\t", name, value));
}

Status TakeNumber(std::string_view name, std::string_view value, size_t* number) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *number);
  if (error == std::errc() && end == value.data() + value.size()) return Status::Ok();
  return WrongOption(fmt::format("{} {}: give a whole number, 0 or more", name, value));
}

void PrintBadLines(const ImportReport& report) {
  const size_t shown = std::min(report.bad.size(), kShownBadLines);
  for (size_t i = 0; i < shown; ++i) {
    const ImportBadLine& bad = report.bad[i];
    fmt::print(stderr, "passed over {}, line {}: {}\n", Printable(bad.file), bad.line,
               Printable(bad.problem));
  }
  if (report.bad_lines > shown) {
    fmt::print(stderr, "passed over {} more bad lines\n", report.bad_lines - shown);
  }
}

}  // namespace

bool IsImportOption(std::string_view name) {
  return !ImportValueOf(name).empty();
}

std::string_view ImportValueOf(std::string_view name) {
  for (const ImportOptionName& option : kImportOptions) {
    if (option.name == name) return option.value;
  }
  return {};
}

Status TakeImportOption(std::string_view name, const std::string& value, ImportCommand* command) {
  ImportInput* const input = &command->input;
  ImportOptions* const options = &command->options;
  if (name == "--nodes") return TakeGroup(name, value, &input->nodes);
  if (name == "--relationships") return TakeGroup(name, value, &input->relationships);
  if (name == "--delimiter") return TakeCharacter(name, value, &options->delimiter);
  if (name == "--array-delimiter") return TakeCharacter(name, value, &options->array_delimiter);
  if (name == "--quote-character") return TakeCharacter(name, value, &options->quote);
  if (name == "--bad-tolerance") return TakeNumber(name, value, &options->bad_tolerance);
  if (name == "--threads") return TakeNumber(name, value, &options->threads);
  input->more_labels.push_back(value);
  return Status::Ok();
}

int RunImport(const CommandLine& line) {
  constexpr int kFailedImport = 1;
  InterruptKey interrupt;
  ProgressBar bar(!line.quiet, ProgressUnit::kBytes);
  ImportInput input = line.import.input;
  input.paths = line.arguments;
  ImportOptions options = line.import.options;
  options.memory_limit_bytes = line.options.memory_limit_bytes;
  options.goes_on = [&](const ImportProgress& progress) {
    bar.Show(progress.done_bytes, progress.total_bytes, progress.phase);
    return !interrupt.pressed();
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto report = Database::Import(line.database, input, options);
  bar.Clear();
  if (!report.ok()) {
    fmt::print(stderr, "kith: {}\n", PrintableLines(report.status().message()));
    return kFailedImport;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  for (const std::string& path : report->passed_over) {
    fmt::print(stderr, "passed over {}: its header is of neither nodes nor relationships\n",
               Printable(path));
  }
  PrintBadLines(*report);
  fmt::print("{} nodes and {} relationships of {:.1f} MB are in {}; {:.1f} s\n", report->nodes,
             report->relationships, static_cast<double>(report->bytes) / 1e6,
             Printable(line.database), seconds.count());
  return 0;
}

}  // namespace kith::shell

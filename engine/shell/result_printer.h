// SPDX-License-Identifier: Apache-2.0
// Results as text, in one of the shell's modes:
//   table  a box with a row for each row; the first rows set the widths, later ones stream
//   csv    RFC 4180 with a header line; null is empty
//   json   one array of objects, a row a line
//   jsonl  one object a line
//   line   "column = value" lines, a blank line between rows
//
// Thread safety: a printer belongs to one thread.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"

namespace kith::shell {

enum class OutputMode { kTable, kCsv, kJson, kJsonLines, kLine };

std::optional<OutputMode> ParseOutputMode(std::string_view name);
std::string_view OutputModeName(OutputMode mode);
inline constexpr std::string_view kOutputModeNames = "table, csv, json, jsonl, line";

/// Begin once, Row for each row, End once. Nothing is printed for a result without columns.
class ResultPrinter {
 public:
  virtual ~ResultPrinter() = default;
  virtual void Begin(const std::vector<std::string>& columns) = 0;
  virtual void Row(const std::vector<Value>& row) = 0;
  virtual void End() = 0;
};

/// `terminal_columns` is the width that tables are cut to; 0 means no cutting. `out` is borrowed.
std::unique_ptr<ResultPrinter> MakePrinter(OutputMode mode, std::FILE* out,
                                           size_t terminal_columns);

/// A value as tables show it: a string without quotes, anything else as a literal.
std::string CellText(const Value& value);

}  // namespace kith::shell

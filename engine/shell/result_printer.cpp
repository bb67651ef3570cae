// SPDX-License-Identifier: Apache-2.0
// The small printers: csv, json, jsonl, line. The table has a file of its own.
#include "engine/shell/result_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/shell/json_text.h"
#include "engine/shell/table_printer.h"
#include "engine/shell/text_width.h"

namespace kith::shell {
namespace {

void Write(std::FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

class CsvPrinter : public ResultPrinter {
 public:
  explicit CsvPrinter(std::FILE* out) : out_(out) {}
  void Begin(const std::vector<std::string>& columns) override {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line += ',';
      AppendField(columns[i], &line);
    }
    if (!columns.empty()) Write(out_, line + "\n");
  }
  void Row(const std::vector<Value>& row) override {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += ',';
      // An empty string is quoted, so that it differs from null.
      if (row[i].IsString() && row[i].AsString().empty()) {
        line += "\"\"";
      } else if (!row[i].IsNull()) {
        AppendField(CellText(row[i]), &line);
      }
    }
    if (!row.empty()) Write(out_, line + "\n");
  }
  void End() override {}

 private:
  static void AppendField(std::string_view field, std::string* line) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
      *line += field;
      return;
    }
    *line += '"';
    for (const char c : field) {
      if (c == '"') *line += '"';
      *line += c;
    }
    *line += '"';
  }

  std::FILE* out_;
};

class JsonPrinter : public ResultPrinter {
 public:
  JsonPrinter(std::FILE* out, bool one_array) : out_(out), one_array_(one_array) {}
  void Begin(const std::vector<std::string>& columns) override {
    columns_ = columns;
    if (one_array_ && !columns_.empty()) Write(out_, "[");
  }
  void Row(const std::vector<Value>& row) override {
    std::string line = one_array_ && rows_ > 0 ? ",\n{" : "{";
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += ',';
      AppendJsonString(columns_[i], &line);
      line += ':';
      AppendJson(row[i], &line);
    }
    line += one_array_ ? "}" : "}\n";
    ++rows_;
    if (!columns_.empty()) Write(out_, line);
  }
  void End() override {
    if (one_array_ && !columns_.empty()) Write(out_, "]\n");
  }

 private:
  std::FILE* out_;
  bool one_array_;
  std::vector<std::string> columns_;
  size_t rows_ = 0;
};

class LinePrinter : public ResultPrinter {
 public:
  explicit LinePrinter(std::FILE* out) : out_(out) {}
  void Begin(const std::vector<std::string>& columns) override {
    for (const std::string& column : columns) {
      names_.push_back(Printable(column));
      width_ = std::max(width_, DisplayWidth(names_.back()));
    }
  }
  void Row(const std::vector<Value>& row) override {
    if (rows_++ > 0 && !row.empty()) Write(out_, "\n");
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(width_ - DisplayWidth(names_[i]), ' ');
      Write(out_, fmt::format("{}{} = {}\n", padding, names_[i], Printable(CellText(row[i]))));
    }
  }
  void End() override {}

 private:
  std::FILE* out_;
  std::vector<std::string> names_;
  size_t width_ = 0;
  size_t rows_ = 0;
};

struct ModeName {
  OutputMode mode;
  std::string_view name;
};
constexpr ModeName kModes[] = {{OutputMode::kTable, "table"},
                               {OutputMode::kCsv, "csv"},
                               {OutputMode::kJson, "json"},
                               {OutputMode::kJsonLines, "jsonl"},
                               {OutputMode::kLine, "line"}};

}  // namespace

std::optional<OutputMode> ParseOutputMode(std::string_view name) {
  for (const ModeName& entry : kModes) {
    if (entry.name == name) return entry.mode;
  }
  return std::nullopt;
}

std::string_view OutputModeName(OutputMode mode) {
  for (const ModeName& entry : kModes) {
    if (entry.mode == mode) return entry.name;
  }
  return "";
}

std::string CellText(const Value& value) {
  return value.IsString() ? std::string(value.AsString()) : value.ToString();
}

std::unique_ptr<ResultPrinter> MakePrinter(OutputMode mode, std::FILE* out,
                                           size_t terminal_columns) {
  switch (mode) {
    case OutputMode::kTable: return std::make_unique<TablePrinter>(out, terminal_columns);
    case OutputMode::kCsv: return std::make_unique<CsvPrinter>(out);
    case OutputMode::kJson: return std::make_unique<JsonPrinter>(out, true);
    case OutputMode::kJsonLines: return std::make_unique<JsonPrinter>(out, false);
    case OutputMode::kLine: return std::make_unique<LinePrinter>(out);
  }
  return nullptr;
}

}  // namespace kith::shell

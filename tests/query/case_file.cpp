// SPDX-License-Identifier: Apache-2.0
// Reads the text cases; the format is described in the header.
#include "tests/query/case_file.h"

#include <fstream>
#include <sstream>

namespace kith::query {
namespace {

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// One `name: value` at the margin and the lines below it.
struct Section {
  std::string name;
  std::string value;
  std::vector<std::string> lines;
  int line = 0;

  std::string Text() const {
    std::string text = value;
    for (const std::string& one : lines) text += (text.empty() ? "" : "\n") + one;
    return text;
  }
};

Result<std::vector<Section>> ReadSections(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Status(StatusCode::kNotFound, "cannot read " + path);
  std::vector<Section> sections;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.empty() || text[0] == '#') continue;
    if (text.rfind("  ", 0) == 0 && !sections.empty()) {
      sections.back().lines.push_back(text.substr(2));
      continue;
    }
    const size_t colon = text.find(':');
    if (colon == std::string::npos) {
      return Status(StatusCode::kInvalidArgument,
                    path + ":" + std::to_string(line) + ": expected 'section: ...', got " + text);
    }
    sections.push_back({text.substr(0, colon), Trimmed(text.substr(colon + 1)), {}, line});
  }
  return sections;
}

Status Apply(const Section& section, TextCase* one) {
  if (section.name == "given") {
    one->given = section.Text();
  } else if (section.name == "parameters") {
    one->parameters = section.Text();
  } else if (section.name == "query") {
    one->query = section.Text();
  } else if (section.name == "columns") {
    one->columns = section.Text();
    one->has_columns = true;
  } else if (section.name == "rows" || section.name == "rows in order") {
    one->has_rows = true;
    one->ordered = section.name == "rows in order";
    for (const std::string& row : section.lines) one->rows.push_back(Trimmed(row));
  } else if (section.name == "error") {
    one->error = section.value;
  } else if (section.name == "message") {
    one->message = section.Text();
  } else if (section.name == "effects") {
    one->effects = section.value;
    one->has_effects = true;
  } else if (section.name == "plan contains") {
    for (const std::string& text : section.lines) one->plan.push_back(Trimmed(text));
  } else {
    return Status(StatusCode::kInvalidArgument, "unknown section '" + section.name + "'");
  }
  return Status::Ok();
}

}  // namespace

Result<std::vector<TextCase>> ReadCaseFile(const std::string& path) {
  KITH_ASSIGN_OR_RETURN(const std::vector<Section> sections, ReadSections(path));
  std::vector<TextCase> cases;
  for (const Section& section : sections) {
    if (section.name == "case") {
      cases.emplace_back();
      cases.back().file = path;
      cases.back().line = section.line;
      cases.back().name = section.value;
      continue;
    }
    const Status applied =
        cases.empty() ? Status(StatusCode::kInvalidArgument, "a section before the first case")
                      : Apply(section, &cases.back());
    if (!applied.ok()) return applied.WithContext(path + ":" + std::to_string(section.line));
  }
  return cases;
}

}  // namespace kith::query

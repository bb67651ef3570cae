// SPDX-License-Identifier: Apache-2.0
// A line-based reader of Gherkin, and the expansion of outlines.
#include "tests/tck/gherkin.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kith::tck {
namespace {

struct Scenario {
  std::string name;
  std::vector<std::string> tags;
  std::vector<Step> steps;
  Table examples;  // the header first
  bool is_outline = false;
  int line = 0;
};

std::string_view Trim(std::string_view text) {
  const char* blanks = " \t\r";
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool TakePrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

std::string Unescape(std::string_view cell) {
  std::string plain;
  for (size_t i = 0; i < cell.size(); ++i) {
    const char next = i + 1 < cell.size() ? cell[i + 1] : '\0';
    if (cell[i] == '\\' && (next == '|' || next == '\\' || next == 'n')) {
      plain.push_back(next == 'n' ? '\n' : next);
      ++i;
    } else {
      plain.push_back(cell[i]);
    }
  }
  return plain;
}

// The cells between the bars of a trimmed line that begins with one.
std::vector<std::string> SplitRow(std::string_view line) {
  std::vector<std::string> cells;
  size_t begin = 1;
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|') {
      cells.push_back(Unescape(Trim(line.substr(begin, i - begin))));
      begin = i + 1;
    }
  }
  return cells;
}

class FeatureReader {
 public:
  explicit FeatureReader(std::string_view text) : rest_(text) {}

  Result<std::vector<Scenario>> Read();
  const std::vector<Step>& background() const { return background_; }

 private:
  bool NextLine(std::string_view* line);
  Status ReadLine(std::string_view line);
  Status ReadDocString(size_t indentation);
  Status StartScenario(std::string_view name, bool is_outline);
  Status AddStep(std::string_view text);
  Status AddRow(std::string_view line);
  Status Error(std::string_view reason) const {
    return Status(StatusCode::kInvalidArgument, fmt::format("line {}: {}", line_number_, reason));
  }

  std::string_view rest_;
  int line_number_ = 0;
  std::vector<std::string> tags_;  // waiting for their scenario
  std::vector<Step> background_;
  std::vector<Scenario> scenarios_;
  std::vector<Step>* steps_ = nullptr;  // where steps go now
  bool in_examples_ = false;
};

bool FeatureReader::NextLine(std::string_view* line) {
  if (rest_.empty()) return false;
  const size_t end = rest_.find('\n');
  *line = rest_.substr(0, end);
  rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
  ++line_number_;
  return true;
}

Status FeatureReader::ReadDocString(size_t indentation) {
  if (steps_ == nullptr || steps_->empty()) return Error("a doc string belongs to a step");
  std::string text;
  std::string_view line;
  while (NextLine(&line)) {
    if (Trim(line) == "\"\"\"") {
      if (!text.empty()) text.pop_back();  // the line break before the closing fence
      steps_->back().doc_string = std::move(text);
      return Status::Ok();
    }
    const size_t first = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(std::min(first, indentation));
    for (size_t at; (at = line.find("\\\"\\\"\\\"")) != std::string_view::npos;) {
      text.append(line.substr(0, at)).append("\"\"\"");
      line.remove_prefix(at + 6);
    }
    text.append(line).push_back('\n');
  }
  return Error("the doc string does not end");
}

Status FeatureReader::StartScenario(std::string_view name, bool is_outline) {
  Scenario scenario;
  scenario.name = Trim(name);
  scenario.is_outline = is_outline;
  scenario.tags = std::exchange(tags_, {});
  scenario.line = line_number_;
  scenarios_.push_back(std::move(scenario));
  steps_ = &scenarios_.back().steps;
  in_examples_ = false;
  return Status::Ok();
}

Status FeatureReader::AddStep(std::string_view text) {
  if (steps_ == nullptr) return Error("a step stands outside a scenario");
  Step step;
  step.text = Trim(text);
  step.line = line_number_;
  steps_->push_back(std::move(step));
  return Status::Ok();
}

Status FeatureReader::AddRow(std::string_view line) {
  if (in_examples_) {
    scenarios_.back().examples.push_back(SplitRow(line));
    return Status::Ok();
  }
  if (steps_ == nullptr || steps_->empty()) return Error("a table belongs to a step");
  Step& step = steps_->back();
  if (!step.table) step.table.emplace();
  step.table->push_back(SplitRow(line));
  return Status::Ok();
}

Status FeatureReader::ReadLine(std::string_view line) {
  std::string_view text = Trim(line);
  if (text.empty() || text.front() == '#') return Status::Ok();
  if (text == "\"\"\"") return ReadDocString(line.find('"'));
  if (text.front() == '|') return AddRow(text);
  if (text.front() == '@') {
    while (!text.empty()) {
      const size_t end = std::min(text.find(' '), text.size());
      tags_.emplace_back(text.substr(0, end));
      text = Trim(text.substr(end));
    }
    return Status::Ok();
  }
  if (TakePrefix(&text, "Feature:")) return Status::Ok();
  if (TakePrefix(&text, "Background:")) {
    steps_ = &background_;
    return Status::Ok();
  }
  if (TakePrefix(&text, "Scenario Outline:")) return StartScenario(text, true);
  if (TakePrefix(&text, "Scenario:")) return StartScenario(text, false);
  if (TakePrefix(&text, "Examples:")) {
    if (scenarios_.empty()) return Error("examples stand outside an outline");
    in_examples_ = true;
    return Status::Ok();
  }
  for (const std::string_view keyword : {"Given ", "When ", "Then ", "And "}) {
    if (TakePrefix(&text, keyword)) return AddStep(text);
  }
  return Error(fmt::format("'{}' is not part of the supported Gherkin", text));
}

Result<std::vector<Scenario>> FeatureReader::Read() {
  std::string_view line;
  while (NextLine(&line)) KITH_RETURN_IF_ERROR(ReadLine(line));
  return std::move(scenarios_);
}

// Replaces each "<header>" by the row's cell in one pass, so that a cell's own text stays as it is.
std::string FillPlaceholders(std::string_view text, const std::vector<std::string>& headers,
                             const std::vector<std::string>& row) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = std::min(text.find('<'), text.size());
    filled.append(text.substr(0, open));
    text.remove_prefix(open);
    bool replaced = false;
    for (size_t i = 0; i < headers.size() && !replaced; ++i) {
      replaced = TakePrefix(&text, "<" + headers[i] + ">");
      if (replaced) filled.append(row[i]);
    }
    if (!replaced && !text.empty()) {
      filled.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return filled;
}

Step FillStep(const Step& step, const std::vector<std::string>& headers,
              const std::vector<std::string>& row) {
  Step filled = step;
  filled.text = FillPlaceholders(step.text, headers, row);
  if (step.doc_string) filled.doc_string = FillPlaceholders(*step.doc_string, headers, row);
  if (!step.table) return filled;
  for (std::vector<std::string>& cells : *filled.table) {
    for (std::string& cell : cells) cell = FillPlaceholders(cell, headers, row);
  }
  return filled;
}

Status ExpandOutline(const Scenario& scenario, const Case& plain, std::vector<Case>* cases) {
  if (scenario.examples.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("line {}: the outline has no examples", scenario.line));
  }
  const std::vector<std::string>& headers = scenario.examples.front();
  for (size_t i = 1; i < scenario.examples.size(); ++i) {
    const std::vector<std::string>& row = scenario.examples[i];
    if (row.size() != headers.size()) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("line {}: example {} has {} cells, and the header {}",
                                scenario.line, i, row.size(), headers.size()));
    }
    Case filled = plain;
    filled.example = static_cast<int>(i);
    filled.scenario = FillPlaceholders(scenario.name, headers, row);
    for (Step& step : filled.steps) step = FillStep(step, headers, row);
    cases->push_back(std::move(filled));
  }
  return Status::Ok();
}

}  // namespace

std::string Case::Name() const {
  if (example == 0) return fmt::format("{}: {}", feature, scenario);
  return fmt::format("{}: {} (example {})", feature, scenario, example);
}

bool Case::HasTag(std::string_view tag) const {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

Result<std::vector<Case>> ParseFeature(std::string_view text, const std::string& path) {
  FeatureReader reader(text);
  KITH_ASSIGN_OR_RETURN(const std::vector<Scenario> scenarios, reader.Read());
  std::vector<Case> cases;
  for (const Scenario& scenario : scenarios) {
    Case plain;
    plain.feature = path;
    plain.scenario = scenario.name;
    plain.tags = scenario.tags;
    plain.line = scenario.line;
    plain.steps = reader.background();
    plain.steps.insert(plain.steps.end(), scenario.steps.begin(), scenario.steps.end());
    if (scenario.is_outline) {
      KITH_RETURN_IF_ERROR(ExpandOutline(scenario, plain, &cases));
    } else {
      cases.push_back(std::move(plain));
    }
  }
  return cases;
}

}  // namespace kith::tck

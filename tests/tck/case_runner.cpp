// SPDX-License-Identifier: Apache-2.0
// The steps of a TCK case, one after the other, until the first that fails.
#include "tests/tck/case_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "tests/tck/expected_value.h"
#include "tests/tck/graph_snapshot.h"
#include "tests/tck/tck_database.h"

namespace kith::tck {
namespace {

constexpr std::string_view kResultStep = "the result should be";
constexpr size_t kMaxShownRows = 6;

struct ExpectedError {
  std::string type;
  std::string phase;
  std::string detail;
};

bool TakePrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// "a TYPE should be raised at PHASE: DETAIL"
std::optional<ExpectedError> ParseErrorStep(std::string_view text) {
  if (!TakePrefix(&text, "a ") && !TakePrefix(&text, "an ")) return std::nullopt;
  const std::string_view middle = " should be raised at ";
  const size_t at = text.find(middle);
  const size_t colon = text.find(':', at);
  if (at == std::string_view::npos || colon == std::string_view::npos) return std::nullopt;
  const size_t phase = at + middle.size();
  std::string_view detail = text.substr(colon + 1);
  while (TakePrefix(&detail, " ")) continue;
  return ExpectedError{std::string(text.substr(0, at)),
                       std::string(text.substr(phase, colon - phase)), std::string(detail)};
}

std::string Describe(const Execution& execution) {
  return fmt::format("{} at {} ({}): {}", StatusCodeName(execution.status.code()),
                     execution.failed_at_compile_time ? "compile time" : "runtime",
                     execution.status.detail(), execution.status.message());
}

std::string RowText(const std::vector<std::string>& cells) {
  return fmt::format("| {} |", fmt::join(cells, " | "));
}

std::string RowsText(std::vector<std::string> rows) {
  if (rows.empty()) return "no rows";
  const size_t count = rows.size();
  if (count > kMaxShownRows) rows.resize(kMaxShownRows);
  return fmt::format("{}{}", fmt::join(rows, " "),
                     count > kMaxShownRows ? fmt::format(" ... {} rows", count) : "");
}

std::vector<std::string> ReturnedRows(const Execution& execution, ListOrder order) {
  std::vector<std::string> rows;
  for (const std::vector<Value>& row : execution.rows) {
    std::vector<std::string> cells;
    for (const Value& value : row) cells.push_back(CanonicalText(FromEngine(value), order));
    rows.push_back(RowText(cells));
  }
  return rows;
}

Result<std::vector<std::string>> ExpectedRows(const Table& table, ListOrder order) {
  std::vector<std::string> rows;
  for (size_t i = 1; i < table.size(); ++i) {
    std::vector<std::string> cells;
    for (const std::string& cell : table[i]) {
      KITH_ASSIGN_OR_RETURN(const ExpectedValue value, ParseExpected(cell));
      cells.push_back(CanonicalText(value, order));
    }
    rows.push_back(RowText(cells));
  }
  return rows;
}

class CaseRun {
 public:
  explicit CaseRun(const RunnerOptions& options) : options_(options) {}

  CaseResult Run(const Case& test) {
    for (const Step& step : test.steps) {
      if (!RunStep(step)) {
        result_.message = fmt::format("line {}: {}", step.line, result_.message);
        return result_;
      }
    }
    return result_;
  }

 private:
  bool Fail(Category category, std::string message) {
    result_.category = category;
    result_.message = std::move(message);
    return false;
  }
  bool Check(const Status& status, Category category) {
    return status.ok() || Fail(category, status.ToString());
  }

  // Each returns false when the case has failed.
  bool RunStep(const Step& step);
  bool LoadGraph(const std::string& name);
  bool SetUp(const std::string& statement);
  bool SetParameters(const Step& step);
  bool RunQuery(const Step& step);
  bool RunControlQuery(const Step& step);
  bool CheckResult(const Step& step);
  bool CheckRows(const Step& step, bool in_order, ListOrder order);
  bool CheckError(const ExpectedError& expected);
  bool CheckSideEffects(const Step& step);
  bool CheckEffects(const SideEffects& expected);

  const RunnerOptions& options_;
  std::unique_ptr<TckDatabase> database_;
  Map parameters_;
  GraphSnapshot before_;
  GraphSnapshot after_;
  Execution last_;
  CaseResult result_;
};

bool CaseRun::LoadGraph(const std::string& name) {
  auto database = TckDatabase::Open();
  if (!database.ok()) return Check(database.status(), Category::kSetupFailed);
  database_ = *std::move(database);
  if (name == "empty" || (name == "any" && options_.any_graph_empty)) return true;
  const auto found = options_.graphs.find(name == "any" ? "binary-tree-1" : name);
  if (found == options_.graphs.end()) {
    return Fail(Category::kSetupFailed, fmt::format("there is no graph '{}'", name));
  }
  std::string_view rest = found->second;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string statement(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool is_blank = statement.find_first_not_of(" \t\r\n") == std::string::npos;
    if (!is_blank && !SetUp(statement)) return false;
  }
  return true;
}

bool CaseRun::SetUp(const std::string& statement) {
  const Execution execution = database_->Execute(statement, {});
  return execution.status.ok() || Fail(Category::kSetupFailed, Describe(execution));
}

bool CaseRun::SetParameters(const Step& step) {
  for (const std::vector<std::string>& row : *step.table) {
    if (row.size() != 2)
      return Fail(Category::kUnsupportedStep, "a parameter has a name and a value");
    Result<ExpectedValue> expected = ParseExpected(row[1]);
    if (!expected.ok()) return Check(expected.status(), Category::kUnsupportedStep);
    Result<Value> value = ToEngine(*expected);
    if (!value.ok()) return Check(value.status(), Category::kUnsupportedStep);
    parameters_.emplace_back(row[0], *std::move(value));
  }
  // A Map is sorted by key.
  parameters_ = Value::FromMap(parameters_).AsMap();
  return true;
}

bool CaseRun::RunQuery(const Step& step) {
  Result<GraphSnapshot> before = TakeSnapshot(database_->store());
  if (!before.ok()) return Check(before.status(), Category::kSetupFailed);
  last_ = database_->Execute(*step.doc_string, parameters_);
  Result<GraphSnapshot> after = TakeSnapshot(database_->store());
  if (!after.ok()) return Check(after.status(), Category::kWrongSideEffect);
  before_ = *std::move(before);
  after_ = *std::move(after);
  return true;
}

bool CaseRun::RunControlQuery(const Step& step) {
  last_ = database_->Execute(*step.doc_string, parameters_);
  return true;
}

bool CaseRun::CheckResult(const Step& step) {
  if (!last_.status.ok()) return Fail(Category::kUnexpectedError, Describe(last_));
  std::string_view how = std::string_view(step.text).substr(kResultStep.size());
  if (how == " empty") {
    if (last_.columns.empty() && last_.rows.empty()) return true;
    return Fail(Category::kWrongResult,
                fmt::format("expected neither columns nor rows, got columns {} and {} rows",
                            RowText(last_.columns), last_.rows.size()));
  }
  if (how == ", in any order:") return CheckRows(step, false, ListOrder::kMatters);
  if (how == ", in order:") return CheckRows(step, true, ListOrder::kMatters);
  if (how == " (ignoring element order for lists):") {
    return CheckRows(step, false, ListOrder::kIgnored);
  }
  if (how == ", in order (ignoring element order for lists):") {
    return CheckRows(step, true, ListOrder::kIgnored);
  }
  return Fail(Category::kUnsupportedStep, step.text);
}

bool CaseRun::CheckRows(const Step& step, bool in_order, ListOrder order) {
  if (!step.table || step.table->empty())
    return Fail(Category::kUnsupportedStep, "a table is missing");
  const std::vector<std::string>& columns = step.table->front();
  if (columns != last_.columns) {
    return Fail(Category::kWrongResult, fmt::format("expected columns {}, got {}", RowText(columns),
                                                    RowText(last_.columns)));
  }
  Result<std::vector<std::string>> parsed = ExpectedRows(*step.table, order);
  if (!parsed.ok()) return Check(parsed.status(), Category::kUnsupportedStep);
  std::vector<std::string> expected = *std::move(parsed);
  std::vector<std::string> returned = ReturnedRows(last_, order);
  const std::string message =
      fmt::format("expected {}, got {}", RowsText(expected), RowsText(returned));
  const bool same_sequence = expected == returned;
  std::sort(expected.begin(), expected.end());
  std::sort(returned.begin(), returned.end());
  if (expected != returned) return Fail(Category::kWrongResult, message);
  if (in_order && !same_sequence) return Fail(Category::kWrongOrder, message);
  return true;
}

bool CaseRun::CheckError(const ExpectedError& expected) {
  result_.error_level = ErrorLevel::kNone;
  if (last_.status.ok()) {
    return Fail(Category::kMissingError,
                fmt::format("expected {} at {}: {}, got {}", expected.type, expected.phase,
                            expected.detail, RowsText(ReturnedRows(last_, ListOrder::kMatters))));
  }
  const std::string_view phase = last_.failed_at_compile_time ? "compile time" : "runtime";
  const bool type_fits =
      expected.type == "Error" || expected.type == StatusCodeName(last_.status.code());
  const bool phase_fits = expected.phase == "any time" || expected.phase == phase;
  const bool detail_fits = expected.detail == "*" || expected.detail == last_.status.detail();
  result_.error_level = !type_fits     ? ErrorLevel::kAny
                        : !phase_fits  ? ErrorLevel::kType
                        : !detail_fits ? ErrorLevel::kPhase
                                       : ErrorLevel::kDetail;
  if (result_.error_level != ErrorLevel::kDetail) {
    return Fail(Category::kWrongErrorClass,
                fmt::format("expected {} at {}: {}, got {}", expected.type, expected.phase,
                            expected.detail, Describe(last_)));
  }
  // A statement that fails leaves the graph as it was.
  return CheckEffects({});
}

bool CaseRun::CheckEffects(const SideEffects& expected) {
  const SideEffects effects = Difference(before_, after_);
  if (effects == expected) return true;
  return Fail(Category::kWrongSideEffect, fmt::format("expected side effects: {}; got: {}",
                                                      ToString(expected), ToString(effects)));
}

bool CaseRun::CheckSideEffects(const Step& step) {
  SideEffects expected;
  for (const std::vector<std::string>& row : *step.table) {
    Result<ExpectedValue> count = row.size() == 2 ? ParseExpected(row[1])
                                                  : Status(StatusCode::kInvalidArgument,
                                                           "a side effect has a name and a count");
    if (!count.ok()) return Check(count.status(), Category::kUnsupportedStep);
    if (count->integer != 0) expected[row[0]] = count->integer;
  }
  return CheckEffects(expected);
}

bool CaseRun::RunStep(const Step& step) {
  std::string_view text = step.text;
  if (text == "an empty graph") return LoadGraph("empty");
  if (text == "any graph") return LoadGraph("any");
  const std::string_view graph_suffix = " graph";
  const bool names_graph = text.size() > graph_suffix.size() &&
                           text.substr(text.size() - graph_suffix.size()) == graph_suffix;
  if (names_graph && TakePrefix(&text, "the ")) {
    return LoadGraph(std::string(text.substr(0, text.size() - graph_suffix.size())));
  }
  if (database_ == nullptr) return Fail(Category::kUnsupportedStep, "no graph was given");
  if (TakePrefix(&text, "there exists a procedure ")) {
    return Check(database_->AddProcedure(text, step.table.value_or(Table{})),
                 Category::kSetupFailed);
  }
  if (text == "no side effects") return CheckEffects({});
  if (const auto error = ParseErrorStep(text)) return CheckError(*error);
  if (text.substr(0, kResultStep.size()) == kResultStep) return CheckResult(step);
  if (text == "parameters are:" && step.table) return SetParameters(step);
  if (text == "the side effects should be:" && step.table) return CheckSideEffects(step);
  if (!step.doc_string) return Fail(Category::kUnsupportedStep, step.text);
  if (text == "having executed:") return SetUp(*step.doc_string);
  if (text == "executing query:") return RunQuery(step);
  if (text == "executing control query:") return RunControlQuery(step);
  return Fail(Category::kUnsupportedStep, step.text);
}

}  // namespace

CaseResult RunCase(const Case& test, const RunnerOptions& options) {
  if (test.HasTag("@ignore")) return {Category::kSkipped, ErrorLevel::kNotExpected, "@ignore"};
  return CaseRun(options).Run(test);
}

}  // namespace kith::tck

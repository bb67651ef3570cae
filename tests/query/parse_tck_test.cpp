// SPDX-License-Identifier: Apache-2.0
// Every statement of the openCypher TCK against the compiler alone: what must fail at compile time
// fails with its class and detail, everything else binds. The TCK is not part of this repository;
// its folder is found through KITH_SHARED or beside the sources, and without it the test is
// skipped.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "tests/query/bind_fixture.h"

namespace kith::query {
namespace {

namespace fs = std::filesystem;

struct Scenario {
  std::string name;
  std::vector<std::string> setup;
  std::string query;
  std::string expected;  ///< "SyntaxError UndefinedVariable", empty when it must compile.
  bool procedures = false;
};

std::string Trimmed(const std::string& line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

std::vector<std::string> Cells(const std::string& row) {
  std::vector<std::string> cells(1);
  for (size_t i = 1; i < row.size(); ++i) {
    if (row[i] == '\\' && i + 1 < row.size() && (row[i + 1] == '|' || row[i + 1] == '\\')) {
      cells.back() += row[++i];
    } else if (row[i] == '|') {
      cells.emplace_back();
    } else {
      cells.back() += row[i];
    }
  }
  cells.pop_back();
  for (std::string& cell : cells) cell = Trimmed(cell);
  return cells;
}

std::string Filled(std::string text, const std::vector<std::string>& header,
                   const std::vector<std::string>& row) {
  for (size_t i = 0; i < header.size() && i < row.size(); ++i) {
    const std::string mark = "<" + header[i] + ">";
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), row[i]);
      at += row[i].size();
    }
  }
  return text;
}

/// Reads the part of Gherkin that matters here.
class FeatureReader {
 public:
  std::vector<Scenario> Read(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    while (std::getline(stream, line)) Line(Trimmed(line), line);
    Flush();
    return std::move(scenarios_);
  }

 private:
  void Line(const std::string& text, const std::string& raw) {
    if (text == "\"\"\"") {
      in_text_ = !in_text_;
      if (!in_text_) Statement();
      return;
    }
    if (in_text_) {
      statement_ += raw + "\n";
    } else if (text.rfind("Scenario", 0) == 0 || text.rfind("Background", 0) == 0) {
      Flush();
      current_.name = text;
    } else if (text.rfind("Examples:", 0) == 0) {
      in_examples_ = true;
    } else if (in_examples_ && !text.empty() && text[0] == '|') {
      rows_.push_back(Cells(text));
    } else if (text.rfind("And there exists a procedure", 0) == 0) {
      current_.procedures = true;
    } else if (const size_t raised = text.find(" should be raised at ");
               raised != std::string::npos) {
      Raised(text, raised);
    } else if (!text.empty()) {
      step_ = text;
    }
  }

  void Raised(const std::string& text, size_t raised) {
    if (text.find("compile time") == std::string::npos) return;
    const size_t type = text.rfind(' ', raised - 1) + 1;
    current_.expected = text.substr(type, raised - type) + text.substr(text.rfind(' '));
  }

  void Statement() {
    if (step_.find("executing query") != std::string::npos) current_.query = statement_;
    if (step_.find("having executed") != std::string::npos) current_.setup.push_back(statement_);
    statement_.clear();
  }

  void Flush() {
    if (rows_.size() < 2) {
      scenarios_.push_back(current_);
    } else {
      for (size_t i = 1; i < rows_.size(); ++i) {
        Scenario filled = current_;
        filled.query = Filled(filled.query, rows_[0], rows_[i]);
        for (std::string& setup : filled.setup) setup = Filled(setup, rows_[0], rows_[i]);
        scenarios_.push_back(std::move(filled));
      }
    }
    current_ = {};
    rows_.clear();
    in_examples_ = false;
  }

  std::vector<Scenario> scenarios_;
  Scenario current_;
  std::vector<std::vector<std::string>> rows_;
  std::string step_;
  std::string statement_;
  bool in_text_ = false;
  bool in_examples_ = false;
};

fs::path TckFolder() {
  const char* shared = std::getenv("KITH_SHARED");
  const fs::path base =
      shared != nullptr ? fs::path(shared) : fs::path(KITH_SOURCE_DIR) / "../shared";
  return base / "tck" / "features";
}

TEST_CASE("the compiler agrees with the TCK", "[query]") {
  const fs::path folder = TckFolder();
  if (!fs::exists(folder)) {
    std::cout << "SKIPPED: no TCK at " << folder.string() << "; set KITH_SHARED\n";
    return;
  }
  size_t statements = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".feature") continue;
    for (const Scenario& scenario : FeatureReader().Read(entry.path())) {
      if (scenario.query.empty() || scenario.procedures) continue;
      // These speak of procedures that a runner would declare.
      if (scenario.expected.rfind("ProcedureError", 0) == 0) continue;
      INFO(entry.path().filename().string() << " " << scenario.name << "\n" << scenario.query);
      CHECK(test::Outcome(scenario.query) ==
            (scenario.expected.empty() ? "OK" : scenario.expected));
      for (const std::string& setup : scenario.setup) {
        INFO(setup);
        CHECK(test::Outcome(setup) == "OK");
        ++statements;
      }
      ++statements;
    }
  }
  CHECK(statements > 1000);
}

}  // namespace
}  // namespace kith::query

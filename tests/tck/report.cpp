// SPDX-License-Identifier: Apache-2.0
// Tables and files of a TCK run.
#include "tests/tck/report.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <fstream>
#include <map>
#include <set>

namespace kith::tck {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {"not expected", "none",   "any error",
                                                         "+type",        "+phase", "+detail"};

struct FolderCounts {
  std::set<std::string> units;  // scenarios; an outline is one
  std::set<std::string> failed_units;
  size_t cases = 0;
  size_t passed = 0;
  size_t skipped = 0;
};

bool Failed(const CaseResult& result) {
  return result.category != Category::kPass && result.category != Category::kSkipped;
}

std::string FolderOf(const std::string& feature) {
  const size_t slash = feature.rfind('/');
  return slash == std::string::npos ? "." : feature.substr(0, slash);
}

std::string UnitOf(const Case& test) {
  return fmt::format("{}:{}", test.feature, test.line);
}

void PrintFailures(const Run& run) {
  for (size_t i = 0; i < run.cases.size(); ++i) {
    if (!Failed(run.results[i])) continue;
    fmt::print("FAIL [{}] {} | {}\n", CategoryName(run.results[i].category), run.cases[i].Name(),
               run.results[i].message);
  }
}

void PrintFolders(const Run& run) {
  std::map<std::string, FolderCounts> folders;
  for (size_t i = 0; i < run.cases.size(); ++i) {
    for (const std::string& folder : {FolderOf(run.cases[i].feature), std::string("total")}) {
      FolderCounts& counts = folders[folder];
      counts.units.insert(UnitOf(run.cases[i]));
      if (Failed(run.results[i])) counts.failed_units.insert(UnitOf(run.cases[i]));
      ++counts.cases;
      counts.passed += run.results[i].category == Category::kPass ? 1 : 0;
      counts.skipped += run.results[i].category == Category::kSkipped ? 1 : 0;
    }
  }
  fmt::print("\n{:<40} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "folder", "units", "all pass", "cases",
             "passed", "failed");
  for (const auto& [folder, counts] : folders) {
    fmt::print("{:<40} {:>9} {:>9} {:>9} {:>9} {:>9}\n", folder, counts.units.size(),
               counts.units.size() - counts.failed_units.size(), counts.cases, counts.passed,
               counts.cases - counts.passed - counts.skipped);
  }
}

void PrintCategories(const Run& run) {
  std::array<size_t, kCategoryCount> counts{};
  for (const CaseResult& result : run.results) ++counts[static_cast<size_t>(result.category)];
  fmt::print("\n");
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      fmt::print("{:<20} {:>6}\n", CategoryName(static_cast<Category>(i)), counts[i]);
    }
  }
}

// Each level counts the cases that reached it or a later one.
void PrintErrorLevels(const Run& run) {
  std::array<size_t, kLevelNames.size()> reached{};
  for (const CaseResult& result : run.results) {
    for (size_t level = 1; level <= static_cast<size_t>(result.error_level); ++level) {
      ++reached[level];
    }
  }
  fmt::print("\nexpected errors: {}; with any error {}, +type {}, +phase {}, +detail {}\n",
             reached[1], reached[2], reached[3], reached[4], reached[5]);
}

size_t CountPassed(const Run& run) {
  size_t passed = 0;
  for (const CaseResult& result : run.results) passed += result.category == Category::kPass ? 1 : 0;
  return passed;
}

Result<std::map<std::string, std::string>> ReadCategories(const std::string& path) {
  simdjson::dom::parser parser;
  simdjson::dom::array cases;
  const auto error = parser.load(path)["cases"].get(cases);
  if (error) {
    return Status(StatusCode::kCorruption,
                  fmt::format("{} is no report of an earlier run: {}; write one with --json", path,
                              simdjson::error_message(error)));
  }
  std::map<std::string, std::string> categories;
  for (const simdjson::dom::element entry : cases) {
    std::string_view name, category;
    if (entry["name"].get(name) || entry["category"].get(category)) {
      return Status(StatusCode::kCorruption,
                    fmt::format("{} has a case without name or category", path));
    }
    categories.emplace(name, category);
  }
  return categories;
}

}  // namespace

size_t CountFailed(const Run& run) {
  size_t failed = 0;
  for (const CaseResult& result : run.results) failed += Failed(result) ? 1 : 0;
  return failed;
}

void PrintReport(const Run& run) {
  PrintFailures(run);
  PrintFolders(run);
  PrintCategories(run);
  PrintErrorLevels(run);
  fmt::print("\n{} passed, {} failed\n", CountPassed(run), CountFailed(run));
}

Status WriteJson(const Run& run, const std::string& path) {
  std::ofstream file(path);
  const size_t passed = CountPassed(run);
  const size_t failed = CountFailed(run);
  file << fmt::format("{{\"passed\": {}, \"failed\": {}, \"skipped\": {}, \"cases\": [", passed,
                      failed, run.cases.size() - passed - failed);
  for (size_t i = 0; i < run.cases.size(); ++i) {
    const CaseResult& result = run.results[i];
    file << fmt::format("{}\n{{\"name\": {}, \"category\": {}, \"level\": {}, \"message\": {}}}",
                        i == 0 ? "" : ",", JsonString(run.cases[i].Name()),
                        JsonString(CategoryName(result.category)),
                        JsonString(kLevelNames[static_cast<size_t>(result.error_level)]),
                        JsonString(result.message));
  }
  file << "\n]}\n";
  file.flush();
  if (file) return Status::Ok();
  return Status(StatusCode::kIoError, fmt::format("{} cannot be written", path));
}

Status PrintDifference(const Run& run, const std::string& path) {
  KITH_ASSIGN_OR_RETURN(const auto earlier, ReadCategories(path));
  size_t better = 0, worse = 0;
  for (size_t i = 0; i < run.cases.size(); ++i) {
    const auto found = earlier.find(run.cases[i].Name());
    if (found == earlier.end()) continue;
    const bool passed_before = found->second == CategoryName(Category::kPass);
    const bool passes_now = run.results[i].category == Category::kPass;
    if (passed_before == passes_now) continue;
    ++(passes_now ? better : worse);
    fmt::print("{} {} (was: {}, is: {})\n", passes_now ? "NOW PASSES" : "NOW FAILS",
               run.cases[i].Name(), found->second, CategoryName(run.results[i].category));
  }
  fmt::print("against {}: {} now pass, {} now fail\n\n", path, better, worse);
  return Status::Ok();
}

}  // namespace kith::tck

// SPDX-License-Identifier: Apache-2.0
// Names and text forms of case results.
#include "tests/tck/case_result.h"

#include <fmt/format.h>

#include <array>

namespace kith::tck {
namespace {

constexpr std::array<std::string_view, kCategoryCount> kCategoryNames = {"pass",
                                                                         "skipped",
                                                                         "wrong result",
                                                                         "wrong order",
                                                                         "unexpected error",
                                                                         "missing error",
                                                                         "wrong error class",
                                                                         "wrong side effect",
                                                                         "setup failed",
                                                                         "unsupported step",
                                                                         "crash",
                                                                         "timeout"};

}  // namespace

std::string_view CategoryName(Category category) {
  return kCategoryNames[static_cast<size_t>(category)];
}

std::string ToLine(const CaseResult& result) {
  std::string line = fmt::format("{}\t{}\t", static_cast<int>(result.category),
                                 static_cast<int>(result.error_level));
  for (const char c : result.message) line.push_back(c == '\n' ? ' ' : c);
  return line;
}

bool FromLine(std::string_view line, CaseResult* result) {
  const size_t first = line.find('\t');
  const size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
  if (second == std::string_view::npos || first > 2 || second != first + 2) return false;
  int category = 0;
  for (const char digit : line.substr(0, first)) category = category * 10 + (digit - '0');
  const int level = line[first + 1] - '0';
  if (category < 0 || category >= static_cast<int>(kCategoryCount) || level < 0 ||
      level > static_cast<int>(ErrorLevel::kDetail)) {
    return false;
  }
  result->category = static_cast<Category>(category);
  result->error_level = static_cast<ErrorLevel>(level);
  result->message = line.substr(second + 1);
  return true;
}

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json.push_back('\\');
      json.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json.push_back(c);
    }
  }
  return json + "\"";
}

}  // namespace kith::tck

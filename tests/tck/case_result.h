// SPDX-License-Identifier: Apache-2.0
// What became of one case, and how that is written to and read from a line of text (between
// processes) and JSON (for people and for comparing runs).
//
// Thread safety: plain values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::tck {

enum class Category : uint8_t {
  kPass,
  kSkipped,  ///< Tagged @ignore. Never counted as passed.
  kWrongResult,
  kWrongOrder,
  kUnexpectedError,
  kMissingError,
  kWrongErrorClass,  ///< An error, but of another type, phase or detail.
  kWrongSideEffect,
  kSetupFailed,
  kUnsupportedStep,
  kCrash,
  kTimeout,
};
inline constexpr size_t kCategoryCount = 12;

/// "pass", "wrong result", ...
std::string_view CategoryName(Category category);

/// How much of an expected error came true; each level includes the ones before it.
enum class ErrorLevel : uint8_t {
  kNotExpected,  ///< The case expects a result.
  kNone,         ///< No error came.
  kAny,
  kType,
  kPhase,
  kDetail,
};

struct CaseResult {
  Category category = Category::kPass;
  ErrorLevel error_level = ErrorLevel::kNotExpected;
  std::string message;  ///< Why it failed, on one line.
};

/// One line without its end: category, level and message, separated by tabs.
std::string ToLine(const CaseResult& result);
/// False when the line is none.
bool FromLine(std::string_view line, CaseResult* result);

/// `text` as a JSON string with its quotes.
std::string JsonString(std::string_view text);

}  // namespace kith::tck

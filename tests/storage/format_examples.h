// SPDX-License-Identifier: Apache-2.0
// The worked examples of docs/format.md: a name and the bytes that the code writes for it.
//
// Thread safety: pure functions.
#pragma once

#include <fmt/core.h>

#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace kith::storage {

using FormatExamples = std::map<std::string, std::string>;

inline std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", static_cast<uint8_t>(byte));
  }
  return hex;
}

/// The lines "name = hex" of the page whose names begin with `prefix`.
inline FormatExamples ExamplesOnPage(const std::string& path, std::string_view prefix) {
  FormatExamples examples;
  std::ifstream page(path);
  for (std::string line; std::getline(page, line);) {
    const size_t equals = line.find(" = ");
    if (line.rfind(prefix, 0) != 0 || equals == std::string::npos) continue;
    const size_t name_end = line.find_last_not_of(' ', equals);
    examples[line.substr(0, name_end + 1)] = line.substr(equals + 3);
  }
  return examples;
}

}  // namespace kith::storage

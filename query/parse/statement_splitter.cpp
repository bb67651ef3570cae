// SPDX-License-Identifier: Apache-2.0
// See statement_splitter.h.
#include "query/parse/statement_splitter.h"

#include <algorithm>

namespace kith::query {

size_t PieceEnd(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    for (size_t i = at + 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == c) {
        return i + 1;  // A doubled quote simply begins the next piece.
      }
    }
    return text.size();
  }
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) == "/*") {
    const size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  return at;
}

size_t FindStatementEnd(std::string_view text, size_t from) {
  size_t at = from;
  while (at < text.size()) {
    if (text[at] == ';') return at + 1;
    const size_t behind = PieceEnd(text, at);
    at = behind == at ? at + 1 : behind;
  }
  return std::string_view::npos;
}

bool IsBlankStatement(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      ++at;
    } else if (c == '/' && PieceEnd(text, at) != at) {
      at = PieceEnd(text, at);
    } else {
      return false;
    }
  }
  return true;
}

std::vector<std::string_view> SplitStatements(std::string_view text) {
  std::vector<std::string_view> statements;
  size_t from = 0;
  while (from < text.size()) {
    const size_t end = FindStatementEnd(text, from);
    const size_t last = end == std::string_view::npos ? text.size() : end - 1;
    const std::string_view statement = text.substr(from, last - from);
    if (!IsBlankStatement(statement)) statements.push_back(statement);
    from = end == std::string_view::npos ? text.size() : end;
  }
  return statements;
}

}  // namespace kith::query

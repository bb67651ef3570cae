// SPDX-License-Identifier: Apache-2.0
// See one_line.h.
#include "engine/shell/one_line.h"

#include <algorithm>

#include "query/parse/statement_splitter.h"

namespace kith::shell {

std::string OneLine(std::string_view statement) {
  std::string line;
  for (size_t at = 0; at < statement.size();) {
    const size_t piece = query::PieceEnd(statement, at);
    if (statement.substr(at, 2) == "//") {
      at = piece;
      continue;
    }
    const size_t end = std::max(piece, at + 1);
    line += statement.substr(at, end - at);
    at = end;
  }
  std::replace(line.begin(), line.end(), '\n', ' ');
  const size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_last_not_of(' ') + 1 - begin);
}

}  // namespace kith::shell

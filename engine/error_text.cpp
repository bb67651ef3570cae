// SPDX-License-Identifier: Apache-2.0
// Query errors for people: line, column, the line itself and a caret.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/utf8.h"
#include "kith/connection.h"

namespace kith {
namespace {

/// A line longer than this is shown around the error only, in characters.
constexpr size_t kShownCharacters = 120;

struct Excerpt {
  std::string line;
  size_t caret = 0;  ///< Characters before the caret.
};

std::string_view LineAround(std::string_view text, size_t offset, size_t* begin) {
  const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  *begin = before == std::string_view::npos ? 0 : before + 1;
  const size_t end = text.find('\n', offset);
  return text.substr(*begin, (end == std::string_view::npos ? text.size() : end) - *begin);
}

/// Tabs become spaces, so that the caret stands below what it means; bad bytes become '?'.
Excerpt MakeExcerpt(std::string_view line, size_t offset_in_line) {
  std::vector<std::string> characters;
  size_t at_character = 0;
  for (size_t at = 0; at < line.size();) {
    const size_t begin = at;
    if (begin < offset_in_line) at_character = characters.size() + 1;
    const char32_t code = TakeUtf8(line, &at);
    if (code == kBadUtf8) {
      characters.emplace_back("?");
    } else {
      characters.emplace_back(code < 0x20 ? " " : line.substr(begin, at - begin));
    }
  }
  Excerpt excerpt;
  const size_t first = at_character > kShownCharacters / 2 && characters.size() > kShownCharacters
                           ? at_character - kShownCharacters / 2
                           : 0;
  const size_t last = std::min(characters.size(), first + kShownCharacters);
  if (first > 0) excerpt.line = "...";
  excerpt.caret = at_character - first + excerpt.line.size();
  for (size_t i = first; i < last; ++i) excerpt.line += characters[i];
  if (last < characters.size()) excerpt.line += "...";
  return excerpt;
}

}  // namespace

LineColumn LocateOffset(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  LineColumn place;
  for (size_t at = 0; at < offset;) {
    if (TakeUtf8(text, &at) == U'\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
  }
  return place;
}

std::string DescribeError(const Status& status, std::string_view statement) {
  if (status.ok() || !status.has_position()) return status.ToString();
  const size_t offset = std::min<size_t>(status.position().begin, statement.size());
  const LineColumn place = LocateOffset(statement, offset);
  size_t line_begin = 0;
  const std::string_view line = LineAround(statement, offset, &line_begin);
  const Excerpt excerpt = MakeExcerpt(line, offset - line_begin);
  return fmt::format("{} at line {}, column {}: {}\n  {}\n  {:>{}}", StatusCodeName(status.code()),
                     place.line, place.column, status.message(), excerpt.line, "^",
                     excerpt.caret + 1);
}

}  // namespace kith

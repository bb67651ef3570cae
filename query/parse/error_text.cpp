// SPDX-License-Identifier: Apache-2.0
// See error_text.h.
#include "query/parse/error_text.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <vector>

#include "engine/base/utf8.h"

namespace kith::query {
namespace {

/// Of a longer line only the part around the caret is shown; in characters.
constexpr size_t kMaxShown = 100;
constexpr size_t kShownBefore = 60;
constexpr std::string_view kIdeographicSpace = "\u3000";

/// One character of the line as it is shown.
struct Character {
  std::string_view text;
  bool wide = false;  ///< Two cells on a terminal.
};

/// The line without its end, from `begin` on.
std::string_view LineFrom(std::string_view query, size_t begin) {
  size_t end = std::min(query.find('\n', begin), query.size());
  if (end > begin && query[end - 1] == '\r') --end;
  return query.substr(begin, end - begin);
}

size_t LineBegin(std::string_view query, size_t offset) {
  const size_t newline = offset == 0 ? std::string_view::npos : query.rfind('\n', offset - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

/// Appends the characters of `text`: control characters as blanks, bytes that are not UTF-8 as '?'.
void AppendCharacters(std::string_view text, std::vector<Character>* characters) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t code = TakeUtf8(text, &at);
    if (code == kBadUtf8) {
      characters->push_back({"?", false});
    } else if (code < 0x20 || code == 0x7F) {
      characters->push_back({" ", false});
    } else {
      const int width = u_getIntPropertyValue(static_cast<UChar32>(code), UCHAR_EAST_ASIAN_WIDTH);
      const bool wide = width == U_EA_WIDE || width == U_EA_FULLWIDTH;
      characters->push_back({text.substr(begin, at - begin), wide});
    }
  }
}

}  // namespace

TextPosition LocateOffset(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, std::min<size_t>(offset, text.size()));
  std::vector<Character> characters;
  AppendCharacters(before.substr(LineBegin(before, before.size())), &characters);
  TextPosition position;
  position.line = 1 + static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  position.column = 1 + static_cast<uint32_t>(characters.size());
  return position;
}

std::string RenderError(const Status& status, std::string_view query) {
  if (!status.has_position()) return status.ToString();
  const size_t begin = std::min<size_t>(status.position().begin, query.size());
  const size_t line_begin = LineBegin(query, begin);
  const std::string_view line = LineFrom(query, line_begin);
  const size_t caret_byte = std::min(begin - line_begin, line.size());
  const size_t caret_end_byte = std::clamp<size_t>(
      std::max<size_t>(status.position().end, line_begin) - line_begin, caret_byte, line.size());
  // In three pieces, so that the caret's place is known in characters.
  std::vector<Character> characters;
  AppendCharacters(line.substr(0, caret_byte), &characters);
  const size_t caret = characters.size();
  AppendCharacters(line.substr(caret_byte, caret_end_byte - caret_byte), &characters);
  const size_t caret_end = characters.size();
  AppendCharacters(line.substr(caret_end_byte), &characters);

  const bool cut = characters.size() > kMaxShown && caret > kShownBefore;
  const size_t first = cut ? caret - kShownBefore : 0;
  const size_t last = std::min(characters.size(), first + kMaxShown);
  std::string shown(cut ? "..." : "");
  std::string marks(shown.size(), ' ');
  for (size_t i = first; i < last; ++i) {
    shown += characters[i].text;
    if (i < caret) marks += characters[i].wide ? kIdeographicSpace : " ";
    if (i >= caret && i < caret_end) marks += characters[i].wide ? "^^" : "^";
  }
  if (caret >= std::min(caret_end, last)) marks += "^";  // a point, such as the end of the text
  const TextPosition position = LocateOffset(query, static_cast<uint32_t>(begin));
  return fmt::format("{} (line {}, column {})\n  {}\n  {}", status.ToString(), position.line,
                     position.column, shown, marks);
}

}  // namespace kith::query

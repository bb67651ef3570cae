// SPDX-License-Identifier: Apache-2.0
// Errors for people: the message, the line and column, and the line of the statement with a caret
// under the place.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/base/utf8.h"
#include "index/text/wide_character.h"
#include "kith/connection.h"

namespace kith {
namespace {

/// Of a longer line only the part around the caret is shown; in characters.
constexpr size_t kMaxShown = 100;
constexpr size_t kShownBefore = 60;
/// Of a line, which may be as long as a statement, only this much around the caret is looked at.
constexpr size_t kNearBytes = 4 * kMaxShown;
constexpr std::string_view kIdeographicSpace = "\u3000";

/// One character of the line as it is shown.
struct Character {
  std::string_view text;
  bool wide = false;  ///< Two cells on a terminal.
};

/// The line without its end, from `begin` on.
std::string_view LineFrom(std::string_view text, size_t begin) {
  size_t end = std::min(text.find('\n', begin), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
}

size_t LineBegin(std::string_view text, size_t offset) {
  const size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
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
      characters->push_back({text.substr(begin, at - begin), index::IsWideCharacter(code)});
    }
  }
}

/// Where a character begins that is about kNearBytes before `caret`.
size_t NearBegin(std::string_view line, size_t caret) {
  if (caret <= kNearBytes) return 0;
  size_t begin = caret - kNearBytes;
  for (int i = 0; i < 3 && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80; ++i) ++begin;
  return begin;
}

/// A message may name what the statement names, of any length; people need its ends.
std::string Shortened(const std::string& message) {
  constexpr size_t kMaxBytes = 2000;
  constexpr size_t kEndBytes = 500;
  if (message.size() <= kMaxBytes) return message;
  const auto inside_character = [&](size_t at) {
    return (static_cast<unsigned char>(message[at]) & 0xC0) == 0x80;
  };
  size_t head = kMaxBytes - kEndBytes;
  while (inside_character(head)) --head;
  size_t tail = message.size() - kEndBytes;
  while (inside_character(tail)) ++tail;
  return fmt::format("{} [... {} bytes ...] {}", message.substr(0, head), tail - head,
                     message.substr(tail));
}

}  // namespace

LineColumn LocateOffset(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  LineColumn position;
  position.line = 1 + static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  for (size_t at = LineBegin(before, before.size()); at < before.size(); ++position.column) {
    TakeUtf8(before, &at);
  }
  return position;
}

std::string DescribeError(const Status& status, std::string_view statement) {
  const std::string text = Shortened(status.ToString());
  if (!status.has_position()) return text;
  const size_t begin = std::min<size_t>(status.position().begin, statement.size());
  const size_t line_begin = LineBegin(statement, begin);
  const std::string_view line = LineFrom(statement, line_begin);
  const size_t caret_byte = std::min(begin - line_begin, line.size());
  const size_t begin_byte = NearBegin(line, caret_byte);
  const size_t end_byte = std::min(line.size(), caret_byte + kNearBytes);
  const size_t caret_end_byte = std::clamp<size_t>(
      std::max<size_t>(status.position().end, line_begin) - line_begin, caret_byte, end_byte);
  // In three pieces, so that the caret's place is known in characters.
  std::vector<Character> characters;
  AppendCharacters(line.substr(begin_byte, caret_byte - begin_byte), &characters);
  const size_t caret = characters.size();
  AppendCharacters(line.substr(caret_byte, caret_end_byte - caret_byte), &characters);
  const size_t caret_end = characters.size();
  AppendCharacters(line.substr(caret_end_byte, end_byte - caret_end_byte), &characters);

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
  const LineColumn position = LocateOffset(statement, begin);
  return fmt::format("{} (line {}, column {})\n  {}\n  {}", text, position.line, position.column,
                     shown, marks);
}

}  // namespace kith

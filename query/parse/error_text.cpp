// SPDX-License-Identifier: Apache-2.0
// See error_text.h.
#include "query/parse/error_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace kith::query {
namespace {

/// Of a longer line only the part around the caret is shown.
constexpr size_t kMaxShownBytes = 100;
constexpr size_t kShownBefore = 60;

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

struct Line {
  std::string_view text;
  size_t begin = 0;
};

Line LineAt(std::string_view query, size_t offset) {
  const size_t newline = offset == 0 ? std::string_view::npos : query.rfind('\n', offset - 1);
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  size_t end = std::min(query.find('\n', begin), query.size());
  if (end > begin && query[end - 1] == '\r') --end;
  return {query.substr(begin, end - begin), begin};
}

/// Tabs and control characters as blanks, so that the caret fits.
std::string Printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    shown.push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
  }
  return shown;
}

}  // namespace

TextPosition LocateOffset(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, std::min<size_t>(offset, text.size()));
  TextPosition position;
  position.line = 1 + static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t newline = before.rfind('\n');
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  position.column = 1 + static_cast<uint32_t>(CountCharacters(before.substr(begin)));
  return position;
}

std::string RenderError(const Status& status, std::string_view query) {
  if (!status.has_position()) return status.ToString();
  const size_t begin = std::min<size_t>(status.position().begin, query.size());
  const size_t end = std::clamp<size_t>(status.position().end, begin, query.size());
  const TextPosition position = LocateOffset(query, static_cast<uint32_t>(begin));
  Line line = LineAt(query, begin);
  size_t caret = std::min(begin - line.begin, line.text.size());
  size_t caret_end = std::clamp(end - line.begin, caret, line.text.size());
  std::string_view prefix;
  if (line.text.size() > kMaxShownBytes) {
    size_t cut = caret > kShownBefore ? caret - kShownBefore : 0;
    while (cut < caret && IsContinuation(line.text[cut])) ++cut;
    if (cut > 0) prefix = "...";
    line.text.remove_prefix(cut);
    caret -= cut;
    caret_end -= cut;
    size_t length = std::min(line.text.size(), kMaxShownBytes);
    while (length > 0 && length < line.text.size() && IsContinuation(line.text[length])) --length;
    line.text = line.text.substr(0, length);
    caret_end = std::min(caret_end, length);
  }
  const size_t indent = prefix.size() + CountCharacters(line.text.substr(0, caret));
  const size_t carets =
      std::max<size_t>(1, CountCharacters(line.text.substr(caret, caret_end - caret)));
  return fmt::format("{} (line {}, column {})\n  {}{}\n  {}{}", status.ToString(), position.line,
                     position.column, prefix, Printable(line.text), std::string(indent, ' '),
                     std::string(carets, '^'));
}

}  // namespace kith::query

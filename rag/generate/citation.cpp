// SPDX-License-Identifier: Apache-2.0
// See citation.h.
#include "rag/generate/citation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace kith::rag {
namespace {

/// A tag longer than this is not taken into a quote.
constexpr size_t kMaxTagBytes = 300;

constexpr std::array kInlineTags = std::to_array<std::string_view>(
    {"a", "abbr", "b",     "cite", "code",   "dfn", "em",  "i",    "kbd", "mark",
     "q", "s",    "small", "span", "strong", "sub", "sup", "time", "u",   "var"});

/// The tag's name when `tag` is "<name ...>" (closing: "</name>"), and it stands within a line.
bool IsInlineTag(std::string_view tag, bool closing) {
  tag.remove_prefix(1);
  if (closing != tag.starts_with('/')) return false;
  if (closing) tag.remove_prefix(1);
  std::string name;
  for (const char c : tag) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) break;
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::find(kInlineTags.begin(), kInlineTags.end(), name) != kInlineTags.end();
}

bool IsMark(char c) {
  return c == '*' || c == '_' || c == '`';
}

/// Bytes before `at` that open markup; 0 when there are none.
size_t OpeningBefore(std::string_view source, size_t at) {
  if (at == 0) return 0;
  const char last = source[at - 1];
  if (IsMark(last) || last == '[') return 1;
  if (last != '>') return 0;
  const size_t open = source.rfind('<', at - 1);
  if (open == std::string_view::npos || at - open > kMaxTagBytes) return 0;
  return IsInlineTag(source.substr(open, at - open), false) ? at - open : 0;
}

/// Bytes from `at` that close markup; 0 when there are none.
size_t ClosingAfter(std::string_view source, size_t at) {
  if (at >= source.size()) return 0;
  if (IsMark(source[at])) return 1;
  if (source.substr(at, 2) == "](") {
    const size_t end = source.find(')', at);
    const bool near = end != std::string_view::npos && end - at < kMaxTagBytes;
    return near ? end + 1 - at : 0;
  }
  if (source[at] != '<') return 0;
  const size_t end = source.find('>', at);
  if (end == std::string_view::npos || end - at > kMaxTagBytes) return 0;
  return IsInlineTag(source.substr(at, end + 1 - at), true) ? end + 1 - at : 0;
}

}  // namespace

ByteSpan WidenOverMarkup(std::string_view source, ByteSpan span) {
  while (const size_t bytes = OpeningBefore(source, span.begin)) span.begin -= bytes;
  while (const size_t bytes = ClosingAfter(source, span.end)) span.end += bytes;
  return span;
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Terminal widths by ICU's character properties.
#include "engine/shell/text_width.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>

#include "engine/base/utf8.h"
#include "index/text/wide_character.h"

namespace kith::shell {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

size_t WidthOf(char32_t code) {
  if (code >= 0x20 && code < 0x7F) return 1;
  if (code == kBadUtf8) return 1;
  switch (u_charType(static_cast<UChar32>(code))) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_CONTROL_CHAR: return 0;
    default: break;
  }
  return index::IsWideCharacter(code) ? 2 : 1;
}

/// Characters that would act on the terminal: C0, DEL, C1, and the marks that turn text around.
bool ActsOnTerminal(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t cells = 0;
  for (size_t at = 0; at < text.size();) cells += WidthOf(TakeUtf8(text, &at));
  return cells;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t code = TakeUtf8(text, &at);
    if (code == kBadUtf8) {
      out += kReplacement;
    } else if (code == U'\n') {
      out += "\\n";
    } else if (code == U'\t') {
      out += "\\t";
    } else if (code == U'\r') {
      out += "\\r";
    } else if (ActsOnTerminal(code)) {
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(code));
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out;
}

std::string PrintableLines(std::string_view text) {
  std::string out;
  while (true) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += Printable(text.substr(0, end));
    if (end == text.size()) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string FitToWidth(std::string_view text, size_t cells) {
  if (DisplayWidth(text) <= cells) return std::string(text);
  if (cells == 0) return "";
  size_t used = 0;
  size_t end = 0;
  while (end < text.size()) {
    size_t next = end;
    const size_t width = WidthOf(TakeUtf8(text, &next));
    if (used + width > cells - 1) break;
    used += width;
    end = next;
  }
  return std::string(text.substr(0, end)) + std::string(kEllipsis);
}

}  // namespace kith::shell

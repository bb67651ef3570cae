// SPDX-License-Identifier: Apache-2.0
// See line_break.h.
#include "rag/ingest/line_break.h"

#include <algorithm>

#include "engine/base/utf8.h"
#include "index/text/wide_character.h"

namespace kith::rag {
namespace {

/// Narrower texts are not wrapped but have short lines.
constexpr size_t kMinWrapColumns = 40;

/// Han, kana and the punctuation between them, which are written on without a space from one line
/// to the next. Korean, as wide, has spaces.
bool NeedsNoSpace(char32_t c) {
  return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

char32_t LastCharacter(std::string_view text) {
  size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[at - 1]) & 0xC0) == 0x80) --at;
  if (at == 0) return 0;
  --at;
  return TakeUtf8(text, &at);
}

char32_t FirstCharacter(std::string_view text) {
  size_t at = 0;
  return text.empty() ? 0 : TakeUtf8(text, &at);
}

/// Of the first word, or of the first character in a script without spaces.
size_t FirstWordWidth(std::string_view line) {
  if (NeedsNoSpace(FirstCharacter(line))) return 2;
  return LineWidth(line.substr(0, std::min(line.find(' '), line.size())));
}

bool IsCommaLike(char32_t last) {
  constexpr std::u32string_view kCommas = U",，、";
  return kCommas.find(last) != std::u32string_view::npos;
}

bool EndsSentence(char32_t last) {
  constexpr std::u32string_view kEnds = U".!?:;。！？：；…";
  return kEnds.find(last) != std::u32string_view::npos;
}

}  // namespace

size_t LineWidth(std::string_view line) {
  size_t width = 0;
  size_t at = 0;
  while (at < line.size()) width += index::IsWideCharacter(TakeUtf8(line, &at)) ? 2 : 1;
  return width;
}

bool IsWrapped(std::string_view line, std::string_view next, size_t width) {
  const char32_t first = FirstCharacter(next);
  const char32_t last = LastCharacter(line);
  if (IsCommaLike(last) || (first >= 'a' && first <= 'z' && !EndsSentence(last))) return true;
  // Whoever wraps a text breaks a line where the next word no longer fits.
  const size_t space = NeedsNoSpace(first) ? 0 : 1;
  return width >= kMinWrapColumns && LineWidth(line) + space + FirstWordWidth(next) > width;
}

std::string_view JointOf(std::string_view before, std::string_view after) {
  return NeedsNoSpace(LastCharacter(before)) && NeedsNoSpace(FirstCharacter(after)) ? "" : " ";
}

}  // namespace kith::rag

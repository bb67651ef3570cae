// SPDX-License-Identifier: Apache-2.0
// Plain text: blank lines part paragraphs, a short first line is the title, underlined lines are
// headings, lines that begin with a bullet or a number are list items. Within a paragraph a wrapped
// line goes on in the next one.
#include <algorithm>
#include <cctype>

#include "rag/ingest/line_break.h"
#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

constexpr size_t kMaxTitleBytes = 160;

struct Line {
  size_t begin = 0;
  size_t end = 0;  ///< Without the line's end and white space before it.
};

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

std::vector<Line> SplitLines(std::string_view source) {
  std::vector<Line> lines;
  size_t begin = source.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  while (begin < source.size()) {
    size_t newline = source.find('\n', begin);
    if (newline == std::string_view::npos) newline = source.size();
    size_t first = begin;
    size_t end = newline;
    while (end > first && IsBlank(source[end - 1])) --end;
    while (first < end && IsBlank(source[first])) ++first;
    lines.push_back({first, end});
    begin = newline + 1;
  }
  return lines;
}

/// The heading level that a line of '=' or '-' gives the line above it; 0 for any other line.
int UnderlineLevel(std::string_view line) {
  if (line.size() < 3) return 0;
  if (line.find_first_not_of('=') == std::string_view::npos) return 1;
  if (line.find_first_not_of('-') == std::string_view::npos) return 2;
  return 0;
}

bool IsListItem(std::string_view line) {
  if (line.size() > 2 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ') {
    return true;
  }
  if (line.substr(0, 3) == "\xE2\x80\xA2") return true;  // a bullet
  size_t digits = 0;
  while (digits < line.size() && std::isdigit(static_cast<unsigned char>(line[digits])) != 0) {
    ++digits;
  }
  return digits > 0 && digits < 4 && digits + 1 < line.size() &&
         (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ';
}

/// A short line of its own at the top is the title, unless it goes on or greets someone.
bool CanBeTitle(std::string_view line) {
  return line.size() <= kMaxTitleBytes && line.find_last_of(",;:") != line.size() - 1 &&
         !line.ends_with("，") && !line.ends_with("：");
}

/// Adds a line to the paragraph or list item above it.
void Continue(std::string_view source, Line above, Line line, size_t width, MappedText* text) {
  const std::string_view before = source.substr(above.begin, above.end - above.begin);
  const std::string_view after = source.substr(line.begin, line.end - line.begin);
  const bool wrapped = IsWrapped(before, after, width);
  const std::string_view joint = wrapped ? JointOf(before, after) : "\n";
  if (!joint.empty()) text->AppendCopied(joint, line.begin - 1);
  text->AppendCopied(after, line.begin);
}

Block MakeBlock(BlockKind kind, std::string_view source, Line line) {
  Block block;
  block.kind = kind;
  block.text.AppendCopied(source.substr(line.begin, line.end - line.begin), line.begin);
  return block;
}

}  // namespace

ParsedDocument ParseText(std::string_view source, std::string_view name) {
  ParsedDocument document;
  document.title = name;
  const std::vector<Line> lines = SplitLines(source);
  const auto text_of = [&](size_t i) {
    return source.substr(lines[i].begin, lines[i].end - lines[i].begin);
  };
  size_t width = 0;
  for (size_t i = 0; i < lines.size(); ++i) width = std::max(width, LineWidth(text_of(i)));
  const auto is_empty = [&](size_t i) { return i >= lines.size() || text_of(i).empty(); };
  bool open = false;  // the last block is a paragraph that the next line continues
  bool first = true;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view text = text_of(i);
    if (text.empty()) {
      open = false;
      continue;
    }
    const int underlined = i + 1 < lines.size() && !open ? UnderlineLevel(text_of(i + 1)) : 0;
    const bool is_title = first && CanBeTitle(text) && (underlined == 1 || is_empty(i + 1)) &&
                          std::any_of(lines.begin() + static_cast<ptrdiff_t>(i) + 1, lines.end(),
                                      [](const Line& line) { return line.begin < line.end; });
    first = false;
    if (is_title) document.title = text;
    if (is_title || underlined != 0) {
      document.blocks.push_back(MakeBlock(BlockKind::kHeading, source, lines[i]));
      document.blocks.back().level = is_title ? 1 : underlined;
      if (underlined != 0) ++i;
      open = false;
    } else if (IsListItem(text)) {
      document.blocks.push_back(MakeBlock(BlockKind::kListItem, source, lines[i]));
      open = true;
    } else if (open) {
      Continue(source, lines[i - 1], lines[i], width, &document.blocks.back().text);
    } else {
      document.blocks.push_back(MakeBlock(BlockKind::kParagraph, source, lines[i]));
      open = true;
    }
  }
  return document;
}

std::string_view FormatName(DocumentFormat format) {
  switch (format) {
    case DocumentFormat::kText: return "text";
    case DocumentFormat::kMarkdown: return "markdown";
    case DocumentFormat::kHtml: return "html";
  }
  return "text";
}

}  // namespace kith::rag

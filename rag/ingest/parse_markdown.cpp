// SPDX-License-Identifier: Apache-2.0
// Markdown through md4c: CommonMark with tables, strikethrough, task lists, bare links and wiki
// links. Almost all text that md4c hands over points into the source, which gives the spans.
#include <md4c.h>

#include <algorithm>
#include <functional>

#include "rag/ingest/line_break.h"
#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

struct FrontMatter {
  size_t body = 0;  ///< Where the Markdown begins.
  std::string title;
  std::string language;
  std::vector<std::string> aliases;
};

std::string Unquoted(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\"'");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\"'") - first + 1));
}

void SplitNames(std::string_view list, std::vector<std::string>* names) {
  if (list.size() >= 2 && list.front() == '[') list = list.substr(1, list.rfind(']') - 1);
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (std::string name = Unquoted(list.substr(0, comma)); !name.empty()) names->push_back(name);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

/// The "key: value" lines between two lines of "---" at the very top; only the keys that matter.
FrontMatter ReadFrontMatter(std::string_view source) {
  FrontMatter matter;
  const size_t start = source.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  matter.body = start;
  if (source.substr(start, 4) != "---\n" && source.substr(start, 5) != "---\r\n") return matter;
  FrontMatter found;
  std::string last_key;
  size_t at = source.find('\n', start) + 1;
  while (at < source.size()) {
    const size_t end = std::min(source.find('\n', at), source.size());
    const std::string_view line = source.substr(at, end - at);
    at = std::min(end + 1, source.size());
    if (Unquoted(line) == "---" || Unquoted(line) == "...") {
      found.body = at;
      return found;
    }
    const std::string item = Unquoted(line);
    const size_t colon = line.find(':');
    if (item.starts_with("- ") && last_key == "aliases") {
      found.aliases.push_back(Unquoted(std::string_view(item).substr(2)));
    } else if (colon != std::string_view::npos) {
      last_key = Unquoted(line.substr(0, colon));
      const std::string_view value = line.substr(colon + 1);
      if (last_key == "title") found.title = Unquoted(value);
      if (last_key == "lang" || last_key == "language") found.language = Unquoted(value);
      if (last_key == "aliases") SplitNames(Unquoted(value), &found.aliases);
    }
  }
  return matter;  // the second "---" never came: not front matter
}

class MarkdownReader {
 public:
  MarkdownReader(std::string_view source, ParsedDocument* document)
      : source_(source), document_(document) {}

  int EnterBlock(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_P: Open(in_item_ > 0 ? BlockKind::kListItem : BlockKind::kParagraph); break;
      case MD_BLOCK_H:
        Open(BlockKind::kHeading);
        block_.level = static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
        break;
      case MD_BLOCK_LI:
        Flush();
        ++in_item_;
        Open(BlockKind::kListItem);
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL: Flush(); break;
      case MD_BLOCK_CODE: Open(BlockKind::kCode); break;
      case MD_BLOCK_TR: Open(BlockKind::kTableRow); break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        if (!block_.text.empty()) block_.text.AppendMade(" | ");
        break;
      case MD_BLOCK_HTML: in_html_block_ = true; break;
      default: break;
    }
    return 0;
  }

  int LeaveBlock(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_P:
      case MD_BLOCK_H:
      case MD_BLOCK_CODE:
      case MD_BLOCK_TR: Flush(); break;
      case MD_BLOCK_LI:
        Flush();
        --in_item_;
        break;
      case MD_BLOCK_HTML: in_html_block_ = false; break;
      default: break;
    }
    return 0;
  }

  int EnterSpan(MD_SPANTYPE type, void* detail) {
    if (type == MD_SPAN_A) OpenLink(static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
    if (type == MD_SPAN_WIKILINK) OpenLink(static_cast<MD_SPAN_WIKILINK_DETAIL*>(detail)->target);
    if (type == MD_SPAN_STRONG) strong_begin_ = block_.text.size();
    return 0;
  }

  int LeaveSpan(MD_SPANTYPE type) {
    if ((type == MD_SPAN_A || type == MD_SPAN_WIKILINK) && !link_target_.empty()) {
      if (block_.text.size() > link_begin_) {
        block_.links.push_back({link_begin_, block_.text.size(), link_target_});
      }
      link_target_.clear();
    }
    if (type == MD_SPAN_STRONG && paragraphs_ == 0 && block_.kind == BlockKind::kParagraph) {
      document_->aliases.push_back(block_.text.text().substr(strong_begin_));
    }
    return 0;
  }

  int Text(MD_TEXTTYPE type, const char* text, size_t bytes) {
    if (in_html_block_ || type == MD_TEXT_HTML) return 0;
    switch (type) {
      case MD_TEXT_BR: block_.text.AppendMade("\n"); return 0;
      case MD_TEXT_SOFTBR: SoftBreak(); return 0;
      case MD_TEXT_NULLCHAR: block_.text.AppendMade(" "); return 0;
      case MD_TEXT_ENTITY: return Entity(std::string_view(text, bytes));
      default: break;
    }
    if (Inside(text, bytes)) {
      block_.text.AppendCopied(std::string_view(text, bytes), Offset(text));
      read_to_ = Offset(text) + bytes;
    } else {
      block_.text.AppendMade(std::string_view(text, bytes));
    }
    return 0;
  }

 private:
  bool Inside(const char* text, size_t bytes) const {
    const std::less_equal<const char*> before;
    return before(source_.data(), text) && before(text + bytes, source_.data() + source_.size());
  }
  size_t Offset(const char* text) const { return static_cast<size_t>(text - source_.data()); }

  int Entity(std::string_view entity) {
    const DecodedReference decoded = DecodeReference(entity, 0);
    if (decoded.bytes == 0 || !Inside(entity.data(), entity.size())) {
      return Text(MD_TEXT_NORMAL, entity.data(), entity.size());
    }
    const size_t at = Offset(entity.data());
    block_.text.AppendDecoded(decoded.text, at, at + entity.size());
    return 0;
  }

  /// A line break in the source that is none in the text. What the next line begins with is found
  /// behind the marks of quotes and spans.
  void SoftBreak() {
    const size_t newline = std::min(source_.find('\n', read_to_), source_.size() - 1);
    const size_t next = source_.find_first_not_of(" \t>*_`[", newline + 1);
    const std::string_view after = next == std::string_view::npos ? "" : source_.substr(next);
    const std::string_view joint = JointOf(block_.text.text(), after);
    if (!joint.empty()) block_.text.AppendCopied(joint, newline);
  }

  void OpenLink(const MD_ATTRIBUTE& target) {
    link_begin_ = block_.text.size();
    link_target_ = target.text == nullptr ? "" : std::string(target.text, target.size);
  }

  void Open(BlockKind kind) {
    if (!block_.text.empty()) Flush();
    block_.kind = kind;
  }

  void Flush() {
    block_.text.TrimEnd();
    if (!block_.text.empty()) {
      if (block_.kind == BlockKind::kParagraph) ++paragraphs_;
      document_->blocks.push_back(std::move(block_));
    }
    block_ = Block();
  }

  std::string_view source_;
  ParsedDocument* document_;
  Block block_;
  int in_item_ = 0;
  bool in_html_block_ = false;
  size_t paragraphs_ = 0;
  size_t link_begin_ = 0;
  std::string link_target_;
  size_t strong_begin_ = 0;
  size_t read_to_ = 0;  ///< The end of what was copied last from the source.
};

MarkdownReader* Reader(void* data) {
  return static_cast<MarkdownReader*>(data);
}

}  // namespace

ParsedDocument ParseMarkdown(std::string_view source, std::string_view name) {
  FrontMatter matter = ReadFrontMatter(source);
  ParsedDocument document;
  document.language = matter.language;
  document.aliases = std::move(matter.aliases);
  MarkdownReader reader(source, &document);
  MD_PARSER parser{};
  parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_WIKILINKS |
                 MD_FLAG_PERMISSIVEAUTOLINKS;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* data) {
    return Reader(data)->EnterBlock(type, detail);
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* data) {
    return Reader(data)->LeaveBlock(type);
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* data) {
    return Reader(data)->EnterSpan(type, detail);
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* data) {
    return Reader(data)->LeaveSpan(type);
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE bytes, void* data) {
    return Reader(data)->Text(type, text, bytes);
  };
  const std::string_view body = source.substr(matter.body);
  md_parse(body.data(), static_cast<MD_SIZE>(body.size()), &parser, &reader);
  document.title = matter.title;
  for (const Block& block : document.blocks) {
    if (!document.title.empty()) break;
    if (block.kind == BlockKind::kHeading && block.level == 1) document.title = block.text.text();
  }
  if (document.title.empty()) document.title = name;
  return document;
}

}  // namespace kith::rag

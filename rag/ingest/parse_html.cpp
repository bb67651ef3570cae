// SPDX-License-Identifier: Apache-2.0
// HTML through gumbo, which repairs anything. Its text nodes point into the source; references in
// them are decoded here again, so that each plain byte knows where it came from.
#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <map>
#include <memory>

#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

bool IsHtmlSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/// What surrounds the text of a page, or is not shown.
bool IsAside(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_IFRAME: return true;
    default: return false;
  }
}

std::string_view AttributeOf(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

/// True when one of the words of `list`, parted by spaces, is one of `words`.
template <typename Words>
bool NamesAny(std::string_view list, const Words& words) {
  while (!list.empty()) {
    const size_t space = std::min(list.find(' '), list.size());
    if (std::find(words.begin(), words.end(), list.substr(0, space)) != words.end()) return true;
    list.remove_prefix(std::min(space + 1, list.size()));
  }
  return false;
}

/// What holds the whole text of a page: marks on it say nothing about its parts.
bool HoldsPage(const GumboElement& element) {
  return element.tag == GUMBO_TAG_HTML || element.tag == GUMBO_TAG_BODY ||
         element.tag == GUMBO_TAG_MAIN || AttributeOf(element, "role") == "main";
}

/// Marked as no part of the text by the attributes that HTML and ARIA have for that.
bool IsMarkedAside(const GumboElement& element) {
  constexpr std::array kRoles = std::to_array<std::string_view>(
      {"navigation", "contentinfo", "search", "menu", "menubar", "toolbar"});
  return gumbo_get_attribute(&element.attributes, "hidden") != nullptr ||
         AttributeOf(element, "aria-hidden") == "true" ||
         NamesAny(AttributeOf(element, "role"), kRoles);
}

/// Has a name that wikis and site generators give to what surrounds a text. "menu" is one for lists
/// only: it is a word for dishes, too.
bool IsNamedAside(const GumboElement& element) {
  constexpr std::array kNames =
      std::to_array<std::string_view>({"noprint", "mw-editsection", "toc", "navbox", "navbar",
                                       "nav", "breadcrumb", "breadcrumbs", "headerlink"});
  constexpr std::array kListNames = std::to_array<std::string_view>({"menu"});
  const std::string_view classes = AttributeOf(element, "class");
  const bool is_list = element.tag == GUMBO_TAG_UL || element.tag == GUMBO_TAG_OL;
  return NamesAny(classes, kNames) || NamesAny(AttributeOf(element, "id"), kNames) ||
         (is_list && NamesAny(classes, kListNames));
}

/// True when the node has no text but that of links to places in the same page: an entry of a table
/// of contents, the mark of a footnote. `links` counts them.
bool IsOnlyFragmentLinks(const GumboNode& node, size_t* links) {
  if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA) return false;
  if (node.type != GUMBO_NODE_ELEMENT) return true;
  const GumboElement& element = node.v.element;
  if (element.tag == GUMBO_TAG_A && AttributeOf(element, "href").starts_with('#')) {
    ++*links;
    return true;
  }
  for (unsigned i = 0; i < element.children.length; ++i) {
    if (!IsOnlyFragmentLinks(*static_cast<const GumboNode*>(element.children.data[i]), links)) {
      return false;
    }
  }
  return true;
}

bool IsFragmentEntry(const GumboNode& node) {
  const GumboTag tag = node.v.element.tag;
  size_t links = 0;
  return (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_SUP) && IsOnlyFragmentLinks(node, &links) &&
         links > 0;
}

/// The element that says it is the page's text; null when none or several do.
const GumboNode* MainOf(const GumboNode& node, size_t* found) {
  if (node.type != GUMBO_NODE_ELEMENT) return nullptr;
  const GumboElement& element = node.v.element;
  if (element.tag == GUMBO_TAG_MAIN || AttributeOf(element, "role") == "main") {
    ++*found;
    return &node;
  }
  const GumboNode* main = nullptr;
  for (unsigned i = 0; i < element.children.length; ++i) {
    const auto* child = static_cast<const GumboNode*>(element.children.data[i]);
    if (const GumboNode* inside = MainOf(*child, found)) main = inside;
  }
  return *found == 1 ? main : nullptr;
}

/// Elements within a line; every other one begins a block.
bool IsInline(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_BR:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_DFN:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_RUBY:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_WBR: return true;
    default: return false;
  }
}

BlockKind KindOf(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD: return BlockKind::kListItem;
    case GUMBO_TAG_TR: return BlockKind::kTableRow;
    case GUMBO_TAG_PRE: return BlockKind::kCode;
    default: return BlockKind::kParagraph;
  }
}

int HeadingLevel(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? tag - GUMBO_TAG_H1 + 1 : 0;
}

class HtmlReader {
 public:
  /// `use_names`: what has the name of a menu is left out.
  HtmlReader(std::string_view source, bool use_names, ParsedDocument* document)
      : source_(source), use_names_(use_names), document_(document) {}

  void Walk(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA: Text(node.v.text); break;
      case GUMBO_NODE_ELEMENT:
        if (!IsFragmentEntry(node)) Element(node.v.element);
        break;
      default: break;
    }
  }

  void Flush() {
    block_.text.TrimEnd();
    for (BlockLink& link : block_.links) link.end = std::min(link.end, block_.text.size());
    if (!block_.text.empty()) {
      if (block_.kind == BlockKind::kParagraph) ++paragraphs_;
      document_->blocks.push_back(std::move(block_));
    }
    block_ = Block();
  }

 private:
  void Element(const GumboElement& element) {
    const GumboTag tag = element.tag;
    if (IsAside(tag) || IsLeftOut(element)) return;
    if (tag == GUMBO_TAG_BR) {
      if (!block_.text.empty()) block_.text.AppendMade("\n");
    } else if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
      if (!block_.text.empty()) {
        block_.text.TrimEnd();
        block_.text.AppendMade(" | ");
      }
      Children(element);
    } else if (IsInline(tag)) {
      Inline(element);
    } else {
      Flush();
      block_.kind = KindOf(tag);
      if (const int level = HeadingLevel(tag); level > 0) {
        block_.kind = BlockKind::kHeading;
        block_.level = level;
      }
      const BlockKind outer = kind_;
      if (block_.kind == BlockKind::kParagraph) block_.kind = outer;
      kind_ = block_.kind == BlockKind::kHeading ? outer : block_.kind;
      Children(element);
      Flush();
      kind_ = outer;
      block_.kind = outer;
    }
  }

  bool IsLeftOut(const GumboElement& element) const {
    return !HoldsPage(element) && (IsMarkedAside(element) || (use_names_ && IsNamedAside(element)));
  }

  void Inline(const GumboElement& element) {
    const size_t begin = block_.text.size();
    const size_t block = document_->blocks.size();
    Children(element);
    const bool same_block = document_->blocks.size() == block && block_.text.size() > begin;
    if (!same_block) return;
    if (element.tag == GUMBO_TAG_A) {
      const std::string_view href = AttributeOf(element, "href");
      if (!href.empty()) block_.links.push_back({begin, block_.text.size(), std::string(href)});
    }
    const bool names = element.tag == GUMBO_TAG_STRONG || element.tag == GUMBO_TAG_B ||
                       element.tag == GUMBO_TAG_DFN;
    if (names && paragraphs_ == 0 && block_.kind == BlockKind::kParagraph) {
      document_->aliases.push_back(block_.text.text().substr(begin));
    }
  }

  void Children(const GumboElement& element) {
    for (unsigned i = 0; i < element.children.length; ++i) {
      Walk(*static_cast<const GumboNode*>(element.children.data[i]));
    }
  }

  /// White space of any length reads as one space, but in <pre>.
  void Text(const GumboText& text) {
    const std::string_view raw(text.original_text.data, text.original_text.length);
    const std::less_equal<const char*> before;
    if (!before(source_.data(), raw.data()) ||
        !before(raw.data() + raw.size(), source_.data() + source_.size())) {
      return;
    }
    const auto base = static_cast<size_t>(raw.data() - source_.data());
    // A node that gumbo joined from text on both sides of tags spans those tags, too.
    const bool has_tags = std::string_view(text.text).find('<') == std::string_view::npos;
    const bool keep_space = block_.kind == BlockKind::kCode;
    size_t at = 0;
    while (at < raw.size()) {
      if (!keep_space && IsHtmlSpace(raw[at])) {
        size_t end = at;
        while (end < raw.size() && IsHtmlSpace(raw[end])) ++end;
        Space(base + at, base + end);
        at = end;
      } else if (has_tags && raw[at] == '<') {
        at = std::min(raw.find('>', at), raw.size() - 1) + 1;
      } else if (const DecodedReference decoded = DecodeReference(raw, at); decoded.bytes > 0) {
        block_.text.AppendDecoded(decoded.text, base + at, base + at + decoded.bytes);
        at += decoded.bytes;
      } else {
        size_t end = at + 1;
        while (end < raw.size() && raw[end] != '&' && raw[end] != '<' &&
               (keep_space || !IsHtmlSpace(raw[end]))) {
          ++end;
        }
        block_.text.AppendCopied(raw.substr(at, end - at), base + at);
        at = end;
      }
    }
  }

  void Space(size_t begin, size_t end) {
    const std::string& text = block_.text.text();
    if (text.empty() || text.back() == ' ' || text.back() == '\n') return;
    if (end == begin + 1) {
      block_.text.AppendCopied(" ", begin);
    } else {
      block_.text.AppendDecoded(" ", begin, end);
    }
  }

  std::string_view source_;
  bool use_names_;
  ParsedDocument* document_;
  Block block_;
  BlockKind kind_ = BlockKind::kParagraph;
  size_t paragraphs_ = 0;
};

std::string Squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!IsHtmlSpace(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// The text of <title>, which gumbo puts directly below <head>.
std::string TitleOf(const GumboElement& html) {
  for (unsigned i = 0; i < html.children.length; ++i) {
    const auto* head = static_cast<const GumboNode*>(html.children.data[i]);
    if (head->type != GUMBO_NODE_ELEMENT || head->v.element.tag != GUMBO_TAG_HEAD) continue;
    const GumboVector& children = head->v.element.children;
    for (unsigned j = 0; j < children.length; ++j) {
      const auto* title = static_cast<const GumboNode*>(children.data[j]);
      if (title->type != GUMBO_NODE_ELEMENT || title->v.element.tag != GUMBO_TAG_TITLE) continue;
      if (title->v.element.children.length == 0) return {};
      const auto* text = static_cast<const GumboNode*>(title->v.element.children.data[0]);
      if (text->type == GUMBO_NODE_TEXT) return Squeezed(text->v.text.text);
    }
  }
  return {};
}

/// Elements that have no end tag, or whose end tag may be left out because the next start tag
/// closes them: they cannot nest in themselves, so they add only a constant to the depth.
bool Nests(std::string_view tag) {
  static constexpr std::string_view kFlat[] = {
      "area",  "base",   "br",    "col",   "embed",  "hr",       "img",  "input", "link", "meta",
      "param", "source", "track", "wbr",   "p",      "li",       "dt",   "dd",    "tr",   "td",
      "th",    "thead",  "tbody", "tfoot", "option", "optgroup", "html", "head",  "body"};
  return std::find(std::begin(kFlat), std::end(kFlat), tag) == std::end(kFlat);
}

}  // namespace

size_t HtmlDepthBound(std::string_view source) {
  std::map<std::string, size_t> open;
  size_t depth = 0;
  size_t deepest = 0;
  std::string tag;
  for (size_t at = source.find('<'); at != std::string_view::npos; at = source.find('<', at + 1)) {
    size_t i = at + 1;
    const bool closing = i < source.size() && source[i] == '/';
    if (closing) ++i;
    tag.clear();
    for (; i < source.size() && std::isalnum(static_cast<unsigned char>(source[i])) != 0; ++i) {
      if (tag.size() < 32) {
        tag += static_cast<char>(std::tolower(static_cast<unsigned char>(source[i])));
      }
    }
    if (tag.empty() || !Nests(tag)) continue;
    size_t& count = open[tag];
    if (!closing) {
      ++count;
      deepest = std::max(deepest, ++depth);
    } else if (count > 0) {
      --count;
      --depth;
    }
  }
  return deepest;
}

namespace {

/// Into a document that has no text yet, as HasPageText says.
void ReadBlocks(std::string_view source, const GumboNode& root, bool use_names,
                ParsedDocument* document) {
  document->blocks.clear();
  document->aliases.clear();
  HtmlReader reader(source, use_names, document);
  reader.Walk(root);
  reader.Flush();
}

/// More than headings.
bool HasPageText(const ParsedDocument& document) {
  return std::any_of(document.blocks.begin(), document.blocks.end(),
                     [](const Block& block) { return block.kind != BlockKind::kHeading; });
}

}  // namespace

ParsedDocument ParseHtml(std::string_view source, std::string_view name) {
  ParsedDocument document;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto destroy = [&options](GumboOutput* output) { gumbo_destroy_output(&options, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> tree(
      gumbo_parse_with_options(&options, source.data(), source.size()), destroy);
  if (tree == nullptr || tree->root->type != GUMBO_NODE_ELEMENT) {
    document.title = name;
    return document;
  }
  const GumboElement& html = tree->root->v.element;
  if (const auto* lang = gumbo_get_attribute(&html.attributes, "lang"); lang != nullptr) {
    document.language = lang->value;
  }
  size_t mains = 0;
  if (const GumboNode* main = MainOf(*tree->root, &mains); main != nullptr) {
    ReadBlocks(source, *main, true, &document);
  }
  // A script may fill it later.
  if (!HasPageText(document)) ReadBlocks(source, *tree->root, true, &document);
  // Where all text has the names of menus, the names do not mean that.
  if (!HasPageText(document)) ReadBlocks(source, *tree->root, false, &document);
  for (const Block& block : document.blocks) {
    if (block.kind != BlockKind::kHeading || block.level != 1) continue;
    document.title = block.text.text();
    break;
  }
  const std::string title = TitleOf(html);
  if (document.title.empty()) {
    document.title = title.empty() ? std::string(name) : title;
  } else if (!title.empty() && title != document.title) {
    document.aliases.push_back(title);
  }
  return document;
}

}  // namespace kith::rag

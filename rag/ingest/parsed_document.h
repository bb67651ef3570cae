// SPDX-License-Identifier: Apache-2.0
// What a parser makes of a document, whatever its format: a title, blocks in reading order, links
// and names found in the markup. Parsers never fail on odd markup: anything is some document.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rag/ingest/source_text.h"

namespace kith::rag {

enum class BlockKind : uint8_t { kHeading, kParagraph, kListItem, kTableRow, kCode };

/// A link's text is [begin, end) of its block's plain text.
struct BlockLink {
  size_t begin = 0;
  size_t end = 0;
  std::string target;  ///< As written.
};

struct Block {
  BlockKind kind = BlockKind::kParagraph;
  int level = 0;  ///< Headings: 1 to 6.
  MappedText text;
  std::vector<BlockLink> links;  ///< In order of their beginnings.
};

struct ParsedDocument {
  std::string title;
  std::string language;              ///< From the markup; empty when it does not say.
  std::vector<std::string> aliases;  ///< Other names of what the document is about.
  std::vector<Block> blocks;
};

enum class DocumentFormat : uint8_t { kText, kMarkdown, kHtml };

/// "text", "markdown", "html": what is stored.
std::string_view FormatName(DocumentFormat format);

/// `source` is UTF-8 and under 4 GiB; spans refer to it. `name` is the title of last resort.
ParsedDocument ParseText(std::string_view source, std::string_view name);
ParsedDocument ParseMarkdown(std::string_view source, std::string_view name);
/// Nesting deeper than kMaxHtmlDepth must be refused before (see HtmlDepthBound).
ParsedDocument ParseHtml(std::string_view source, std::string_view name);

/// An upper bound of how deep the tree of `source` can get: the parser's own cost and stack grow
/// with it.
size_t HtmlDepthBound(std::string_view source);
inline constexpr size_t kMaxHtmlDepth = 2048;

/// Decodes one character reference at source[at] == '&': its text and how many bytes it took; an
/// unknown one gives an empty text and 0.
struct DecodedReference {
  std::string text;
  size_t bytes = 0;
};
DecodedReference DecodeReference(std::string_view source, size_t at);

/// "en", "zh", "ja", "ko", "ru", ... from scripts and the commonest words; "und" when unsure.
std::string DetectLanguage(std::string_view text);

}  // namespace kith::rag

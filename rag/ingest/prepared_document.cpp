// SPDX-License-Identifier: Apache-2.0
// See prepared_document.h.
#include "rag/ingest/prepared_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "engine/base/utf8.h"
#include "rag/byte_hash.h"

namespace kith::rag {
namespace {

/// Part of every checksum: raise it when the parsers or the chunker give something else.
constexpr std::string_view kParserVersion = "3";

constexpr size_t kMinHeadingWords = 2;
constexpr size_t kMinHeadingSingles = 3;

Status Refused(const RawDocument& raw, std::string_view fact, std::string_view advice) {
  return Status(StatusCode::kInvalidArgument, fmt::format("'{}' {}; {}", raw.uri, fact, advice));
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v\xEF\xBB\xBF") == std::string_view::npos;
}

/// By its byte order mark, which is no UTF-8.
bool IsUtf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

Status CheckSource(const RawDocument& raw, size_t max_bytes) {
  if (raw.source.size() > max_bytes) {
    return Refused(
        raw,
        fmt::format("is {} bytes, and documents are limited to {}", raw.source.size(), max_bytes),
        "split it into smaller files, or raise the limit on documents");
  }
  if (IsBlank(raw.source)) return Refused(raw, "is empty", "there is nothing to ingest");
  if (const size_t bad = FindBadUtf8(raw.source); bad != raw.source.size()) {
    return Refused(raw, fmt::format("is not UTF-8 text (byte {})", bad),
                   fmt::format("convert it, for example with iconv -f {} -t UTF-8",
                               IsUtf16(raw.source) ? "UTF-16" : "ISO-8859-1"));
  }
  if (const size_t zero = raw.source.find('\0'); zero != std::string::npos) {
    return Refused(
        raw, fmt::format("holds a zero byte (byte {})", zero),
        "it looks like a binary file; only text, Markdown, HTML and JSON lines are read");
  }
  if (raw.format == DocumentFormat::kHtml) {
    const size_t depth = HtmlDepthBound(raw.source);
    if (depth > kMaxHtmlDepth) {
      return Refused(
          raw,
          fmt::format("nests HTML elements {} deep, and {} is the limit", depth, kMaxHtmlDepth),
          "close its elements, or convert it to Markdown or text");
    }
  }
  return Status::Ok();
}

ParsedDocument Parse(const RawDocument& raw) {
  std::string_view name = raw.uri;
  name = name.substr(name.rfind('/') + 1);
  if (const size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0) {
    name = name.substr(0, dot);
  }
  switch (raw.format) {
    case DocumentFormat::kMarkdown: return ParseMarkdown(raw.source, name);
    case DocumentFormat::kHtml: return ParseHtml(raw.source, name);
    case DocumentFormat::kText: break;
  }
  if (raw.title.empty()) return ParseText(raw.source, name);
  // A JSON line says its title: the text has no title line of its own.
  ParsedDocument document = ParseText(raw.source, raw.title);
  document.title = raw.title;
  for (Block& block : document.blocks) {
    if (block.kind == BlockKind::kHeading) block.kind = BlockKind::kParagraph;
  }
  return document;
}

void AddName(NameKind kind, std::string_view text, std::vector<IntroducedName>* names) {
  for (std::string& form : NameForms(text)) {
    IntroducedName name{kind, std::move(form), {}};
    name.key = NameKey(name.name);
    if (!IsUsefulKey(name.key)) continue;
    const auto same = std::find_if(names->begin(), names->end(),
                                   [&](const auto& known) { return known.key == name.key; });
    if (same == names->end()) {
      names->push_back(std::move(name));
    } else if (name.kind < same->kind || (name.kind == same->kind && name.name < same->name)) {
      *same = std::move(name);
    }
    if (kind == NameKind::kTitle) kind = NameKind::kAlias;  // the form without its suffix
  }
}

/// A heading of one word ("History", "Works", "License") commonly says what part of a document this
/// is; as a name it would be found in every text and in longer names.
bool IsNameOfItsOwn(std::string_view heading) {
  const std::vector<NameWord> words = CutNameWords(heading);
  const bool unspaced = !words.empty() && words.front().is_single;
  return words.size() >= (unspaced ? kMinHeadingSingles : kMinHeadingWords);
}

PreparedChunk PrepareChunk(Chunk chunk, std::string_view uri) {
  PreparedChunk prepared;
  prepared.words = CutNameWords(chunk.text.text());
  for (const std::string& heading : chunk.headings) {
    if (IsNameOfItsOwn(heading)) AddName(NameKind::kHeading, heading, &prepared.names);
  }
  for (const ChunkLink& link : chunk.links) {
    const std::string target = ResolveLink(uri, link.target);
    if (target.empty() || target == uri) continue;
    AddName(NameKind::kLink, link.text, &prepared.names);
    const bool known = std::any_of(prepared.links.begin(), prepared.links.end(),
                                   [&](const auto& other) { return other.uri == target; });
    if (!known) prepared.links.push_back({target, link.text});
  }
  prepared.chunk = std::move(chunk);
  return prepared;
}

}  // namespace

std::string_view NameKindWord(NameKind kind) {
  switch (kind) {
    case NameKind::kTitle: return "title";
    case NameKind::kAlias: return "alias";
    case NameKind::kHeading: return "heading";
    case NameKind::kLink: return "link";
  }
  return "title";
}

bool FormatOfPath(std::string_view path, DocumentFormat* format) {
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(path.substr(dot + 1));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == "md" || ending == "markdown") {
    *format = DocumentFormat::kMarkdown;
  } else if (ending == "html" || ending == "htm") {
    *format = DocumentFormat::kHtml;
  } else if (ending == "txt" || ending == "text") {
    *format = DocumentFormat::kText;
  } else {
    return false;
  }
  return true;
}

std::string Checksum(const RawDocument& raw) {
  uint64_t first = HashBytes(kParserVersion, 0x243F6A8885A308D3ull);
  first = HashBytes(FormatName(raw.format), first);
  first = HashBytes(raw.title, first);
  const uint64_t low = HashBytes(raw.source, first);
  const uint64_t high = HashBytes(raw.source, ~first * 0xD6E8FEB86659FD93ull);
  return fmt::format("{:016x}{:016x}", high, low);
}

std::string ResolveLink(std::string_view base, std::string_view target) {
  std::string decoded;
  for (size_t i = 0; i < target.size(); ++i) {
    const auto digit = [&](size_t at) {
      return at < target.size() && std::isxdigit(static_cast<unsigned char>(target[at])) != 0;
    };
    if (target[i] == '#' || target[i] == '?') break;
    if (target[i] == '%' && digit(i + 1) && digit(i + 2)) {
      decoded += static_cast<char>(std::stoi(std::string(target.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      decoded += target[i];
    }
  }
  if (decoded.empty() || !IsUtf8(decoded)) return {};
  const size_t colon = decoded.find(':');
  if (colon != std::string::npos && colon < decoded.find('/')) return decoded;  // has a scheme
  std::string joined = decoded.front() == '/'
                           ? decoded.substr(1)
                           : std::string(base.substr(0, base.rfind('/') + 1)) + decoded;
  std::vector<std::string_view> parts;
  std::string_view rest = joined;
  while (!rest.empty()) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != "." && part != "..") {
      parts.push_back(part);
    }
  }
  std::string uri;
  for (const std::string_view part : parts) {
    if (!uri.empty()) uri += '/';
    uri += part;
  }
  return uri;
}

Result<PreparedDocument> PrepareDocument(RawDocument raw, size_t max_bytes) {
  KITH_RETURN_IF_ERROR(CheckSource(raw, max_bytes));
  ParsedDocument parsed = Parse(raw);
  PreparedDocument document;
  document.language =
      parsed.language.empty() ? DetectLanguage(raw.source) : std::move(parsed.language);
  parsed.language = document.language;
  AddName(NameKind::kTitle, parsed.title, &document.names);
  for (const std::string& alias : parsed.aliases) {
    AddName(NameKind::kAlias, alias, &document.names);
  }
  for (Chunk& chunk : CutChunks(parsed)) {
    document.chunks.push_back(PrepareChunk(std::move(chunk), raw.uri));
  }
  if (document.chunks.empty()) {
    return Refused(raw, "holds no text besides headings and menus", "there is nothing to ingest");
  }
  document.checksum = Checksum(raw);
  document.format = FormatName(raw.format);
  document.title = std::move(parsed.title);
  document.uri = std::move(raw.uri);
  document.source = std::move(raw.source);
  return document;
}

}  // namespace kith::rag

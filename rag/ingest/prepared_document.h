// SPDX-License-Identifier: Apache-2.0
// A document made ready outside any transaction: checked, parsed, cut, its names and links worked
// out. What is left for the transaction is to write it.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"

namespace kith::rag {

/// Why a name is in the dictionary, the strongest first.
enum class NameKind : uint8_t { kTitle = 0, kAlias = 1, kHeading = 2, kLink = 3 };

/// "title", "alias", "heading", "link".
std::string_view NameKindWord(NameKind kind);

struct IntroducedName {
  NameKind kind = NameKind::kTitle;
  std::string name;  ///< As written.
  std::string key;
};

struct PreparedLink {
  std::string uri;  ///< Resolved against the document's own uri; no fragment.
  std::string text;
};

struct PreparedChunk {
  Chunk chunk;
  std::vector<NameWord> words;        ///< Of the chunk's text.
  std::vector<IntroducedName> names;  ///< One for each key.
  std::vector<PreparedLink> links;    ///< One for each uri.
  std::vector<float> vector;          ///< Empty: none is written.
};

struct PreparedDocument {
  std::string uri;
  std::string title;
  std::string language;
  std::string format;
  std::string checksum;
  std::string source;
  std::vector<IntroducedName> names;  ///< Titles and aliases; one for each key.
  std::vector<PreparedChunk> chunks;
};

/// What to make a document from.
struct RawDocument {
  std::string uri;
  std::string title;  ///< Of JSON lines; else empty, and the markup or the uri gives it.
  DocumentFormat format = DocumentFormat::kText;
  std::string source;
};

/// InvalidArgument naming the document and what to do: not UTF-8 (with the offset), a zero byte,
/// nothing but white space or headings, HTML nested too deeply, more than max_bytes.
Result<PreparedDocument> PrepareDocument(RawDocument raw, size_t max_bytes);

/// By the ending of a path; false for one that is not read.
bool FormatOfPath(std::string_view path, DocumentFormat* format);

/// Of the contents, the title and the version of the parsers: equal means nothing to do.
std::string Checksum(const RawDocument& raw);

/// `target` as a uri, seen from the document `base`: relative paths are joined and "." and ".."
/// resolved, percent signs decoded, fragments and queries dropped. Empty for a mere fragment.
std::string ResolveLink(std::string_view base, std::string_view target);

}  // namespace kith::rag

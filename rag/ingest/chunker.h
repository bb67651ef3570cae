// SPDX-License-Identifier: Apache-2.0
// Cuts a parsed document into chunks: the unit that is indexed, retrieved and cited from. A chunk
// is a run of whole blocks under one heading where they fit; a block that is too long is cut
// between sentences, a sentence that is too long between words.
//
// Invariants: chunks are in reading order and do not overlap; [begin, end) of a chunk covers the
// source of all its text; a chunk's text is never empty.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rag/ingest/parsed_document.h"
#include "rag/ingest/source_text.h"

namespace kith::rag {

struct ChunkOptions {
  /// Blocks are joined while the chunk stays under this. About 200 English words: the size that
  /// passage-retrieval collections use, and that leaves one subject to a chunk.
  size_t target_bytes = 1200;
  /// A single block may be this long before it is cut.
  size_t max_bytes = 2400;
};

struct ChunkLink {
  std::string text;
  std::string target;
};

struct Chunk {
  std::string heading;                ///< "History > The bridge"; without the document's title.
  std::vector<std::string> headings;  ///< Those that begin in this chunk; no title.
  MappedText text;
  ByteSpan span;  ///< Bytes of the source.
  std::vector<ChunkLink> links;
};

std::vector<Chunk> CutChunks(const ParsedDocument& document, const ChunkOptions& options = {});

/// Half-open byte ranges of the sentences of `text`, white space around them left out. By ICU's
/// rules with the language's abbreviations; a line break ends a sentence, too.
std::vector<std::pair<size_t, size_t>> CutSentences(std::string_view text,
                                                    std::string_view language);

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Which chunks hold a word: so that a name introduced by a later document finds the earlier chunks
// that mention it, in the same transaction. The text index cannot serve for this: it stems, and
// cuts Chinese by a dictionary, while a mention is an exact run of folded words.
//
// Terms are folded words; for scripts without spaces, pairs of neighbouring characters. A term's
// chunks are kept in blocks of ascending node ids. A new chunk would add one entry to a block for
// each of its words, so it waits first, as one entry with all its terms, until there are so many
// that one write of a block serves several of them: a small transaction costs little more for each
// chunk than a large one. All of it lies in the text key space, under a prefix that no text index
// uses (index ids count up from 1).
//
// Thread safety: that of the KeySpaceWriter; writers must not overlap (GraphWriter's lock).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "rag/ingest/names.h"
#include "storage/key_space.h"

namespace kith::rag {

/// The distinct terms of a text, in no order that means anything.
std::vector<uint64_t> TermsOf(std::span<const NameWord> words);

struct ChunkTerms {
  NodeId chunk;
  std::vector<uint64_t> terms;  ///< What TermsOf gave.
};

/// The waiting chunks as they were read last, and the stamp of the contents they were read from:
/// each change of them writes a new stamp, so that a copy of another state is told by it and read
/// again. Starts empty; belongs to one database. No stamp: nothing was read, or a change failed.
struct WaitingChunks {
  std::optional<uint64_t> stamp;
  std::set<NodeId> chunks;
  std::unordered_map<uint64_t, std::vector<NodeId>> chunks_of;  ///< By term.
  size_t pairs = 0;                                             ///< Of a term and a chunk.
};

/// The chunks must be new to the lookup.
Status AddTerms(std::span<const ChunkTerms> added, WaitingChunks* waiting,
                storage::KeySpaceWriter* keys);
/// Takes a chunk out; its terms are those it was added with.
Status RemoveTerms(const ChunkTerms& removed, WaitingChunks* waiting,
                   storage::KeySpaceWriter* keys);
/// Chunks that hold all terms, ascending: candidates that may hold the name. No terms: none.
Result<std::vector<NodeId>> FindChunks(std::span<const uint64_t> terms, WaitingChunks* waiting,
                                       storage::KeySpaceReader* keys);
/// Every (term, chunk) pair, for tests: the lookup is a function of the chunks.
Result<std::vector<std::pair<uint64_t, NodeId>>> AllTerms(storage::KeySpaceReader* keys);

}  // namespace kith::rag

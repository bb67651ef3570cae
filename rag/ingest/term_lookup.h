// SPDX-License-Identifier: Apache-2.0
// Which chunks hold a word: so that a name introduced by a later document finds the earlier chunks
// that mention it, in the same transaction. The text index cannot serve for this: it stems, and
// cuts Chinese by a dictionary, while a mention is an exact run of folded words.
//
// Terms are folded words; for scripts without spaces, pairs of neighbouring characters. A term's
// chunks are kept in blocks of ascending node ids in the text key space, under a prefix that no
// text index uses (index ids count up from 1).
//
// Thread safety: that of the KeySpaceWriter.
#pragma once

#include <cstdint>
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

/// Terms and the chunks that hold them, to be added in one go: many chunks share one write.
using TermBatch = std::unordered_map<uint64_t, std::vector<NodeId>>;

/// The chunks must be new to the lookup.
Status AddTerms(TermBatch* batch, storage::KeySpaceWriter* keys);
/// Takes a chunk out; `terms` are those it was added with.
Status RemoveTerms(NodeId chunk, std::span<const uint64_t> terms, storage::KeySpaceWriter* keys);
/// Chunks that hold all terms, ascending: candidates that may hold the name. No terms: none.
Result<std::vector<NodeId>> FindChunks(std::span<const uint64_t> terms,
                                       storage::KeySpaceReader* keys);
/// Every (term, chunk) pair, for tests: the lookup is a function of the chunks.
Result<std::vector<std::pair<uint64_t, NodeId>>> AllTerms(storage::KeySpaceReader* keys);

}  // namespace kith::rag

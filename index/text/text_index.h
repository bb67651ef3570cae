// SPDX-License-Identifier: Apache-2.0
// Searching text indexes: BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework",
// 2009, section 3; idf = ln(1 + (N - df + 0.5) / (df + 0.5))) over words, prefixes and phrases.
// Where words are stemmed, half of a word's score is for the stem and half for the word as the
// query has it.
//
// Query language of Search, a subset of Lucene's:
//   graph database      either word (more is better)
//   +graph -relational  must be there, must not be there
//   AND, OR, NOT        in capitals, and &&, ||, !, work too
//   "knowledge graph"   the words next to each other, in order
//   data*               words that begin so
//   title:graph         in that property only
//   (a b) c^2           grouping; ^ multiplies the score
// A backslash takes the next character literally. SearchWords takes any text as plain words and has
// no syntax, so it cannot fail on a user's question.
//
// Thread safety: a searcher may be used by several threads at once, each with its own view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/index_definition.h"
#include "storage/read_view.h"

namespace kith::index {

/// One entity found. `entity` is the bits of a NodeId or RelId, as the index is.
struct TextHit {
  uint64_t entity = 0;
  double score = 0;

  NodeId node() const { return NodeId(entity); }
  RelId relationship() const { return RelId(entity); }
};

struct TextSearchOptions {
  size_t limit = 10;  ///< The best so many; ties go to the smaller id.
  /// Only entities for which this is true; null means all. Called once for each candidate.
  std::function<bool(uint64_t entity)> accept;
  const Interrupt* interrupt = nullptr;  ///< Borrowed; may be null.
};

/// A matched word: bytes [begin, end) of the text.
struct TextSpan {
  size_t begin = 0;
  size_t end = 0;

  bool operator==(const TextSpan&) const = default;
};

struct TextIndexSize {
  uint64_t documents = 0;
  double average_length = 0;  ///< In words, weighted.
};

class TextSearcher {
 public:
  /// `cache_bytes` bounds the memory for decoded posting lists.
  explicit TextSearcher(size_t cache_bytes);
  ~TextSearcher();
  TextSearcher(const TextSearcher&) = delete;
  TextSearcher& operator=(const TextSearcher&) = delete;

  /// Best first, scores above 0. A malformed query is an ArgumentError naming the byte;
  /// a query without any word (all punctuation, or only excluded words) finds nothing.
  Result<std::vector<TextHit>> Search(storage::ReadView* view, const IndexDefinition& index,
                                      std::string_view query, const TextSearchOptions& options);
  /// Any of the words of `text`, without syntax.
  Result<std::vector<TextHit>> SearchWords(storage::ReadView* view, const IndexDefinition& index,
                                           std::string_view text, const TextSearchOptions& options);

  /// Entities that have the word (after analysis), for planning and for weighting.
  Result<uint64_t> DocumentFrequency(storage::ReadView* view, const IndexDefinition& index,
                                     std::string_view word);
  Result<TextIndexSize> Size(storage::ReadView* view, const IndexDefinition& index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The words of `text` that the query matches, in order: for showing why a result was found. A
/// phrase lights up as one span from its first word to its last.
Result<std::vector<TextSpan>> HighlightQuery(const IndexDefinition& index, std::string_view query,
                                             std::string_view text);
/// The same for SearchWords.
std::vector<TextSpan> HighlightWords(const IndexDefinition& index, std::string_view words,
                                     std::string_view text);

}  // namespace kith::index

// SPDX-License-Identifier: Apache-2.0
// The query language of text indexes (see text_index.h) as a tree of analysed words.
//
// Thread safety: a parsed query is immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "index/index_definition.h"
#include "index/text/analyzer.h"

namespace kith::index {

enum class Occurrence : uint8_t { kShould, kMust, kMustNot };

struct TextQueryNode {
  enum class Kind : uint8_t { kWord, kPrefix, kPhrase, kGroup };

  Kind kind = Kind::kGroup;
  Occurrence occurrence = Occurrence::kShould;  ///< In the group that holds it.
  double boost = 1;
  uint32_t properties = UINT32_MAX;  ///< The set in which it must be found.
  /// One for kWord, two or more for kPhrase. For kPrefix the terms that match besides those with
  /// the prefix.
  std::vector<QueryWord> words;
  std::string prefix;                ///< kPrefix.
  std::vector<TextQueryNode> parts;  ///< kGroup.
};

/// The root is a group. ArgumentError with the place in the query when it is malformed.
Result<TextQueryNode> ParseTextQuery(const IndexDefinition& index, std::string_view query);
/// Every word of the text as a kShould word; repeats raise the boost.
Result<TextQueryNode> WordsQuery(const IndexDefinition& index, std::string_view text);

}  // namespace kith::index

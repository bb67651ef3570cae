// SPDX-License-Identifier: Apache-2.0
// Matches a parsed query against one text in memory: for phrases, whose word order the postings do
// not keep, and for highlights.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "index/index_definition.h"
#include "index/text/analyzer.h"
#include "index/text/text_index.h"
#include "index/text/text_query.h"
#include "index/text/text_writer.h"

namespace kith::index {

/// The analysed texts of one entity.
struct AnalyzedDocument {
  struct Text {
    size_t property = 0;
    AnalyzedText analyzed;
  };
  std::vector<Text> texts;
};

Result<AnalyzedDocument> AnalyzeForMatching(const IndexDefinition& index,
                                            const std::vector<PropertyText>& texts);

/// True when one of the texts in the node's properties has the words of the phrase in a row.
bool HasPhrase(const AnalyzedDocument& document, const TextQueryNode& phrase);

/// Spans of the words that the node's positive parts match, unsorted, perhaps overlapping.
void AddMatches(const TextQueryNode& node, const AnalyzedText& text, std::vector<TextSpan>* spans);

}  // namespace kith::index

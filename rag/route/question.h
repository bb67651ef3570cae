// SPDX-License-Identifier: Apache-2.0
// A question as the router, the retriever and the generator see it: its language, the entities it
// names, and the words that are left when those are taken out.
//
// Thread safety: values; ReadQuestion reads through the view of its thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/graph_names.h"
#include "storage/read_view.h"

namespace kith::rag {

/// An entity that the question names, at bytes [begin, end) of its text.
struct LinkedEntity {
  NodeId node;
  std::string key;
  std::string name;
  size_t begin = 0;
  size_t end = 0;
  uint32_t introduced = 0;  ///< By titles, aliases and headings: more than one is ambiguous.
  uint32_t mentioned = 0;   ///< Chunks that mention it: fewer is more selective.
};

struct Question {
  std::string text;
  std::string language;                ///< "en", "zh", ...
  std::vector<LinkedEntity> entities;  ///< In order of begin; they do not overlap; each once.
  std::string rest;                    ///< The text without the entities' names.
};

/// The longest names at each place are linked. `indexes.entity_key` null (nothing was ever
/// ingested) links nothing. InvalidArgument for a question that is empty, too long or not UTF-8.
Result<Question> ReadQuestion(std::string_view text, storage::ReadView* view,
                              const RagIndexes& indexes, const GraphNames& names);

/// Longer questions are refused: they are documents.
inline constexpr size_t kMaxQuestionBytes = 16 << 10;

}  // namespace kith::rag

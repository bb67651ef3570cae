// SPDX-License-Identifier: Apache-2.0
// Brings a retrieval to a generator and its draft back as an answer with citations: loads what the
// generator reads, and quotes the cited bytes from the stored sources.
//
// Thread safety: an answerer belongs to the thread of its view.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "index/text/text_index.h"
#include "rag/generate/generator.h"
#include "rag/ingest/graph_names.h"
#include "rag/ingest/term_lookup.h"
#include "rag/types.h"
#include "storage/read_view.h"

namespace kith::rag {

class Answerer {
 public:
  /// All borrowed.
  Answerer(storage::ReadView* view, index::TextSearcher* searcher, const RagIndexes* indexes,
           const GraphNames* names)
      : view_(*view), searcher_(*searcher), indexes_(*indexes), names_(*names) {}

  Result<kith::rag::Answer> Answer(const Generator& generator, const Question& question,
                                   Retrieval retrieval);

 private:
  Status LoadPassages(const std::vector<Passage>& passages, std::vector<SourcedPassage>* sourced);
  Status LoadNames(std::vector<SourcedPassage>* sourced, std::vector<KnownName>* known);
  Result<double> ChunksWith(std::string_view word);
  Status Cite(const std::vector<SourcedPassage>& sourced, const Draft& draft,
              kith::rag::Answer* answer);

  storage::ReadView& view_;
  index::TextSearcher& searcher_;
  const RagIndexes& indexes_;
  const GraphNames& names_;
  WaitingChunks waiting_;
};

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// What a question's vector says of chunks: the nearest ones, and how near any other one is.
//
// Thread safety: a search belongs to the thread of its view.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/vector/vector_index.h"
#include "query/procedure.h"
#include "rag/ingest/graph_names.h"
#include "rag/model/database_model.h"
#include "storage/read_view.h"

namespace kith::rag {

struct DenseHit {
  NodeId chunk;
  double cosine = 0;  ///< Of the chunk's vector and the question's: -1 to 1.
};

class DenseSearch {
 public:
  /// The search for a question's route. Null where vectors play no part: the route is "text", the
  /// database has no model, or no vectors were made. For the route "dense", which has nothing else,
  /// these are errors that say what to do. The error of CheckSameModel when the vectors are of
  /// another model. `context`, `searcher` and `index` (may be null) are borrowed.
  static Result<std::unique_ptr<DenseSearch>> ForQuestion(
      query::ProcedureContext& context, const DatabaseModel* model, index::VectorSearcher* searcher,
      const index::IndexDefinition* index, std::string_view question, std::string_view route);

  /// `index` is over the chunks' vectors, by cosine; `question` is of the model that made them. All
  /// borrowed but the question.
  DenseSearch(storage::ReadView* view, index::VectorSearcher* searcher,
              const index::IndexDefinition* index, std::span<const float> question,
              const Interrupt* interrupt)
      : view_(*view),
        searcher_(*searcher),
        index_(*index),
        question_(question.begin(), question.end()),
        interrupt_(*interrupt) {}

  /// Fills hits() with the nearest `limit` chunks.
  Status Search(size_t limit);
  /// Nearest first.
  const std::vector<DenseHit>& hits() const { return hits_; }

  /// Compares the chunks that were not compared yet.
  Status Compare(std::span<const NodeId> chunks);
  /// The cosine over that of the nearest chunk: 0 to 1, and 0 for a chunk that was not compared,
  /// has no vector, or points away.
  double Share(NodeId chunk) const;

 private:
  Status Run(const index::VectorSearchOptions& options, std::vector<DenseHit>* hits);

  storage::ReadView& view_;
  index::VectorSearcher& searcher_;
  const index::IndexDefinition& index_;
  std::vector<double> question_;
  const Interrupt& interrupt_;
  std::vector<DenseHit> hits_;
  std::unordered_map<NodeId, double> cosines_;
};

/// One sentence when chunks have no vector, and what to do; empty when all have one. `indexes` are
/// those of the view.
Result<std::string> LackOfVectors(storage::ReadView* view, const RagIndexes& indexes,
                                  const GraphNames& names);

}  // namespace kith::rag

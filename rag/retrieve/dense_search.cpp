// SPDX-License-Identifier: Apache-2.0
// See dense_search.h.
#include "rag/retrieve/dense_search.h"

#include <fmt/format.h>

#include <algorithm>

#include "index/vector/vector_keys.h"

namespace kith::rag {

Result<std::unique_ptr<DenseSearch>> DenseSearch::ForQuestion(
    query::ProcedureContext& context, const DatabaseModel* model, index::VectorSearcher* searcher,
    const index::IndexDefinition* index, std::string_view question, std::string_view route) {
  if (route == "text") return std::unique_ptr<DenseSearch>();
  if (model == nullptr || index == nullptr) {
    if (route != "dense") return std::unique_ptr<DenseSearch>();
    return Status(StatusCode::kInvalidArgument,
                  model == nullptr
                      ? "the route 'dense' needs the vectors of an embedding model, and this "
                        "database is open without one; open it with --embedding-model NAME in the "
                        "shell, Options::embedding_model in C++"
                      : "the route 'dense' needs vectors, and there is no index over those of the "
                        "chunks; CALL rag.embed() makes both");
  }
  KITH_ASSIGN_OR_RETURN(const std::vector<float> vector,
                        model->EmbedText(question, &context.interrupt));
  return std::make_unique<DenseSearch>(&context.transaction.view(), searcher, index, vector,
                                       &context.interrupt);
}

Status DenseSearch::Search(size_t limit) {
  index::VectorSearchOptions options;
  options.limit = limit;
  return Run(options, &hits_);
}

Status DenseSearch::Compare(std::span<const NodeId> chunks) {
  std::vector<uint64_t> unknown;
  for (const NodeId chunk : chunks) {
    if (!cosines_.contains(chunk)) unknown.push_back(chunk.bits());
  }
  if (unknown.empty()) return Status::Ok();
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  index::VectorSearchOptions options;
  options.limit = unknown.size();
  options.entities = &unknown;
  std::vector<DenseHit> compared;
  return Run(options, &compared);
}

double DenseSearch::Share(NodeId chunk) const {
  const auto found = cosines_.find(chunk);
  if (found == cosines_.end() || hits_.empty() || found->second <= 0) return 0;
  return found->second / std::max(found->second, hits_.front().cosine);
}

Status DenseSearch::Run(const index::VectorSearchOptions& options, std::vector<DenseHit>* hits) {
  index::VectorSearchOptions used = options;
  used.interrupt = &interrupt_;
  KITH_ASSIGN_OR_RETURN(const auto found, searcher_.Search(&view_, index_, question_, used));
  hits->clear();
  for (const index::VectorHit& hit : found) {
    const double cosine = 2 * hit.score - 1;  // Scores are (1 + cosine) / 2.
    hits->push_back({hit.node(), cosine});
    cosines_[hit.node()] = cosine;
  }
  return Status::Ok();
}

Result<std::string> LackOfVectors(storage::ReadView* view, const RagIndexes& indexes,
                                  const GraphNames& names) {
  if (!indexes.complete()) return std::string();
  KITH_ASSIGN_OR_RETURN(const auto statistics, view->GetStatistics());
  const auto chunks = static_cast<int64_t>(statistics->NodeCount(names.chunk));
  int64_t vectors = 0;
  if (const index::IndexDefinition* index = indexes.chunk_vector) {
    KITH_ASSIGN_OR_RETURN(vectors, view->keys().Counter(index::VectorCountKey(index->id)));
  }
  if (vectors >= chunks) return std::string();
  return fmt::format(
      "{} of {} chunks have no vector and were found by their words alone; CALL rag.embed() makes "
      "the vectors.",
      chunks - vectors, chunks);
}

}  // namespace kith::rag

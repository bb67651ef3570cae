// SPDX-License-Identifier: Apache-2.0
// Finds the passages for a question: text search gives seeds, and so does the question's vector
// where the database has a model; the entities that the question names give more, and activation
// spreads from them over mentions, titles and links, hop by hop. Passages are ordered by
// activation, text score, the score of the words that no entity's name covers, and nearness to the
// question's vector; the dense order, or without a model the text order, follows as a fallback.
// Every passage knows the path that brought it.
//
// Sources: seeds and beam over a title-mention graph as in the field's no-LLM systems; spreading
// activation after Collins and Loftus (1975). The constants without a model were chosen on three
// public question sets; those of the vectors on one of them and confirmed on the two others.
//
// Thread safety: a retriever belongs to the thread of its view.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "index/text/text_index.h"
#include "query/procedure.h"
#include "rag/ingest/graph_names.h"
#include "rag/retrieve/dense_search.h"
#include "rag/route/question.h"
#include "rag/types.h"

namespace kith::rag {

struct RetrieveWeights {
  size_t text_seeds = 3;       ///< 2 to 3 are best; with ten the graph says nothing new.
  double text_seed = 0.5;      ///< Activation of the best text hit as a seed.
  double text_seed_power = 3;  ///< How fast that falls with the score.
  double decay = 0.65;         ///< Activation kept along a mention, title or link.
  double backward = 0.3;       ///< From an entity to a passage that mentions it, over sqrt(degree).
  double floor = 0.02;         ///< Less activation does not spread.
  size_t beam = 16;            ///< Passages that spread in one hop.
  size_t depth = 3;            ///< Hops of the analytical route.
  uint32_t hub_mentions = 200;  ///< An entity with more is not followed backwards.
  double graph = 3;             ///< Weight of activation in the score,
  double text = 0.5;            ///< of the text score,
  double rest = 0.5;            ///< of the text score of the words outside entity names,
  double parent = 0.3;          ///< and of the text score of the passage that led here.
  // Of the question's vector; nothing without one.
  size_t dense_seeds = 0;
  double dense_seed = 0;        ///< Activation of the nearest chunk as a seed.
  double dense_seed_power = 3;  ///< How fast that falls with nearness.
  double dense = 0;             ///< Weight of nearness in the score,
  double dense_parent = 0;      ///< and of that of the passage that led here.

  static RetrieveWeights WithVectors();
};

class Retriever {
 public:
  /// All borrowed. `dense` is null without vectors; the route "dense" must have it.
  Retriever(query::ProcedureContext* context, index::TextSearcher* searcher, DenseSearch* dense,
            const RagIndexes* indexes, const GraphNames* names)
      : context_(*context),
        view_(context->transaction.view()),
        searcher_(*searcher),
        dense_(dense),
        indexes_(*indexes),
        names_(*names),
        weights_(dense == nullptr ? RetrieveWeights() : RetrieveWeights::WithVectors()) {}

  Result<Retrieval> Retrieve(const Question& question, const RetrieveOptions& options);
  /// The decision alone.
  Result<Route> Plan(const Question& question, const RetrieveOptions& options);

 private:
  /// How activation reached a chunk.
  struct Arrival {
    double activation = 0;
    NodeId parent;              ///< The chunk that it came from; kQuestionNode for a seed.
    NodeId entity = kNoNode;    ///< On the way; none where a link or text led here.
    NodeId document = kNoNode;  ///< On the way, when the step went through one.
    std::string_view kind;      ///< "text", "dense", "about", "mentioned-by", "links".
  };
  using Arrivals = std::unordered_map<NodeId, Arrival>;

  Status SearchText(const Question& question);
  Status SearchDense(const RetrieveOptions& options);
  Status Spread(const Question& question, const Route& route);
  void SeedText();
  void SeedDense();
  Status SeedEntities(const Question& question);
  Status TakeHop(const Route& route, const std::vector<NodeId>& frontier, bool with_entities,
                 Arrivals* next);
  Status BackwardNames(const std::vector<NodeId>& frontier);
  Status Arrive(NodeId target, Arrival arrival, Arrivals* next);
  Result<const std::vector<NodeId>*> ChunksOf(NodeId document);
  std::vector<NodeId> Beam(const Arrivals& next);
  Status MeasureLinkage();

  using Ranked = std::vector<std::pair<double, NodeId>>;  ///< Best first.
  Result<Ranked> Rank(const Question& question, const Route& route, const RetrieveOptions& options);
  Result<Ranked> RankAll(size_t limit);
  Ranked RankByText(size_t limit);
  Ranked RankByDense(size_t limit);
  std::vector<NodeId> Candidates() const;
  double ScoreOf(NodeId chunk, double best_rest) const;
  double TextShare(NodeId chunk) const;
  double RestScore(NodeId chunk) const;
  double DenseShare(NodeId chunk) const;
  Result<std::vector<Passage>> Passages(const Ranked& ranked);
  std::string_view ListThatBrought(NodeId chunk) const;
  std::vector<Hop> PathTo(NodeId chunk) const;
  Status NameHops(std::vector<Passage>* passages);
  Status DocumentsOf(std::vector<Passage>* passages);
  Evidence EvidenceOf(const std::vector<Passage>& passages) const;

  query::ProcedureContext& context_;
  storage::ReadView& view_;
  index::TextSearcher& searcher_;
  DenseSearch* dense_;  ///< Null, too, once no vector was found.
  const RagIndexes& indexes_;
  const GraphNames& names_;
  RetrieveWeights weights_;

  std::vector<index::TextHit> hits_;  ///< Best first.
  std::unordered_map<NodeId, double> text_scores_;
  std::unordered_map<NodeId, double> rest_scores_;
  std::unordered_map<NodeId, std::vector<NodeId>> chunks_of_;
  std::unordered_map<NodeId, NodeId> backward_parent_;  ///< Entity -> chunk whose title it is.
  std::unordered_map<NodeId, double> backward_weight_;
  std::unordered_map<NodeId, double> entity_activation_;
  Arrivals arrivals_;
  double linkage_factor_ = 1;
};

}  // namespace kith::rag

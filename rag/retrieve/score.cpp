// SPDX-License-Identifier: Apache-2.0
// The order of passages: one list alone, or all signals in one score.
#include <algorithm>
#include <unordered_set>

#include "rag/retrieve/retriever.h"

namespace kith::rag {
namespace {

/// Of the text order and of the dense order, this many compete with what the graph found; more
/// follow only as a fallback.
constexpr size_t kFill = 20;

}  // namespace

RetrieveWeights RetrieveWeights::WithVectors() {
  RetrieveWeights weights;
  // Nearness says much of what the words say; those outside the names are worth the more.
  weights.text = 0.25;
  weights.rest = 0.75;
  weights.dense_seeds = 2;
  weights.dense_seed = 0.3;
  weights.dense = 0.5;
  weights.dense_parent = 0.25;
  return weights;
}

double Retriever::TextShare(NodeId chunk) const {
  const auto found = text_scores_.find(chunk);
  return found == text_scores_.end() ? 0 : found->second / hits_.front().score;
}

double Retriever::RestScore(NodeId chunk) const {
  const auto found = rest_scores_.find(chunk);
  return found == rest_scores_.end() ? 0 : found->second;
}

double Retriever::DenseShare(NodeId chunk) const {
  return dense_ == nullptr ? 0 : dense_->Share(chunk);
}

Retriever::Ranked Retriever::RankByText(size_t limit) {
  Ranked ranked;
  for (size_t i = 0; i < std::min(limit, hits_.size()); ++i) {
    ranked.emplace_back(hits_[i].score, hits_[i].node());
    arrivals_[hits_[i].node()] = {0, kQuestionNode, kNoNode, kNoNode, "text"};
  }
  return ranked;
}

Retriever::Ranked Retriever::RankByDense(size_t limit) {
  Ranked ranked;
  const std::vector<DenseHit>& hits = dense_->hits();
  for (size_t i = 0; i < std::min(limit, hits.size()); ++i) {
    ranked.emplace_back(hits[i].cosine, hits[i].chunk);
    arrivals_[hits[i].chunk] = {0, kQuestionNode, kNoNode, kNoNode, "dense"};
  }
  return ranked;
}

std::vector<NodeId> Retriever::Candidates() const {
  std::vector<NodeId> candidates;
  for (const auto& [chunk, arrival] : arrivals_) candidates.push_back(chunk);
  for (size_t i = 0; i < std::min(kFill, hits_.size()); ++i) candidates.push_back(hits_[i].node());
  if (dense_ != nullptr) {
    const std::vector<DenseHit>& hits = dense_->hits();
    for (size_t i = 0; i < std::min(kFill, hits.size()); ++i) candidates.push_back(hits[i].chunk);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

double Retriever::ScoreOf(NodeId chunk, double best_rest) const {
  double score = weights_.text * TextShare(chunk);
  if (best_rest > 0) score += weights_.rest * RestScore(chunk) / best_rest;
  score += weights_.dense * DenseShare(chunk);
  const auto arrival = arrivals_.find(chunk);
  if (arrival == arrivals_.end()) return score;
  score += weights_.graph * linkage_factor_ * arrival->second.activation;
  const NodeId parent = arrival->second.parent;
  if (parent == kQuestionNode) return score;
  return score + weights_.parent * TextShare(parent) + weights_.dense_parent * DenseShare(parent);
}

Result<Retriever::Ranked> Retriever::RankAll(size_t limit) {
  const std::vector<NodeId> candidates = Candidates();
  if (dense_ != nullptr) KITH_RETURN_IF_ERROR(dense_->Compare(candidates));
  double best_rest = 0;
  for (const NodeId chunk : candidates) best_rest = std::max(best_rest, RestScore(chunk));
  Ranked ranked;
  for (const NodeId chunk : candidates) ranked.emplace_back(ScoreOf(chunk, best_rest), chunk);
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  // The rest of the dense order, then of the text order, below everything that was scored.
  double score = ranked.empty() ? 0 : ranked.back().first;
  std::unordered_set<NodeId> known(candidates.begin(), candidates.end());
  const auto append = [&](NodeId chunk) {
    if (ranked.size() >= limit || !known.insert(chunk).second) return;
    score *= 0.99;
    ranked.emplace_back(score, chunk);
  };
  if (dense_ != nullptr) {
    for (const DenseHit& hit : dense_->hits()) append(hit.chunk);
  }
  for (const index::TextHit& hit : hits_) append(hit.node());
  if (ranked.size() > limit) ranked.resize(limit);
  return ranked;
}

}  // namespace kith::rag

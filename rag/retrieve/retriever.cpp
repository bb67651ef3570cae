// SPDX-License-Identifier: Apache-2.0
// The search: seeds and hops. Scores are in score.cpp; what a passage looks like to the caller, in
// passages.cpp.
#include "rag/retrieve/retriever.h"

#include <algorithm>
#include <cmath>

#include "rag/route/router.h"

namespace kith::rag {
namespace {

using storage::Adjacency;
using storage::Direction;

/// Text hits that have a score of their own; beyond them it counts as nothing.
constexpr size_t kTextCandidates = 1000;
/// Chunks by nearness to the question's vector; no more are needed to fill a list of passages.
constexpr size_t kDenseCandidates = 100;
/// Mentions a passage above which the graph has its full weight. Measured at query time from the
/// counts that the commits keep: with hardly any links, activation is noise.
constexpr double kFullLinkage = 0.5;

Value IdList(const std::vector<NodeId>& nodes) {
  List list;
  list.reserve(nodes.size());
  for (const NodeId node : nodes) list.emplace_back(node.AsInteger());
  return Value(std::move(list));
}

NodeId IdOf(const Value& value) {
  return value.IsInteger() ? NodeId(static_cast<uint64_t>(value.AsInteger())) : kNoNode;
}

std::string_view KindOfHop(const Value& value) {
  static constexpr std::string_view kKinds[] = {"about", "links", "mentioned-by"};
  for (const std::string_view kind : kKinds) {
    if (value.IsString() && value.AsString() == kind) return kind;
  }
  return "about";
}

}  // namespace

Status Retriever::SearchText(const Question& question) {
  index::TextSearchOptions options;
  options.limit = kTextCandidates;
  options.interrupt = &context_.interrupt;
  KITH_ASSIGN_OR_RETURN(
      hits_, searcher_.SearchWords(&view_, *indexes_.chunk_text, question.text, options));
  for (const index::TextHit& hit : hits_) text_scores_[hit.node()] = hit.score;
  if (question.entities.empty()) {
    rest_scores_ = text_scores_;
    return Status::Ok();
  }
  KITH_ASSIGN_OR_RETURN(
      const std::vector<index::TextHit> rest,
      searcher_.SearchWords(&view_, *indexes_.chunk_text, question.rest, options));
  for (const index::TextHit& hit : rest) rest_scores_[hit.node()] = hit.score;
  return Status::Ok();
}

Status Retriever::MeasureLinkage() {
  KITH_ASSIGN_OR_RETURN(const auto statistics, view_.GetStatistics());
  const auto chunks = static_cast<double>(statistics->NodeCount(names_.chunk));
  const auto documents = static_cast<double>(statistics->NodeCount(names_.document));
  const auto mentions = static_cast<double>(statistics->RelationshipCount(names_.mentions)) +
                        static_cast<double>(statistics->RelationshipCount(names_.links_to));
  if (chunks == 0) return Status::Ok();
  // A document commonly mentions its own name once: that links nothing.
  const double linkage = std::max(0.0, mentions - documents) / chunks;
  linkage_factor_ = std::min(1.0, linkage / kFullLinkage);
  return Status::Ok();
}

Result<Route> Retriever::Plan(const Question& question, const RetrieveOptions& options) {
  if (indexes_.chunk_text != nullptr && hits_.empty()) {
    KITH_RETURN_IF_ERROR(SearchText(question));
  }
  return ChooseRoute(question, hits_, options.route, &view_, names_);
}

Result<Retrieval> Retriever::Retrieve(const Question& question, const RetrieveOptions& options) {
  Retrieval retrieval;
  KITH_ASSIGN_OR_RETURN(retrieval.route, Plan(question, options));
  if (!indexes_.complete()) return retrieval;
  KITH_ASSIGN_OR_RETURN(const Ranked ranked, Rank(question, retrieval.route, options));
  KITH_ASSIGN_OR_RETURN(retrieval.passages, Passages(ranked));
  retrieval.evidence = EvidenceOf(retrieval.passages);
  return retrieval;
}

Result<Retriever::Ranked> Retriever::Rank(const Question& question, const Route& route,
                                          const RetrieveOptions& options) {
  if (options.route == "text") return RankByText(options.limit);
  if (dense_ != nullptr) KITH_RETURN_IF_ERROR(SearchDense(options));
  if (options.route == "dense") return RankByDense(options.limit);
  KITH_RETURN_IF_ERROR(MeasureLinkage());
  KITH_RETURN_IF_ERROR(Spread(question, route));
  return RankAll(options.limit);
}

/// An index that no chunk is in yet says nothing: the ranking is then the one without a model.
Status Retriever::SearchDense(const RetrieveOptions& options) {
  KITH_RETURN_IF_ERROR(dense_->Search(std::max(options.limit, kDenseCandidates)));
  if (!dense_->hits().empty()) return Status::Ok();
  if (options.route != "dense") {
    dense_ = nullptr;
    weights_ = RetrieveWeights();
    return Status::Ok();
  }
  KITH_ASSIGN_OR_RETURN(const auto statistics, view_.GetStatistics());
  if (statistics->NodeCount(names_.chunk) == 0) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                "the route 'dense' needs vectors, and no chunk has one; CALL rag.embed() makes "
                "them");
}

Status Retriever::Spread(const Question& question, const Route& route) {
  SeedText();
  SeedDense();
  KITH_RETURN_IF_ERROR(SeedEntities(question));
  const size_t depth = route.kind == RouteKind::kFactual ? 1 : weights_.depth;
  std::vector<NodeId> frontier = Beam(arrivals_);
  for (size_t hop = 0; hop < depth; ++hop) {
    KITH_RETURN_IF_ERROR(context_.interrupt.Check());
    if (frontier.empty() && hop > 0) break;
    Arrivals next;
    KITH_RETURN_IF_ERROR(TakeHop(route, frontier, hop == 0, &next));
    std::vector<NodeId> better;
    for (auto& [chunk, arrival] : next) {
      const auto known = arrivals_.find(chunk);
      if (known != arrivals_.end() && known->second.activation + 1e-9 >= arrival.activation) {
        continue;
      }
      arrivals_[chunk] = arrival;
      better.push_back(chunk);
    }
    Arrivals reached;
    for (const NodeId chunk : better) reached[chunk] = arrivals_[chunk];
    frontier = Beam(reached);
  }
  return Status::Ok();
}

void Retriever::SeedText() {
  for (size_t i = 0; i < std::min(weights_.text_seeds, hits_.size()); ++i) {
    const double share = hits_[i].score / hits_.front().score;
    arrivals_[hits_[i].node()] = {weights_.text_seed * std::pow(share, weights_.text_seed_power),
                                  kQuestionNode, kNoNode, kNoNode, "text"};
  }
}

void Retriever::SeedDense() {
  if (dense_ == nullptr) return;
  const std::vector<DenseHit>& hits = dense_->hits();
  for (size_t i = 0; i < std::min(weights_.dense_seeds, hits.size()); ++i) {
    const NodeId chunk = hits[i].chunk;
    const double activation =
        weights_.dense_seed * std::pow(DenseShare(chunk), weights_.dense_seed_power);
    const auto known = arrivals_.find(chunk);
    if (known != arrivals_.end() && known->second.activation >= activation) continue;
    arrivals_[chunk] = {activation, kQuestionNode, kNoNode, kNoNode, "dense"};
  }
}

Status Retriever::SeedEntities(const Question& question) {
  std::vector<NodeId> entities;
  for (const LinkedEntity& entity : question.entities) entities.push_back(entity.node);
  if (entities.empty()) return Status::Ok();
  const RelTypeId types[] = {names_.about};
  storage::ExpandOptions options;
  options.types = types;
  options.direction = Direction::kIncoming;
  Adjacency about;
  KITH_RETURN_IF_ERROR(view_.Expand(entities, options, &about));
  storage::Column kinds;
  KITH_RETURN_IF_ERROR(
      view_.Gather(std::span<const RelId>(about.relationships), names_.kind, &kinds));
  for (size_t i = 0; i < entities.size(); ++i) {
    size_t introducers = 0;
    const auto is_link = [&](size_t at) {
      const Value kind = kinds.At(at);
      return kind.IsString() && kind.AsString() == "link";
    };
    for (size_t at = about.offsets[i]; at < about.offsets[i + 1]; ++at) {
      introducers += is_link(at) ? 0 : 1;
    }
    // An ambiguous name says less about each of its bearers.
    const double activation = introducers == 0 ? 1.0 : 1.0 / static_cast<double>(introducers);
    entity_activation_[entities[i]] = activation;
    for (size_t at = about.offsets[i]; at < about.offsets[i + 1]; ++at) {
      if (is_link(at)) continue;
      const Arrival arrival{activation, kQuestionNode, entities[i], kNoNode, "about"};
      KITH_RETURN_IF_ERROR(Arrive(about.neighbours[at], arrival, &arrivals_));
    }
  }
  return Status::Ok();
}

Result<const std::vector<NodeId>*> Retriever::ChunksOf(NodeId document) {
  const auto known = chunks_of_.find(document);
  if (known != chunks_of_.end()) return &known->second;
  const NodeId nodes[] = {document};
  const RelTypeId types[] = {names_.has_chunk};
  storage::ExpandOptions options;
  options.types = types;
  options.relationships = false;
  Adjacency adjacency;
  KITH_RETURN_IF_ERROR(view_.Expand(nodes, options, &adjacency));
  return &chunks_of_.emplace(document, std::move(adjacency.neighbours)).first->second;
}

/// `target` is a chunk, or a document whose chunks are reached: fully the first one, which says
/// what the document is about, and the one that fits the question's text best.
Status Retriever::Arrive(NodeId target, Arrival arrival, Arrivals* next) {
  KITH_ASSIGN_OR_RETURN(const std::vector<NodeId>* chunks, ChunksOf(target));
  const auto keep = [&](NodeId chunk, double activation) {
    Arrival& known = (*next)[chunk];
    if (known.kind.empty() || activation > known.activation) {
      known = arrival;
      known.activation = activation;
    }
  };
  if (chunks->empty()) {
    keep(target, arrival.activation);
    return Status::Ok();
  }
  arrival.document = target;
  const auto best = std::max_element(chunks->begin(), chunks->end(), [&](NodeId a, NodeId b) {
    return TextShare(a) < TextShare(b);
  });
  for (const NodeId chunk : *chunks) {
    const bool whole = chunk == *best || chunk == chunks->front();
    keep(chunk, arrival.activation * (whole ? 1.0 : 0.6));
  }
  return Status::Ok();
}

std::vector<NodeId> Retriever::Beam(const Arrivals& next) {
  std::vector<std::pair<double, NodeId>> order;
  for (const auto& [chunk, arrival] : next) {
    if (arrival.activation > weights_.floor) order.emplace_back(-arrival.activation, chunk);
  }
  std::sort(order.begin(), order.end());
  if (order.size() > weights_.beam) order.resize(weights_.beam);
  std::vector<NodeId> beam;
  for (const auto& [activation, chunk] : order) beam.push_back(chunk);
  return beam;
}

/// Names of what the frontier's chunks are about: who mentions those may tell more. Fills
/// backward_parent_ and backward_weight_ with those worth following.
Status Retriever::BackwardNames(const std::vector<NodeId>& frontier) {
  backward_parent_.clear();
  backward_weight_.clear();
  const RelTypeId has_chunk[] = {names_.has_chunk};
  storage::ExpandOptions up;
  up.types = has_chunk;
  up.direction = Direction::kIncoming;
  up.relationships = false;
  Adjacency documents;
  KITH_RETURN_IF_ERROR(view_.Expand(frontier, up, &documents));
  std::vector<NodeId> owners = documents.neighbours;
  std::vector<NodeId> chunk_of_owner;
  for (size_t i = 0; i < frontier.size(); ++i) {
    for (size_t at = documents.offsets[i]; at < documents.offsets[i + 1]; ++at) {
      chunk_of_owner.push_back(frontier[i]);
    }
  }
  const RelTypeId about_type[] = {names_.about};
  storage::ExpandOptions down;
  down.types = about_type;
  down.relationships = false;
  Adjacency about;
  KITH_RETURN_IF_ERROR(view_.Expand(owners, down, &about));
  std::vector<uint32_t> degrees;
  const RelTypeId mentions_type[] = {names_.mentions};
  storage::ExpandOptions inbound;
  inbound.types = mentions_type;
  inbound.direction = Direction::kIncoming;
  KITH_RETURN_IF_ERROR(view_.Degree(about.neighbours, inbound, &degrees));
  for (size_t i = 0; i < owners.size(); ++i) {
    for (size_t at = about.offsets[i]; at < about.offsets[i + 1]; ++at) {
      if (degrees[at] == 0 || degrees[at] > weights_.hub_mentions) continue;
      const NodeId entity = about.neighbours[at];
      const double weight = arrivals_[chunk_of_owner[i]].activation * weights_.backward /
                            std::sqrt(static_cast<double>(degrees[at]));
      if (weight <= backward_weight_[entity]) continue;
      backward_weight_[entity] = weight;
      backward_parent_[entity] = chunk_of_owner[i];
    }
  }
  return Status::Ok();
}

/// Runs the route's statement once. Its rows say where each relationship leads; the activation that
/// flows along them is worked out here.
Status Retriever::TakeHop(const Route& route, const std::vector<NodeId>& frontier,
                          bool with_entities, Arrivals* next) {
  KITH_RETURN_IF_ERROR(BackwardNames(frontier));
  std::vector<NodeId> names;
  for (const auto& [entity, weight] : backward_weight_) {
    if (weight > weights_.floor) names.push_back(entity);
  }
  std::sort(names.begin(), names.end());
  Map parameters;
  if (route.kind == RouteKind::kFactual) {
    List keys;
    if (with_entities) {
      for (const std::string& key : route.entities) keys.emplace_back(key);
    }
    parameters = {{"entities", Value(std::move(keys))}, {"seeds", IdList(frontier)}};
  } else {
    parameters = {{"names", IdList(names)}, {"seeds", IdList(frontier)}};
  }
  KITH_ASSIGN_OR_RETURN(const auto rows, context_.statements.Run(route.statement, parameters));
  std::unordered_map<NodeId, uint32_t> fan_out;
  for (const auto& row : rows) {
    if (KindOfHop(row[2]) == "mentioned-by") ++fan_out[IdOf(row[1])];
  }
  for (const auto& row : rows) {
    Arrival arrival;
    arrival.kind = KindOfHop(row[2]);
    arrival.entity = IdOf(row[1]);
    arrival.parent = row[0].IsInteger() ? IdOf(row[0]) : kQuestionNode;
    if (arrival.kind == "mentioned-by") {
      const auto parent = backward_parent_.find(arrival.entity);
      if (parent != backward_parent_.end()) {
        arrival.parent = parent->second;
        arrival.activation = backward_weight_[arrival.entity];
      } else if (fan_out[arrival.entity] <= weights_.hub_mentions) {
        arrival.activation = entity_activation_[arrival.entity] * weights_.backward /
                             std::sqrt(static_cast<double>(fan_out[arrival.entity]));
      }
    } else if (arrival.parent != kQuestionNode) {
      arrival.activation = arrivals_[arrival.parent].activation * weights_.decay;
    } else {
      arrival.activation = entity_activation_[arrival.entity];
    }
    if (arrival.activation <= weights_.floor) continue;
    KITH_RETURN_IF_ERROR(Arrive(IdOf(row[3]), arrival, next));
  }
  return Status::Ok();
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See hybrid_procedure.h.
#include "query/procedures/hybrid_procedure.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "index/index_manager.h"
#include "query/procedures/hybrid_options.h"
#include "query/procedures/procedure_arguments.h"
#include "query/procedures/rank_fusion.h"
#include "query/procedures/spread_activation.h"

namespace kith::query {
namespace {

using index::EntityKind;
using index::IndexDefinition;
using index::IndexManager;

/// Without given seeds the graph starts from so many of the best: more of them lead everywhere.
constexpr size_t kHybridSeeds = 3;

/// One call.
class HybridSearch {
 public:
  HybridSearch(ProcedureContext& context, IndexManager* indexes, HybridOptions options)
      : context_(context),
        view_(context.transaction.view()),
        indexes_(*indexes),
        options_(std::move(options)) {}

  Status FindIndexes(std::string_view text, std::string_view vector) {
    KITH_ASSIGN_OR_RETURN(catalog_, indexes_.CatalogFor(&view_));
    KITH_ASSIGN_OR_RETURN(text_index_, catalog_->FindText(text, EntityKind::kNode));
    KITH_ASSIGN_OR_RETURN(vector_index_, catalog_->FindVector(vector, EntityKind::kNode));
    return Status::Ok();
  }

  Status SearchText(std::string_view words) {
    index::TextSearchOptions options;
    options.limit = options_.candidates;
    options.interrupt = &context_.interrupt;
    if (options_.filter) options.accept = [this](uint64_t node) { return Accepts(NodeId(node)); };
    KITH_ASSIGN_OR_RETURN(const auto hits,
                          indexes_.text().SearchWords(&view_, *text_index_, words, options));
    for (const index::TextHit& hit : hits) text_.emplace_back(hit.node(), hit.score);
    return Status::Ok();
  }

  Status SearchVectors(std::span<const double> vector) {
    index::VectorSearchOptions options;
    options.limit = options_.candidates;
    options.interrupt = &context_.interrupt;
    if (options_.filter) options.entities = &*options_.filter;
    KITH_ASSIGN_OR_RETURN(const auto hits,
                          indexes_.vectors().Search(&view_, *vector_index_, vector, options));
    for (const index::VectorHit& hit : hits) vectors_.emplace_back(hit.node(), hit.score);
    return Status::Ok();
  }

  Status SearchGraph() {
    if (!options_.expansion) return Status::Ok();
    HybridExpansion& expansion = *options_.expansion;
    expansion.spread.interrupt = &context_.interrupt;
    // None of the types that were named exists; an empty list would mean all.
    if (expansion.has_types && expansion.spread.types.empty()) expansion.spread.depth = 0;
    KITH_ASSIGN_OR_RETURN(const RankedNodes reached,
                          SpreadActivation(&view_, Seeds(), expansion.spread));
    return KeepFindable(reached);
  }

  std::vector<FusedNode> Fused() const { return Fuse(options_.weights.graph); }

 private:
  bool Accepts(NodeId node) const {
    return !options_.filter ||
           std::binary_search(options_.filter->begin(), options_.filter->end(), node.bits());
  }

  std::vector<FusedNode> Fuse(double graph_weight) const {
    const WeightedList lists[] = {{&text_, options_.weights.text},
                                  {&vectors_, options_.weights.vector},
                                  {&graph_, graph_weight}};
    return FuseRankings(lists, options_.method, options_.rank_constant);
  }

  RankedNodes Seeds() const {
    RankedNodes seeds;
    if (const auto& given = options_.expansion->seeds) {
      for (const uint64_t node : *given) seeds.emplace_back(NodeId(node), 1.0);
      return seeds;
    }
    const std::vector<FusedNode> best = Fuse(0);
    for (size_t i = 0; i < std::min(kHybridSeeds, best.size()); ++i) {
      seeds.emplace_back(best[i].node, 1.0);
    }
    return seeds;
  }

  /// Of what was reached only nodes that the indexes are about, and that the filter accepts.
  Status KeepFindable(const RankedNodes& reached) {
    std::vector<LabelId> wanted = text_index_->label_ids;
    wanted.insert(wanted.end(), vector_index_->label_ids.begin(), vector_index_->label_ids.end());
    std::vector<NodeId> nodes;
    for (const auto& [node, activation] : reached) nodes.push_back(node);
    std::vector<std::vector<LabelId>> labels;
    KITH_RETURN_IF_ERROR(view_.Labels(nodes, &labels));
    for (size_t i = 0; i < nodes.size() && graph_.size() < options_.candidates; ++i) {
      const bool is_wanted = std::find_first_of(labels[i].begin(), labels[i].end(), wanted.begin(),
                                                wanted.end()) != labels[i].end();
      if (is_wanted && Accepts(nodes[i])) graph_.push_back(reached[i]);
    }
    return Status::Ok();
  }

  ProcedureContext& context_;
  storage::ReadView& view_;
  IndexManager& indexes_;
  HybridOptions options_;
  std::shared_ptr<const index::IndexCatalog> catalog_;
  const IndexDefinition* text_index_ = nullptr;
  const IndexDefinition* vector_index_ = nullptr;
  RankedNodes text_;
  RankedNodes vectors_;
  RankedNodes graph_;
};

class HybridProcedure final : public Procedure {
 public:
  explicit HybridProcedure(IndexManager* indexes) : indexes_(indexes) {
    signature_.name = "search.hybrid";
    signature_.inputs = {TypedField("textIndex", ValueType::kString),
                         TypedField("words", ValueType::kString),
                         TypedField("vectorIndex", ValueType::kString),
                         TypedField("vector", ValueType::kList),
                         TypedField("k", ValueType::kInteger),
                         TypedField("options", ValueType::kMap, Value::FromMap({}))};
    signature_.outputs = {
        TypedField("node", ValueType::kNode), TypedField("score", ValueType::kFloat),
        TypedField("textScore", ValueType::kFloat), TypedField("vectorScore", ValueType::kFloat),
        TypedField("graphScore", ValueType::kFloat)};
    signature_.description =
        "The nodes that a full-text index, a vector index and, if asked, the graph around them "
        "find, in one ranking, best first.";
  }

  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_RETURN_IF_ERROR(CheckNotNull(signature_, arguments, 5));
    const int64_t k = arguments[4].AsInteger();
    if (k < 1 || static_cast<uint64_t>(k) > kMaxHybridCandidates) {
      return BadArgument(fmt::format("search.hybrid: k must be an integer from 1 to {}, not {}",
                                     kMaxHybridCandidates, k));
    }
    KITH_ASSIGN_OR_RETURN(HybridOptions options,
                          ReadHybridOptions(arguments[5], context.transaction.view().catalog()));
    KITH_RETURN_IF_ERROR(CheckSomethingCounts(options));
    options.candidates = std::max(options.candidates, static_cast<size_t>(k));
    KITH_ASSIGN_OR_RETURN(const std::vector<double> vector, VectorArgument(arguments[3]));
    HybridSearch search(context, indexes_, std::move(options));
    KITH_RETURN_IF_ERROR(search.FindIndexes(arguments[0].AsString(), arguments[2].AsString()));
    KITH_RETURN_IF_ERROR(search.SearchText(arguments[1].AsString()));
    KITH_RETURN_IF_ERROR(search.SearchVectors(vector));
    KITH_RETURN_IF_ERROR(search.SearchGraph());
    return Emit(search.Fused(), static_cast<size_t>(k), sink);
  }

 private:
  /// Nothing found must not look like nothing there.
  static Status CheckSomethingCounts(const HybridOptions& options) {
    if (options.weights.text > 0 || options.weights.vector > 0) return Status::Ok();
    const bool has_seeds = options.expansion && options.expansion->seeds;
    if (has_seeds && options.weights.graph > 0) return Status::Ok();
    return BadArgument(
        "search.hybrid: textWeight and vectorWeight are 0, which leaves nothing to rank; give one "
        "of them a weight, or expand.seeds and a graphWeight");
  }

  static Status Emit(const std::vector<FusedNode>& fused, size_t k, const RowSink& sink) {
    for (size_t i = 0; i < std::min(k, fused.size()); ++i) {
      std::vector<Value> row = {Value(fused[i].node), Value(fused[i].score)};
      for (const std::optional<double>& score : fused[i].scores) {
        row.push_back(score ? Value(*score) : Value());
      }
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

  IndexManager* indexes_;
  ProcedureSignature signature_;
};

}  // namespace

Status RegisterHybridProcedure(ProcedureRegistry* registry, IndexManager* indexes) {
  return registry->Register(std::make_unique<HybridProcedure>(indexes));
}

}  // namespace kith::query

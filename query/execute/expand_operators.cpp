// SPDX-License-Identifier: Apache-2.0
// Expanding one relationship, and finding the ends of one that is known.
#include <algorithm>

#include "query/execute/fan_out.h"
#include "query/execute/operators.h"

namespace kith::query {

namespace {

/// Whether a relationship is among those in the columns of a row.
bool Occurs(RelId id, const Batch& batch, size_t row, const SlotList& columns) {
  for (uint32_t number : columns) {
    const Column& column = batch.columns[number];
    RelId other;
    if (column.RelationshipAt(row, &other)) {
      if (other == id) return true;
      continue;
    }
    if (column.kind() != ColumnKind::kValue || !column.Get(row).IsList()) continue;
    for (const Value& element : column.Get(row).AsList()) {
      if (element.IsRelationship() && element.AsRelId() == id) return true;
    }
  }
  return false;
}

class ExpandOperator final : public Operator {
 public:
  explicit ExpandOperator(ExpandOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public FanOutState {
   public:
    State(const ExpandOperator& plan, ExecutionContext& context)
        : FanOutState(*plan.options_.child, plan.slots(), plan.options_.carry, context),
          options_(plan.options_) {}

   protected:
    void Restart() override { edge_ = 0; }

    Status Load() override {
      const Column& from = input().columns[options_.from];
      const std::span<const NodeId> nodes = from.NodeIds(&nodes_);
      single_entry_ = nodes.size() < input().rows;
      std::vector<RelTypeId> types;
      if (from.kind() == ColumnKind::kNull || !FindTypes(context().view, options_.types, &types)) {
        adjacency_.offsets.assign(input().rows + 1, 0);
        single_entry_ = false;
        return Status::Ok();
      }
      storage::ExpandOptions expand;
      expand.types = types;
      expand.direction = options_.direction;
      expand.relationships = options_.relationship != kNoColumn || !options_.distinct_from.empty();
      return context().view.Expand(nodes, expand, &adjacency_);
    }

    Status TakeRow() override {
      const size_t entry = single_entry_ ? 0 : row();
      const size_t begin = adjacency_.offsets[entry];
      const size_t count = adjacency_.offsets[entry + 1] - begin;
      NodeId target;
      if (options_.into && !input().columns[options_.to].NodeAt(row(), &target)) edge_ = count;
      while (edge_ < count && Room() > 0) {
        const size_t edge = begin + edge_++;
        if (options_.into && adjacency_.neighbours[edge] != target) continue;
        if (!options_.distinct_from.empty() &&
            Occurs(adjacency_.relationships[edge], input(), row(), options_.distinct_from)) {
          continue;
        }
        AddRows(1);
        edges_.push_back(static_cast<uint32_t>(edge));
      }
      if (edge_ < count) return Status::Ok();
      edge_ = 0;
      NextRow();
      return Status::Ok();
    }

    void Emit(Batch* batch) override {
      if (!options_.into) {
        Column& to = batch->columns[options_.to];
        to.Reset(ColumnKind::kNode);
        to.Reserve(edges_.size());
        for (uint32_t edge : edges_) to.PushNode(adjacency_.neighbours[edge]);
      }
      if (options_.relationship != kNoColumn) {
        Column& relationship = batch->columns[options_.relationship];
        relationship.Reset(ColumnKind::kRelationship);
        relationship.Reserve(edges_.size());
        for (uint32_t edge : edges_) {
          relationship.PushRelationship(adjacency_.relationships[edge]);
        }
      }
      edges_.clear();
    }

   private:
    const ExpandOptions& options_;
    std::vector<NodeId> nodes_;
    bool single_entry_ = false;  ///< The start is constant: one adjacency entry serves all rows.
    storage::Adjacency adjacency_;
    size_t edge_ = 0;              ///< Within the row's entry.
    std::vector<uint32_t> edges_;  ///< Of the rows that were added.
  };

  ExpandOptions options_;
};

/// The ends of a relationship, or of a list of them that forms a walk.
struct Ends {
  NodeId left;
  NodeId right;
};

class EndpointsOperator final : public Operator {
 public:
  explicit EndpointsOperator(EndpointsOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const EndpointsOperator& plan, ExecutionContext& context)
        : options_(plan.options_),
          context_(context),
          child_(options_.child->Start(context)),
          input_(plan.slots()) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      while (batch->rows == 0) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        KITH_RETURN_IF_ERROR(child_->Next(&input_));
        if (input_.rows == 0) return Status::Ok();
        KITH_RETURN_IF_ERROR(Match(batch));
      }
      return Status::Ok();
    }
    void Reset() override { child_->Reset(); }

   private:
    Status Match(Batch* batch) {
      std::vector<uint32_t> rows;
      std::vector<Ends> ends;
      any_type_ = options_.types.empty();
      if (FindTypes(context_.view, options_.types, &types_)) {
        for (size_t row = 0; row < input_.rows; ++row) {
          KITH_RETURN_IF_ERROR(MatchRow(row, &rows, &ends));
        }
      }
      batch->Gather(input_, rows, options_.carry);
      Column& left = batch->columns[options_.left];
      Column& right = batch->columns[options_.right];
      if (!options_.left_bound) left.Reset(ColumnKind::kNode);
      if (!options_.right_bound) right.Reset(ColumnKind::kNode);
      for (const Ends& pair : ends) {
        if (!options_.left_bound) left.PushNode(pair.left);
        if (!options_.right_bound && options_.right != options_.left) right.PushNode(pair.right);
      }
      return Status::Ok();
    }

    Status MatchRow(size_t row, std::vector<uint32_t>* rows, std::vector<Ends>* ends) {
      std::vector<RelId> walk;
      if (!Collect(row, &walk)) return Status::Ok();
      for (RelId id : walk) {
        if (Occurs(id, input_, row, options_.distinct_from)) return Status::Ok();
      }
      std::vector<storage::Endpoints> points;
      KITH_RETURN_IF_ERROR(context_.view.EndpointsOf(walk, &points));
      for (const storage::Endpoints& point : points) {
        if (!point.exists || !TypeFits(point.type)) return Status::Ok();
      }
      std::vector<Ends> candidates;
      Candidates(row, points, &candidates);
      for (const Ends& pair : candidates) {
        if (!Fits(row, pair)) continue;
        rows->push_back(static_cast<uint32_t>(row));
        ends->push_back(pair);
      }
      return Status::Ok();
    }

    bool Collect(size_t row, std::vector<RelId>* walk) const {
      const Column& column = input_.columns[options_.relationship];
      RelId id;
      if (!options_.list) {
        if (!column.RelationshipAt(row, &id)) return false;
        walk->push_back(id);
        return true;
      }
      const Value list = column.At(row);
      if (!list.IsList()) return false;
      for (const Value& element : list.AsList()) {
        if (!element.IsRelationship()) return false;
        walk->push_back(element.AsRelId());
      }
      return walk->size() >= options_.minimum && walk->size() <= options_.maximum;
    }

    bool TypeFits(RelTypeId type) const {
      return any_type_ || std::find(types_.begin(), types_.end(), type) != types_.end();
    }

    /// The pairs of ends that the walk can have, by the pattern's direction.
    void Candidates(size_t row, const std::vector<storage::Endpoints>& points,
                    std::vector<Ends>* candidates) const {
      if (points.empty()) {
        NodeId node;
        if (input_.columns[options_.left].NodeAt(row, &node) ||
            input_.columns[options_.right].NodeAt(row, &node)) {
          candidates->push_back({node, node});
        }
        return;
      }
      const bool outgoing = options_.direction != storage::Direction::kIncoming;
      const bool incoming = options_.direction != storage::Direction::kOutgoing;
      NodeId end;
      if (outgoing && Walk(points, points[0].start, &end)) {
        candidates->push_back({points[0].start, end});
      }
      if (incoming && (!outgoing || points[0].start != points[0].end) &&
          Walk(points, points[0].end, &end)) {
        candidates->push_back({points[0].end, end});
      }
    }

    /// Follows the relationships from `at`; false when they do not join up.
    bool Walk(const std::vector<storage::Endpoints>& points, NodeId at, NodeId* end) const {
      for (const storage::Endpoints& point : points) {
        const bool forward =
            options_.direction != storage::Direction::kIncoming && point.start == at;
        const bool back = options_.direction != storage::Direction::kOutgoing && point.end == at;
        if (!forward && !back) return false;
        at = forward ? point.end : point.start;
      }
      *end = at;
      return true;
    }

    bool Fits(size_t row, const Ends& pair) const {
      NodeId node;
      if (options_.left_bound &&
          (!input_.columns[options_.left].NodeAt(row, &node) || node != pair.left)) {
        return false;
      }
      if (options_.right_bound &&
          (!input_.columns[options_.right].NodeAt(row, &node) || node != pair.right)) {
        return false;
      }
      return options_.left != options_.right || pair.left == pair.right;
    }

    const EndpointsOptions& options_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    Batch input_;
    bool any_type_ = true;
    std::vector<RelTypeId> types_;
  };

  EndpointsOptions options_;
};

}  // namespace

OperatorPtr NewExpand(ExpandOptions options) {
  return std::make_unique<ExpandOperator>(std::move(options));
}
OperatorPtr NewEndpoints(EndpointsOptions options) {
  return std::make_unique<EndpointsOperator>(std::move(options));
}

}  // namespace kith::query

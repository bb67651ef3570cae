// SPDX-License-Identifier: Apache-2.0
// DELETE and DETACH DELETE. Blocks: takes all rows first, so that what the statement still reads is
// there; then deletes relationships before nodes. Whether a deleted node still has relationships is
// checked at the end of the statement.
#include <algorithm>
#include <utility>
#include <vector>

#include "query/execute/execution_context.h"
#include "query/execute/operators.h"
#include "query/execute/row_buffer.h"

namespace kith::query {
namespace {

struct Doomed {
  std::vector<NodeId> nodes;
  std::vector<RelId> relationships;

  void MakeDistinct() {
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    std::sort(relationships.begin(), relationships.end());
    relationships.erase(std::unique(relationships.begin(), relationships.end()),
                        relationships.end());
  }
};

Status Collect(const Value& value, SourceRange range, Doomed* doomed) {
  if (value.IsNull()) return Status::Ok();
  if (value.IsNode()) {
    doomed->nodes.push_back(value.AsNodeId());
  } else if (value.IsRelationship()) {
    doomed->relationships.push_back(value.AsRelId());
  } else if (value.IsPath()) {
    for (const Value& node : value.AsPath().nodes) doomed->nodes.push_back(node.AsNodeId());
    for (const Value& relationship : value.AsPath().relationships) {
      doomed->relationships.push_back(relationship.AsRelId());
    }
  } else {
    return AtRange(Status(StatusCode::kTypeError,
                          "DELETE needs a node, a relationship or a path, but the value is " +
                              value.ToString())
                       .WithDetail("InvalidArgumentType"),
                   range);
  }
  return Status::Ok();
}

class DeleteOperator final : public Operator {
 public:
  DeleteOperator(OperatorPtr child, std::vector<DeleteAction> actions, bool detach, SlotList carry)
      : child_(std::move(child)),
        actions_(std::move(actions)),
        detach_(detach),
        carry_(std::move(carry)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const DeleteOperator& plan, ExecutionContext& context)
        : plan_(plan),
          context_(context),
          child_(plan.child_->Start(context)),
          rows_(plan.slots(), context.memory) {}

    Status Next(Batch* batch) override {
      if (!deleted_) {
        KITH_RETURN_IF_ERROR(DeleteAll());
        deleted_ = true;
      }
      rows_.Emit(plan_.carry_, batch);
      return Status::Ok();
    }
    void Reset() override {
      child_->Reset();
      rows_.Clear();
      deleted_ = false;
    }

   private:
    Status DeleteAll() {
      Doomed doomed;
      Batch input(plan_.slots());
      while (true) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        KITH_RETURN_IF_ERROR(child_->Next(&input));
        if (input.rows == 0) break;
        KITH_RETURN_IF_ERROR(CollectTargets(input, &doomed));
        KITH_RETURN_IF_ERROR(rows_.Append(input, plan_.carry_));
      }
      doomed.MakeDistinct();
      if (plan_.detach_) KITH_RETURN_IF_ERROR(AddAttached(&doomed));
      for (RelId relationship : doomed.relationships) {
        KITH_RETURN_IF_ERROR(context_.transaction.DeleteRelationship(relationship));
      }
      for (NodeId node : doomed.nodes) {
        KITH_RETURN_IF_ERROR(context_.transaction.DeleteNode(node));
      }
      return Status::Ok();
    }

    Status CollectTargets(const Batch& rows, Doomed* doomed) {
      for (const DeleteAction& action : plan_.actions_) {
        Evaluated targets;
        KITH_RETURN_IF_ERROR(targets.Run(*action.target, context_, rows));
        for (size_t row = 0; row < rows.rows; ++row) {
          KITH_RETURN_IF_ERROR(Collect(targets->At(row), action.range, doomed));
        }
      }
      return Status::Ok();
    }

    Status AddAttached(Doomed* doomed) {
      storage::ExpandOptions every;
      every.direction = storage::Direction::kBoth;
      storage::Adjacency adjacency;
      KITH_RETURN_IF_ERROR(context_.view.Expand(doomed->nodes, every, &adjacency));
      doomed->relationships.insert(doomed->relationships.end(), adjacency.relationships.begin(),
                                   adjacency.relationships.end());
      doomed->MakeDistinct();
      return Status::Ok();
    }

    const DeleteOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    RowBuffer rows_;
    bool deleted_ = false;
  };

  OperatorPtr child_;
  std::vector<DeleteAction> actions_;
  bool detach_;
  SlotList carry_;
};

}  // namespace

OperatorPtr NewDelete(OperatorPtr child, std::vector<DeleteAction> actions, bool detach,
                      SlotList carry) {
  return std::make_unique<DeleteOperator>(std::move(child), std::move(actions), detach,
                                          std::move(carry));
}

}  // namespace kith::query

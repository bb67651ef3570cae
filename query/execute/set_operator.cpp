// SPDX-License-Identifier: Apache-2.0
// SET and REMOVE.
#include <string>
#include <unordered_set>
#include <utility>

#include "query/execute/execution_context.h"
#include "query/execute/operators.h"
#include "query/execute/property_writes.h"
#include "storage/catalog.h"

namespace kith::query {
namespace {

// The assignments that make an entity's properties exactly `source`: what it has beside is removed.
Status ReplacementWrites(ExecutionContext& context, const Value& entity, const Value& source,
                         PropertyWrites* writes) {
  KITH_RETURN_IF_ERROR(AddPropertyWrites(context, entity, writes));
  for (storage::PropertyWrite& write : *writes) write.value = Value();
  PropertyWrites wanted;
  KITH_RETURN_IF_ERROR(AddPropertyWrites(context, source, &wanted));
  for (storage::PropertyWrite& write : wanted) {
    auto same = [&](const storage::PropertyWrite& other) {
      return other.property == write.property;
    };
    std::erase_if(*writes, same);
    writes->push_back(std::move(write));
  }
  return Status::Ok();
}

Status WriteProperties(ExecutionContext& context, const Value& entity,
                       const PropertyWrites& writes) {
  if (entity.IsNode()) return context.transaction.SetProperties(entity.AsNodeId(), writes);
  return context.transaction.SetProperties(entity.AsRelId(), writes);
}

Status ChangeLabels(ExecutionContext& context, const SetAction& action, const Value& entity) {
  if (!entity.IsNode()) {
    return Status(StatusCode::kTypeError,
                  "only nodes have labels, but the value is " + entity.ToString())
        .WithDetail("InvalidArgumentType");
  }
  std::vector<LabelId> labels;
  if (action.kind == bound::SetKind::kAddLabels) {
    KITH_RETURN_IF_ERROR(LabelIdsFor(context, action.labels, &labels));
    return context.transaction.AddLabels(entity.AsNodeId(), labels);
  }
  for (const std::string& name : action.labels) {
    // A label that nobody has used cannot be on the node; removing it creates no name.
    if (const auto id = context.view.catalog().FindLabel(name)) labels.push_back(*id);
  }
  return context.transaction.RemoveLabels(entity.AsNodeId(), labels);
}

// What one item writes to one entity. `key` and `value` are the item's, evaluated; null where the
// item has none.
Status ApplyAction(ExecutionContext& context, const SetAction& action, const Value& entity,
                   const Value& key, const Value& value) {
  PropertyWrites writes;
  switch (action.kind) {
    case bound::SetKind::kAddLabels:
    case bound::SetKind::kRemoveLabels: return ChangeLabels(context, action, entity);
    case bound::SetKind::kProperty:
    case bound::SetKind::kRemoveProperty:
      KITH_RETURN_IF_ERROR(AddPropertyWrite(context, action.key, value, &writes));
      break;
    case bound::SetKind::kDynamicProperty:
    case bound::SetKind::kRemoveDynamicProperty:
      if (!key.IsString()) {
        return Status(StatusCode::kTypeError,
                      "a property name is a string, but the value is " + key.ToString())
            .WithDetail("InvalidArgumentType");
      }
      KITH_RETURN_IF_ERROR(AddPropertyWrite(context, key.AsString(), value, &writes));
      break;
    case bound::SetKind::kReplaceAll:
      KITH_RETURN_IF_ERROR(ReplacementWrites(context, entity, value, &writes));
      break;
    case bound::SetKind::kMergeAll:
      KITH_RETURN_IF_ERROR(AddPropertyWrites(context, value, &writes));
      break;
  }
  return WriteProperties(context, entity, writes);
}

Status RunOptional(const EvaluatorPtr& expression, ExecutionContext& context, const Batch& rows,
                   Column* column) {
  if (expression == nullptr) {
    *column = Column::Nulls(rows.rows);
    return Status::Ok();
  }
  Evaluated evaluated;
  KITH_RETURN_IF_ERROR(evaluated.Run(*expression, context, rows));
  *column = evaluated.Take();
  return Status::Ok();
}

Status ApplyToRows(ExecutionContext& context, const SetAction& action, const Batch& rows) {
  Evaluated targets;
  KITH_RETURN_IF_ERROR(targets.Run(*action.target, context, rows));
  Column keys;
  Column values;
  KITH_RETURN_IF_ERROR(RunOptional(action.key_value, context, rows, &keys));
  KITH_RETURN_IF_ERROR(RunOptional(action.value, context, rows, &values));
  for (size_t row = 0; row < rows.rows; ++row) {
    const Value entity = targets->At(row);
    if (entity.IsNull()) continue;
    if (!entity.IsNode() && !entity.IsRelationship()) {
      return AtRange(Status(StatusCode::kTypeError,
                            "SET and REMOVE need a node or a relationship, but the value is " +
                                entity.ToString())
                         .WithDetail("InvalidArgumentType"),
                     action.range);
    }
    const Status applied = ApplyAction(context, action, entity, keys.At(row), values.At(row));
    if (!applied.ok()) return DescribeWriteError(applied, action.range);
  }
  return Status::Ok();
}

// Whether some item names the same entity in two rows.
Result<bool> NamesEntityTwice(ExecutionContext& context, const std::vector<SetAction>& actions,
                              const Batch& rows) {
  for (const SetAction& action : actions) {
    Evaluated targets;
    KITH_RETURN_IF_ERROR(targets.Run(*action.target, context, rows));
    std::unordered_set<uint64_t> seen;
    for (size_t row = 0; row < rows.rows; ++row) {
      NodeId node;
      RelId relationship;
      // Nodes and relationships with the same bits only make this answer true once too often.
      if (targets->NodeAt(row, &node)) {
        if (!seen.insert(node.bits()).second) return true;
      } else if (targets->RelationshipAt(row, &relationship)) {
        if (!seen.insert(relationship.bits()).second) return true;
      }
    }
  }
  return false;
}

class SetOperator final : public Operator {
 public:
  SetOperator(OperatorPtr child, std::vector<SetAction> actions)
      : child_(std::move(child)), actions_(std::move(actions)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const SetOperator& plan, ExecutionContext& context)
        : plan_(plan), context_(context), child_(plan.child_->Start(context)) {}

    Status Next(Batch* batch) override {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows == 0) return Status::Ok();
      return ApplySetActions(context_, plan_.actions_, *batch);
    }
    void Reset() override { child_->Reset(); }

   private:
    const SetOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
  };

  OperatorPtr child_;
  std::vector<SetAction> actions_;
};

}  // namespace

Status ApplySetActions(ExecutionContext& context, const std::vector<SetAction>& actions,
                       const Batch& rows) {
  bool row_by_row = false;
  if (rows.rows > 1) {
    KITH_ASSIGN_OR_RETURN(row_by_row, NamesEntityTwice(context, actions, rows));
  }
  if (!row_by_row) {
    for (const SetAction& action : actions) {
      KITH_RETURN_IF_ERROR(ApplyToRows(context, action, rows));
    }
    return Status::Ok();
  }
  for (size_t row = 0; row < rows.rows; ++row) {
    Batch single = rows;
    single.Slice(row, 1);
    for (const SetAction& action : actions) {
      KITH_RETURN_IF_ERROR(ApplyToRows(context, action, single));
    }
  }
  return Status::Ok();
}

OperatorPtr NewSet(OperatorPtr child, std::vector<SetAction> actions) {
  return std::make_unique<SetOperator>(std::move(child), std::move(actions));
}

}  // namespace kith::query

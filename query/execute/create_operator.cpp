// SPDX-License-Identifier: Apache-2.0
// CREATE and MERGE.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "query/execute/execution_context.h"
#include "query/execute/operators.h"
#include "query/execute/property_writes.h"
#include "query/execute/row_buffer.h"
#include "storage/catalog.h"

namespace kith::query {
namespace {

// The properties of one new element, evaluated for all rows.
class ElementProperties {
 public:
  Status Evaluate(ExecutionContext& context,
                  const std::vector<std::pair<std::string, EvaluatorPtr>>& properties,
                  const EvaluatorPtr& map, const Batch& rows) {
    columns_ = std::vector<Evaluated>(properties.size());
    for (size_t i = 0; i < properties.size(); ++i) {
      keys_.push_back(&properties[i].first);
      KITH_RETURN_IF_ERROR(columns_[i].Run(*properties[i].second, context, rows));
    }
    has_map_ = map != nullptr;
    if (has_map_) KITH_RETURN_IF_ERROR(map_.Run(*map, context, rows));
    return Status::Ok();
  }

  // A null value writes nothing, but MERGE could never find what it makes and refuses it.
  Status Row(ExecutionContext& context, size_t row, bool merging, PropertyWrites* writes) {
    writes->clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      KITH_RETURN_IF_ERROR(AddPropertyWrite(context, *keys_[i], columns_[i]->At(row), writes));
    }
    if (has_map_) KITH_RETURN_IF_ERROR(AddPropertyWrites(context, map_->At(row), writes));
    const auto is_null = [](const storage::PropertyWrite& write) { return write.value.IsNull(); };
    if (merging) {
      const auto null_write = std::find_if(writes->begin(), writes->end(), is_null);
      if (null_write != writes->end()) return NullInMerge(context, null_write->property);
    }
    std::erase_if(*writes, is_null);
    return Status::Ok();
  }

 private:
  static Status NullInMerge(ExecutionContext& context, PropertyId property) {
    return Status(StatusCode::kSemanticError,
                  "MERGE cannot look for the property " +
                      std::string(context.catalog->PropertyName(property)) +
                      " with the value null, which equals nothing; leave the property out or give "
                      "it a value")
        .WithDetail("MergeReadOwnWrites");
  }

  std::vector<const std::string*> keys_;
  std::vector<Evaluated> columns_;
  Evaluated map_;
  bool has_map_ = false;
};

Status CreateNodes(ExecutionContext& context, const NewNode& plan, bool merging, Batch* rows) {
  std::vector<LabelId> labels;
  KITH_RETURN_IF_ERROR(LabelIdsFor(context, plan.labels, &labels));
  ElementProperties properties;
  KITH_RETURN_IF_ERROR(properties.Evaluate(context, plan.properties, plan.map, *rows));
  std::vector<NodeId> ids;
  ids.reserve(rows->rows);
  PropertyWrites writes;
  for (size_t row = 0; row < rows->rows; ++row) {
    KITH_RETURN_IF_ERROR(properties.Row(context, row, merging, &writes));
    KITH_ASSIGN_OR_RETURN(const NodeId id, context.transaction.CreateNode(labels, writes));
    ids.push_back(id);
  }
  rows->columns[plan.column] = Column::OfNodes(std::move(ids));
  return Status::Ok();
}

Status MissingEnd(const NewRelationship& plan, std::string_view which) {
  return AtRange(Status(StatusCode::kTypeError, "a relationship of type " + plan.type +
                                                    " cannot be created: its " +
                                                    std::string(which) + " node is null")
                     .WithDetail("InvalidArgumentType"),
                 plan.range);
}

Status CreateRelationships(ExecutionContext& context, const NewRelationship& plan, bool merging,
                           Batch* rows) {
  KITH_ASSIGN_OR_RETURN(const RelTypeId type, context.catalog->RelTypeFor(plan.type));
  ElementProperties properties;
  KITH_RETURN_IF_ERROR(properties.Evaluate(context, plan.properties, plan.map, *rows));
  Column ids;
  ids.Reset(ColumnKind::kRelationship);
  ids.Reserve(rows->rows);
  PropertyWrites writes;
  for (size_t row = 0; row < rows->rows; ++row) {
    NodeId start;
    NodeId end;
    if (!rows->columns[plan.start].NodeAt(row, &start)) return MissingEnd(plan, "start");
    if (!rows->columns[plan.end].NodeAt(row, &end)) return MissingEnd(plan, "end");
    KITH_RETURN_IF_ERROR(properties.Row(context, row, merging, &writes));
    KITH_ASSIGN_OR_RETURN(const RelId id,
                          context.transaction.CreateRelationship(start, type, end, writes));
    ids.PushRelationship(id);
  }
  rows->columns[plan.column] = std::move(ids);
  return Status::Ok();
}

class CreateOperator final : public Operator {
 public:
  CreateOperator(OperatorPtr child, CreatePlan plan)
      : child_(std::move(child)), plan_(std::move(plan)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const CreateOperator& plan, ExecutionContext& context)
        : plan_(plan), context_(context), child_(plan.child_->Start(context)) {}

    Status Next(Batch* batch) override {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows == 0) return Status::Ok();
      return CreateElements(context_, plan_.plan_, batch);
    }
    void Reset() override { child_->Reset(); }

   private:
    const CreateOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
  };

  OperatorPtr child_;
  CreatePlan plan_;
};

class MergeOperator final : public Operator {
 public:
  explicit MergeOperator(MergeOptions options) : options_(std::move(options)) {
    output_ = options_.carry;
    output_.insert(output_.end(), options_.created.begin(), options_.created.end());
    std::sort(output_.begin(), output_.end());
    output_.erase(std::unique(output_.begin(), output_.end()), output_.end());
  }
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const MergeOperator& plan, ExecutionContext& context)
        : plan_(plan),
          options_(plan.options_),
          context_(context),
          child_(options_.child->Start(context)),
          input_(plan.slots()),
          output_(plan.slots(), context.memory) {}

    Status Next(Batch* batch) override {
      while (output_.empty()) {
        output_.Clear();
        KITH_RETURN_IF_ERROR(child_->Next(&input_));
        if (input_.rows == 0) break;
        for (size_t row = 0; row < input_.rows; ++row) {
          KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
          KITH_RETURN_IF_ERROR(MergeRow(row));
        }
      }
      output_.Emit(plan_.output_, batch);
      return Status::Ok();
    }
    void Reset() override {
      child_->Reset();
      output_.Clear();
    }

   private:
    Status MergeRow(size_t row) {
      Batch single = input_;
      single.Slice(row, 1);
      const Batch* outer = std::exchange(context_.arguments[options_.number], &single);
      bool found = false;
      const Status matched = Match(single, &found);
      context_.arguments[options_.number] = outer;
      KITH_RETURN_IF_ERROR(matched);
      if (found) return Status::Ok();
      KITH_RETURN_IF_ERROR(CreateElements(context_, options_.create, &single));
      KITH_RETURN_IF_ERROR(ApplySetActions(context_, options_.on_create, single));
      return output_.Append(single, plan_.output_);
    }

    // All matches are taken before ON MATCH writes, which could change what matches.
    Status Match(const Batch& row, bool* found) {
      if (match_ == nullptr) {
        match_ = options_.match->Start(context_);
      } else {
        match_->Reset();
      }
      std::vector<Batch> matches;
      while (true) {
        Batch rows(plan_.slots());
        KITH_RETURN_IF_ERROR(match_->Next(&rows));
        if (rows.rows == 0) break;
        matches.push_back(std::move(rows));
      }
      *found = !matches.empty();
      for (Batch& rows : matches) {
        for (size_t column = 0; column < row.columns.size(); ++column) {
          if (row.columns[column].size() == 0 || IsCreated(column)) continue;
          rows.columns[column].Broadcast(row.columns[column], 0, rows.rows);
        }
        KITH_RETURN_IF_ERROR(ApplySetActions(context_, options_.on_match, rows));
        KITH_RETURN_IF_ERROR(output_.Append(rows, plan_.output_));
      }
      return Status::Ok();
    }

    bool IsCreated(size_t column) const {
      const SlotList& created = options_.created;
      return std::find(created.begin(), created.end(), column) != created.end();
    }

    const MergeOperator& plan_;
    const MergeOptions& options_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    std::unique_ptr<OperatorState> match_;
    Batch input_;
    RowBuffer output_;
  };

  MergeOptions options_;
  SlotList output_;
};

}  // namespace

Status CreateElements(ExecutionContext& context, const CreatePlan& plan, Batch* rows) {
  size_t node = 0;
  size_t relationship = 0;
  for (bool next_is_node : plan.next_is_node) {
    if (next_is_node) {
      const Status created = CreateNodes(context, plan.nodes[node++], plan.merging, rows);
      if (!created.ok()) return DescribeWriteError(created, SourceRange());
      continue;
    }
    const NewRelationship& next = plan.relationships[relationship++];
    const Status created = CreateRelationships(context, next, plan.merging, rows);
    if (!created.ok()) return DescribeWriteError(created, next.range);
  }
  return Status::Ok();
}

OperatorPtr NewCreate(OperatorPtr child, CreatePlan plan) {
  return std::make_unique<CreateOperator>(std::move(child), std::move(plan));
}

OperatorPtr NewMerge(MergeOptions options) {
  return std::make_unique<MergeOperator>(std::move(options));
}

}  // namespace kith::query

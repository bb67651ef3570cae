// SPDX-License-Identifier: Apache-2.0
// Aggregation: a hash table of groups, and for each aggregate its states by group.

#include <algorithm>
#include <utility>

#include "query/execute/group_table.h"
#include "query/execute/operators.h"
#include "query/function/registry.h"

namespace kith::query {
namespace {

// The states of one aggregate, by group.
class AggregateStates {
 public:
  virtual ~AggregateStates() = default;
  virtual Status Update(ExecutionContext& context, const Batch& batch,
                        const std::vector<uint32_t>& groups, size_t group_count) = 0;
  virtual Result<Value> Finish(ExecutionContext& context, size_t group) = 0;
};

// count(*) and count(x): one number for each group.
class CountStates : public AggregateStates {
 public:
  explicit CountStates(const AggregateColumn& aggregate) : aggregate_(aggregate) {}

  Status Update(ExecutionContext& context, const Batch& batch, const std::vector<uint32_t>& groups,
                size_t group_count) override {
    counts_.resize(group_count);
    if (aggregate_.arguments.empty()) {
      for (uint32_t group : groups) ++counts_[group];
      return Status::Ok();
    }
    Evaluated argument;
    KITH_RETURN_IF_ERROR(argument.Run(*aggregate_.arguments[0], context, batch));
    for (size_t row = 0; row < groups.size(); ++row) {
      if (!argument->IsNull(row)) ++counts_[groups[row]];
    }
    return Status::Ok();
  }

  Result<Value> Finish(ExecutionContext&, size_t group) override {
    return Value(group < counts_.size() ? counts_[group] : int64_t{0});
  }

 private:
  const AggregateColumn& aggregate_;
  std::vector<int64_t> counts_;
};

// Any aggregate, through the registry's states.
class GeneralStates : public AggregateStates {
 public:
  explicit GeneralStates(const AggregateColumn& aggregate) : aggregate_(aggregate) {}

  Status Update(ExecutionContext& context, const Batch& batch, const std::vector<uint32_t>& groups,
                size_t group_count) override {
    AddStates(group_count);
    std::vector<Evaluated> columns(aggregate_.arguments.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      KITH_RETURN_IF_ERROR(columns[i].Run(*aggregate_.arguments[i], context, batch));
    }
    std::vector<Value> arguments(columns.size());
    for (size_t row = 0; row < groups.size(); ++row) {
      for (size_t i = 0; i < columns.size(); ++i) arguments[i] = columns[i]->At(row);
      const Status updated = states_[groups[row]]->Update(context.functions, arguments);
      if (!updated.ok()) return AtRange(updated, aggregate_.range);
    }
    return Status::Ok();
  }

  Result<Value> Finish(ExecutionContext& context, size_t group) override {
    AddStates(group + 1);
    Result<Value> value = states_[group]->Finish(context.functions);
    if (!value.ok()) return AtRange(value.status(), aggregate_.range);
    return value;
  }

 private:
  void AddStates(size_t count) {
    while (states_.size() < count) {
      states_.push_back(NewAggregateState(*aggregate_.function, aggregate_.distinct));
    }
  }

  const AggregateColumn& aggregate_;
  std::vector<std::unique_ptr<AggregateState>> states_;
};

std::unique_ptr<AggregateStates> NewStates(const AggregateColumn& aggregate) {
  const bool counts = aggregate.function->signature.name == "count" && !aggregate.distinct;
  if (counts) return std::make_unique<CountStates>(aggregate);
  return std::make_unique<GeneralStates>(aggregate);
}

class AggregateOperatorState : public OperatorState {
 public:
  AggregateOperatorState(const AggregateOptions& plan, size_t slots, ExecutionContext& context)
      : plan_(plan),
        slots_(slots),
        context_(context),
        child_(plan.child->Start(context)),
        table_(plan.keys.size(), context.memory) {
    Begin();
  }

  Status Next(Batch* batch) override {
    if (!finished_input_) {
      KITH_RETURN_IF_ERROR(TakeInput());
      finished_input_ = true;
    }
    batch->Clear();
    const size_t count = std::min(kBatchRows, group_count_ - emitted_);
    if (count == 0) return Status::Ok();
    for (size_t k = 0; k < plan_.keys.size(); ++k) {
      Column& column = batch->columns[plan_.keys[k].column];
      column = table_.key(k);
      column.Slice(emitted_, count);
    }
    for (size_t a = 0; a < states_.size(); ++a) {
      Column& column = batch->columns[plan_.aggregates[a].column];
      column = Column();
      for (size_t i = 0; i < count; ++i) {
        KITH_ASSIGN_OR_RETURN(const Value value, states_[a]->Finish(context_, emitted_ + i));
        column.Append(value);
      }
    }
    AddOuter(count, batch);
    batch->rows = count;
    emitted_ += count;
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    Begin();
  }

 private:
  void Begin() {
    table_.Clear();
    states_.clear();
    for (const AggregateColumn& aggregate : plan_.aggregates) {
      states_.push_back(NewStates(aggregate));
    }
    group_count_ = plan_.keys.empty() ? 1 : 0;
    emitted_ = 0;
    finished_input_ = false;
  }

  void AddOuter(size_t count, Batch* batch) const {
    if (plan_.outer_carry.empty()) return;
    const std::vector<uint32_t> same_row(count, 0);
    batch->Gather(*context_.arguments[plan_.outer_number], same_row, plan_.outer_carry);
  }

  Status TakeInput() {
    Batch input(slots_);
    std::vector<uint32_t> groups;
    while (true) {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      KITH_RETURN_IF_ERROR(child_->Next(&input));
      if (input.rows == 0) return Status::Ok();
      KITH_RETURN_IF_ERROR(FindGroups(input, &groups));
      for (const auto& states : states_) {
        KITH_RETURN_IF_ERROR(states->Update(context_, input, groups, group_count_));
      }
    }
  }

  Status FindGroups(const Batch& input, std::vector<uint32_t>* groups) {
    if (plan_.keys.empty()) {
      groups->assign(input.rows, 0);
      return Status::Ok();
    }
    std::vector<Evaluated> keys(plan_.keys.size());
    std::vector<const Column*> columns;
    for (size_t k = 0; k < keys.size(); ++k) {
      KITH_RETURN_IF_ERROR(keys[k].Run(*plan_.keys[k].value, context_, input));
      columns.push_back(&*keys[k]);
    }
    KITH_RETURN_IF_ERROR(table_.FindOrAdd(columns, input.rows, groups));
    group_count_ = table_.size();
    return Status::Ok();
  }

  const AggregateOptions& plan_;
  size_t slots_;
  ExecutionContext& context_;
  std::unique_ptr<OperatorState> child_;
  GroupTable table_;
  std::vector<std::unique_ptr<AggregateStates>> states_;
  size_t group_count_ = 0;
  size_t emitted_ = 0;
  bool finished_input_ = false;
};

class AggregateOperator final : public Operator {
 public:
  explicit AggregateOperator(AggregateOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<AggregateOperatorState>(options_, slots(), context);
  }

 private:
  AggregateOptions options_;
};

}  // namespace

OperatorPtr NewAggregate(AggregateOptions options) {
  return std::make_unique<AggregateOperator>(std::move(options));
}

}  // namespace kith::query

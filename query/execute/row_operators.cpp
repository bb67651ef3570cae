// SPDX-License-Identifier: Apache-2.0
// Operators that work on one batch at a time: filter, project, skip, limit, drain.
#include <algorithm>

#include "query/execute/operators.h"
#include "query/execute/row_count.h"

namespace kith::query {

namespace {

class FilterOperator final : public Operator {
 public:
  FilterOperator(OperatorPtr child, std::vector<Condition> conditions)
      : child_(std::move(child)), conditions_(std::move(conditions)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const FilterOperator& plan, ExecutionContext& context)
        : plan_(plan), context_(context), child_(plan.child_->Start(context)) {}

    Status Next(Batch* batch) override {
      do {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        KITH_RETURN_IF_ERROR(child_->Next(batch));
        if (batch->rows == 0) return Status::Ok();
        KITH_RETURN_IF_ERROR(Apply(batch));
      } while (batch->rows == 0);
      return Status::Ok();
    }
    void Reset() override { child_->Reset(); }

   private:
    Status Apply(Batch* batch) {
      for (const Condition& condition : plan_.conditions_) {
        Evaluated holds;
        KITH_RETURN_IF_ERROR(holds.Run(*condition.predicate, context_, *batch));
        KITH_RETURN_IF_ERROR(AtRange(SelectTrue(*holds, &selected_), condition.range));
        if (selected_.size() < batch->rows) batch->Keep(selected_);
        if (batch->rows == 0) break;
      }
      return Status::Ok();
    }

    const FilterOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    std::vector<uint32_t> selected_;
  };

  OperatorPtr child_;
  std::vector<Condition> conditions_;
};

class ProjectOperator final : public Operator {
 public:
  ProjectOperator(OperatorPtr child, std::vector<Assignment> assignments, SlotList drop)
      : child_(std::move(child)), assignments_(std::move(assignments)), drop_(std::move(drop)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const ProjectOperator& plan, ExecutionContext& context)
        : plan_(plan),
          context_(context),
          child_(plan.child_->Start(context)),
          charge_(context.memory) {}

    Status Next(Batch* batch) override {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows == 0) return Status::Ok();
      // All values first: an item may replace a column that a later item reads.
      std::vector<Column> values(plan_.assignments_.size());
      std::vector<uint8_t> done(values.size(), 0);
      charge_.Release();
      if (values.size() > 1) KITH_RETURN_IF_ERROR(GatherTogether(*batch, &values, &done));
      for (size_t i = 0; i < values.size(); ++i) {
        if (done[i] != 0) continue;
        Evaluated value;
        KITH_RETURN_IF_ERROR(value.Run(*plan_.assignments_[i].value, context_, *batch));
        values[i] = value.Take();
        KITH_RETURN_IF_ERROR(value.MoveCharge(&charge_));
      }
      for (size_t i = 0; i < values.size(); ++i) {
        batch->columns[plan_.assignments_[i].column] = std::move(values[i]);
      }
      for (uint32_t column : plan_.drop_) batch->columns[column].Reset(ColumnKind::kNull);
      return Status::Ok();
    }
    void Reset() override { child_->Reset(); }

   private:
    /// Several properties of one node column come from storage in one pass.
    Status GatherTogether(const Batch& batch, std::vector<Column>* values,
                          std::vector<uint8_t>* done) {
      if (context_.checks_deleted) return Status::Ok();
      for (size_t i = 0; i < values->size(); ++i) {
        std::vector<size_t> items;
        std::vector<PropertyId> properties;
        const uint32_t column = Siblings(i, *done, &items, &properties);
        if (items.size() < 2) continue;
        const Column& nodes = batch.columns[column];
        if (nodes.kind() != ColumnKind::kNode || nodes.constant()) continue;
        std::vector<NodeId> ids;
        std::vector<storage::Column> gathered(properties.size());
        KITH_RETURN_IF_ERROR(context_.view.GatherMany(nodes.NodeIds(&ids), properties, &gathered));
        for (size_t k = 0; k < items.size(); ++k) {
          (*values)[items[k]].TakeFrom(std::move(gathered[k]));
          (*done)[items[k]] = 1;
        }
      }
      return Status::Ok();
    }

    /// The open items that read a property of the same column as item `first`, itself among them.
    uint32_t Siblings(size_t first, const std::vector<uint8_t>& done, std::vector<size_t>* items,
                      std::vector<PropertyId>* properties) const {
      uint32_t wanted = kNoColumn;
      for (size_t i = first; i < done.size(); ++i) {
        uint32_t column = kNoColumn;
        PropertyId property{};
        if (done[i] != 0 ||
            !plan_.assignments_[i].value->AsPropertyOfColumn(context_.view, &column, &property)) {
          if (i == first) return kNoColumn;
          continue;
        }
        if (i == first) wanted = column;
        if (column != wanted) continue;
        items->push_back(i);
        properties->push_back(property);
      }
      return wanted;
    }

    const ProjectOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    MemoryCharge charge_;  ///< For the large values of the last batch.
  };

  OperatorPtr child_;
  std::vector<Assignment> assignments_;
  SlotList drop_;
};

class SkipOperator final : public Operator {
 public:
  SkipOperator(OperatorPtr child, EvaluatorPtr count)
      : child_(std::move(child)), count_(std::move(count)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const SkipOperator& plan, ExecutionContext& context)
        : plan_(plan), context_(context), child_(plan.child_->Start(context)) {}

    Status Next(Batch* batch) override {
      if (!known_) {
        KITH_ASSIGN_OR_RETURN(left_, EvaluateCount(*plan_.count_, context_, plan_.slots(), "SKIP"));
        known_ = true;
      }
      do {
        KITH_RETURN_IF_ERROR(child_->Next(batch));
        if (batch->rows == 0) return Status::Ok();
        const size_t skipped = static_cast<size_t>(std::min<uint64_t>(left_, batch->rows));
        left_ -= skipped;
        if (skipped > 0) batch->Slice(skipped, batch->rows - skipped);
      } while (batch->rows == 0);
      return Status::Ok();
    }
    void Reset() override {
      child_->Reset();
      known_ = false;
    }

   private:
    const SkipOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    bool known_ = false;
    uint64_t left_ = 0;
  };

  OperatorPtr child_;
  EvaluatorPtr count_;
};

class LimitOperator final : public Operator {
 public:
  LimitOperator(OperatorPtr child, EvaluatorPtr count, bool exhaust)
      : child_(std::move(child)), count_(std::move(count)), exhaust_(exhaust) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const LimitOperator& plan, ExecutionContext& context)
        : plan_(plan), context_(context), child_(plan.child_->Start(context)) {}

    Status Next(Batch* batch) override {
      if (!known_) {
        KITH_ASSIGN_OR_RETURN(left_,
                              EvaluateCount(*plan_.count_, context_, plan_.slots(), "LIMIT"));
        known_ = true;
        if (left_ == 0 && plan_.exhaust_) KITH_RETURN_IF_ERROR(Exhaust(batch));
      }
      if (left_ == 0) {
        batch->Clear();
        return Status::Ok();
      }
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows > left_) batch->Slice(0, static_cast<size_t>(left_));
      left_ -= batch->rows;
      return Status::Ok();
    }
    void Reset() override {
      child_->Reset();
      known_ = false;
    }

   private:
    Status Exhaust(Batch* batch) {
      do {
        KITH_RETURN_IF_ERROR(child_->Next(batch));
      } while (batch->rows > 0);
      return Status::Ok();
    }

    const LimitOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    bool known_ = false;
    uint64_t left_ = 0;
  };

  OperatorPtr child_;
  EvaluatorPtr count_;
  bool exhaust_;
};

class DrainOperator final : public Operator {
 public:
  explicit DrainOperator(OperatorPtr child) : child_(std::move(child)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(child_->Start(context));
  }

 private:
  class State final : public OperatorState {
   public:
    explicit State(std::unique_ptr<OperatorState> child) : child_(std::move(child)) {}
    Status Next(Batch* batch) override {
      do {
        KITH_RETURN_IF_ERROR(child_->Next(batch));
      } while (batch->rows > 0);
      batch->Clear();
      return Status::Ok();
    }
    void Reset() override { child_->Reset(); }

   private:
    std::unique_ptr<OperatorState> child_;
  };

  OperatorPtr child_;
};

}  // namespace

OperatorPtr NewFilter(OperatorPtr child, std::vector<Condition> conditions) {
  return std::make_unique<FilterOperator>(std::move(child), std::move(conditions));
}
OperatorPtr NewProject(OperatorPtr child, std::vector<Assignment> assignments, SlotList drop) {
  return std::make_unique<ProjectOperator>(std::move(child), std::move(assignments),
                                           std::move(drop));
}
OperatorPtr NewSkip(OperatorPtr child, EvaluatorPtr count) {
  return std::make_unique<SkipOperator>(std::move(child), std::move(count));
}
OperatorPtr NewLimit(OperatorPtr child, EvaluatorPtr count, bool exhaust) {
  return std::make_unique<LimitOperator>(std::move(child), std::move(count), exhaust);
}
OperatorPtr NewDrain(OperatorPtr child) {
  return std::make_unique<DrainOperator>(std::move(child));
}

}  // namespace kith::query

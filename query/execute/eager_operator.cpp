// SPDX-License-Identifier: Apache-2.0
// Eager: reads its child to the end before it gives a row, so that what operators above write
// cannot be seen by those below.
#include "query/execute/operators.h"

namespace kith::query {

namespace {

class EagerOperator final : public Operator {
 public:
  EagerOperator(OperatorPtr child, SlotList carry)
      : child_(std::move(child)), carry_(std::move(carry)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const EagerOperator& plan, ExecutionContext& context)
        : plan_(plan),
          context_(context),
          child_(plan.child_->Start(context)),
          charge_(context.memory) {}

    Status Next(Batch* batch) override {
      if (!loaded_) KITH_RETURN_IF_ERROR(Load());
      batch->Clear();
      if (next_ == batches_.size()) return Status::Ok();
      *batch = std::move(batches_[next_++]);
      return Status::Ok();
    }

    void Reset() override {
      child_->Reset();
      loaded_ = false;
    }

   private:
    Status Load() {
      loaded_ = true;
      next_ = 0;
      batches_.clear();
      charge_.Release();
      Batch batch(plan_.slots());
      for (;;) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        KITH_RETURN_IF_ERROR(child_->Next(&batch));
        if (batch.rows == 0) return Status::Ok();
        Batch kept(plan_.slots());
        kept.rows = batch.rows;
        for (uint32_t column : plan_.carry_) {
          kept.columns[column] = std::move(batch.columns[column]);
        }
        KITH_RETURN_IF_ERROR(charge_.Add(kept.HeapBytes()));
        batches_.push_back(std::move(kept));
      }
    }

    const EagerOperator& plan_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    std::vector<Batch> batches_;
    MemoryCharge charge_;
    size_t next_ = 0;
    bool loaded_ = false;
  };

  OperatorPtr child_;
  SlotList carry_;
};

}  // namespace

OperatorPtr NewEager(OperatorPtr child, SlotList carry) {
  return std::make_unique<EagerOperator>(std::move(child), std::move(carry));
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// FOREACH: runs updating clauses for each element of a list, row by row of the child, and passes
// the child's rows on unchanged.
#include <utility>

#include "query/execute/execution_context.h"
#include "query/execute/operators.h"

namespace kith::query {
namespace {

class ForeachOperator final : public Operator {
 public:
  explicit ForeachOperator(ForeachOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(options_, slots(), context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const ForeachOptions& plan, size_t slots, ExecutionContext& context)
        : plan_(plan), slots_(slots), context_(context), child_(plan.child->Start(context)) {}

    Status Next(Batch* batch) override {
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows == 0) return Status::Ok();
      for (size_t row = 0; row < batch->rows; ++row) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        // The list is computed when the row's turn comes: it may read what earlier rows wrote.
        Batch single = *batch;
        single.Slice(row, 1);
        Evaluated list;
        KITH_RETURN_IF_ERROR(list.Run(*plan_.list, context_, single));
        KITH_RETURN_IF_ERROR(RunBody(single, list->At(0)));
      }
      return Status::Ok();
    }
    void Reset() override { child_->Reset(); }

   private:
    Status RunBody(const Batch& row, const Value& list) {
      if (list.IsNull()) return Status::Ok();
      if (!list.IsList()) {
        return AtRange(Status(StatusCode::kTypeError,
                              "FOREACH needs a list, but the value is " + list.ToString())
                           .WithDetail("InvalidArgumentType"),
                       plan_.range);
      }
      const List& elements = list.AsList();
      if (elements.empty()) return Status::Ok();
      Batch argument(slots_);
      for (uint32_t column : plan_.reads) {
        argument.columns[column].Broadcast(row.columns[column], 0, elements.size());
      }
      argument.columns[plan_.column] = Column::OfValues(elements);
      argument.rows = elements.size();

      const Batch* outer = std::exchange(context_.arguments[plan_.number], &argument);
      if (body_ == nullptr) {
        body_ = plan_.body->Start(context_);
      } else {
        body_->Reset();
      }
      Batch ignored(slots_);
      Status status;
      do {
        status = body_->Next(&ignored);
      } while (status.ok() && ignored.rows > 0);
      context_.arguments[plan_.number] = outer;
      return status;
    }

    const ForeachOptions& plan_;
    size_t slots_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    std::unique_ptr<OperatorState> body_;
  };

  ForeachOptions options_;
};

}  // namespace

OperatorPtr NewForeach(ForeachOptions options) {
  return std::make_unique<ForeachOperator>(std::move(options));
}

}  // namespace kith::query

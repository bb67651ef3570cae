// SPDX-License-Identifier: Apache-2.0
// UNWIND: the elements of a list, or the numbers of a range as they are wanted.
#include <algorithm>
#include <utility>

#include "query/execute/fan_out.h"
#include "query/execute/operators.h"
#include "query/function/integer_range.h"

namespace kith::query {

namespace {

class UnwindOperator final : public Operator {
 public:
  explicit UnwindOperator(UnwindOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public FanOutState {
   public:
    State(const UnwindOperator& plan, ExecutionContext& context)
        : FanOutState(*plan.options_.child, plan.slots(), plan.options_.carry, context),
          options_(plan.options_),
          inputs_(std::max<size_t>(1, options_.range.size())),
          charge_(context.memory) {}

   protected:
    void Restart() override { position_ = 0; }

    Status Load() override {
      charge_.Release();
      for (size_t i = 0; i < inputs_.size(); ++i) {
        const Evaluator& evaluator = options_.list != nullptr ? *options_.list : *options_.range[i];
        KITH_RETURN_IF_ERROR(inputs_[i].Run(evaluator, context(), input()));
        KITH_RETURN_IF_ERROR(inputs_[i].MoveCharge(&charge_));
      }
      return Status::Ok();
    }

    Status TakeRow() override {
      if (options_.list == nullptr) return TakeNumbers();
      TakeElements();
      return Status::Ok();
    }

    void Emit(Batch* batch) override {
      batch->columns[options_.column] = std::exchange(elements_, Column());
    }

   private:
    void Finish() {
      position_ = 0;
      NextRow();
    }

    void Add(const Value& element) {
      AddRows(1);
      elements_.Append(element);
    }

    /// null gives no row; a value that is no list counts as a list of itself.
    void TakeElements() {
      const Value value = inputs_[0]->At(row());
      if (!value.IsList()) {
        if (!value.IsNull()) Add(value);
        Finish();
        return;
      }
      const List& list = value.AsList();
      while (position_ < list.size() && Room() > 0) Add(list[position_++]);
      if (position_ == list.size()) Finish();
    }

    Status TakeNumbers() {
      std::vector<Value> arguments;
      for (const Evaluated& input : inputs_) arguments.push_back(input->At(row()));
      const bool any_null = std::any_of(arguments.begin(), arguments.end(),
                                        [](const Value& argument) { return argument.IsNull(); });
      IntegerRange range;
      if (!any_null) {
        Result<IntegerRange> numbers = RangeOf(arguments);
        if (!numbers.ok()) return AtRange(numbers.status(), options_.source);
        range = *numbers;
      }
      bool done = range.empty;
      while (!done && Room() > 0) {
        Add(Value(range.At(position_)));
        done = position_++ == range.last;
      }
      if (done) Finish();
      return Status::Ok();
    }

    const UnwindOptions& options_;
    std::vector<Evaluated> inputs_;  ///< The list, or the arguments of the range.
    MemoryCharge charge_;            ///< For the lists of this batch.
    uint64_t position_ = 0;          ///< Within the row's list.
    Column elements_;                ///< Of the rows that were added.
  };

  UnwindOptions options_;
};

}  // namespace

OperatorPtr NewUnwind(UnwindOptions options) {
  return std::make_unique<UnwindOperator>(std::move(options));
}

}  // namespace kith::query

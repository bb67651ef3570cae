// SPDX-License-Identifier: Apache-2.0
// Correlated plans: Apply joins the rows that a plan gives for each row to that row; a subquery
// expression makes one value of them.
#include <algorithm>

#include "query/execute/operators.h"

namespace kith::query {

namespace {

class ApplyOperator final : public Operator {
 public:
  explicit ApplyOperator(ApplyOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  bool batched() const { return options_.row_column != kNoColumn; }

  class State final : public OperatorState {
   public:
    State(const ApplyOperator& plan, ExecutionContext& context)
        : plan_(plan),
          options_(plan.options_),
          context_(context),
          left_(options_.left->Start(context)),
          right_(options_.right->Start(context)),
          input_(plan.slots()),
          argument_(plan.slots()),
          output_(plan.slots()) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      while (batch->rows == 0) {
        if (!running_) {
          if (begin_ == input_.rows) KITH_RETURN_IF_ERROR(LoadInput());
          if (input_.rows == 0) return Status::Ok();
          BeginRight();
        }
        KITH_RETURN_IF_ERROR(Step(batch));
      }
      return Status::Ok();
    }

    void Reset() override {
      left_->Reset();
      input_.Clear();
      begin_ = 0;
      running_ = false;
    }

   private:
    Status LoadInput() {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      begin_ = 0;
      return left_->Next(&input_);
    }

    /// The rows [begin_, end_) are the argument of the next run of the right side.
    void BeginRight() {
      end_ = plan_.batched() ? input_.rows : begin_ + 1;
      if (plan_.batched()) {
        context_.arguments[options_.number] = &input_;
      } else {
        argument_ = input_;
        argument_.Slice(begin_, 1);
        context_.arguments[options_.number] = &argument_;
      }
      matched_.assign(end_ - begin_, 0);
      seen_ = 0;
      right_->Reset();
      running_ = true;
    }

    Status Step(Batch* batch) {
      // Other runs of the same plan may have come between: point at our rows again.
      context_.arguments[options_.number] = plan_.batched() ? &input_ : &argument_;
      KITH_RETURN_IF_ERROR(right_->Next(&output_));
      if (output_.rows == 0) {
        Finish(batch);
        running_ = false;
        begin_ = end_;
        return Status::Ok();
      }
      if (options_.keep_left) return Status::Ok();
      std::vector<uint32_t> rows(output_.rows, static_cast<uint32_t>(begin_));
      if (plan_.batched()) {
        const Column& numbers = output_.columns[options_.row_column];
        for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(numbers.Word(i));
      }
      for (uint32_t row : rows) matched_[row - begin_] = 1;
      if (options_.optional && options_.ordered && FillGaps(&rows, batch)) return Status::Ok();
      batch->Gather(input_, rows, options_.left_carry);
      for (uint32_t column : options_.right_carry) {
        batch->columns[column] = std::move(output_.columns[column]);
      }
      return Status::Ok();
    }

    /// Puts left rows without match where they belong between those with one. False when there are
    /// none before the last row of this output; then nothing is done.
    bool FillGaps(std::vector<uint32_t>* rows, Batch* batch) {
      std::vector<uint32_t> merged;
      std::vector<uint32_t> sources;  ///< Rows of the output; its row count stands for null.
      const auto none = static_cast<uint32_t>(output_.rows);
      for (size_t i = 0; i < rows->size(); ++i) {
        const uint32_t row = (*rows)[i];
        for (; begin_ + seen_ < row; ++seen_) {
          if (matched_[seen_] != 0) continue;
          merged.push_back(static_cast<uint32_t>(begin_ + seen_));
          sources.push_back(none);
          matched_[seen_] = 1;
        }
        merged.push_back(row);
        sources.push_back(static_cast<uint32_t>(i));
      }
      if (merged.size() == rows->size()) return false;
      batch->Gather(input_, merged, options_.left_carry);
      for (uint32_t column : options_.right_carry) {
        Column& to = batch->columns[column];
        const Column& from = output_.columns[column];
        to.Reset(from.kind());
        for (uint32_t source : sources) {
          if (source == none) {
            to.PushNull();
          } else {
            to.AppendRow(from, source);
          }
        }
      }
      return true;
    }

    /// The left rows that stay although the right side had nothing for them.
    void Finish(Batch* batch) {
      if (!options_.optional && !options_.keep_left) return;
      std::vector<uint32_t> rows;
      for (size_t i = 0; i < matched_.size(); ++i) {
        if (options_.keep_left || matched_[i] == 0) {
          rows.push_back(static_cast<uint32_t>(begin_ + i));
        }
      }
      batch->Gather(input_, rows, options_.left_carry);
      for (uint32_t column : options_.right_carry) {
        batch->columns[column] = Column::Nulls(rows.size());
      }
    }

    const ApplyOperator& plan_;
    const ApplyOptions& options_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> left_;
    std::unique_ptr<OperatorState> right_;
    Batch input_;
    Batch argument_;
    Batch output_;
    size_t begin_ = 0;
    size_t end_ = 0;
    bool running_ = false;
    std::vector<uint8_t> matched_;
    size_t seen_ = 0;  ///< Rows of the argument up to here have come out, with FillGaps.
  };

  ApplyOptions options_;
};

class SubqueryEvaluator final : public Evaluator {
 public:
  explicit SubqueryEvaluator(SubqueryOptions options) : options_(std::move(options)) {
    set_reads(options_.arguments);
  }

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    std::vector<Tally> tallies(batch.rows);
    // A subquery may run inside another run of itself only through recursion of plans, which there
    // is not; but its argument must be given back to whoever set it.
    const Batch* before = context.arguments[options_.number];
    const Status status = options_.row_column != kNoColumn ? RunBatch(context, batch, &tallies)
                                                           : RunRows(context, batch, &tallies);
    context.arguments[options_.number] = before;
    KITH_RETURN_IF_ERROR(status);
    return Finish(tallies, out);
  }

 private:
  struct Tally {
    int64_t rows = 0;
    List values;
  };

  OperatorState& Begin(ExecutionContext& context) const {
    std::unique_ptr<OperatorState>& state = context.subplans[options_.subplan];
    if (state == nullptr) {
      state = options_.plan->Start(context);
    } else {
      state->Reset();
    }
    return *state;
  }

  bool KeepsValues() const {
    return options_.kind == bound::SubqueryKind::kCollect ||
           options_.kind == bound::SubqueryKind::kFirst;
  }

  Status RunBatch(ExecutionContext& context, const Batch& batch,
                  std::vector<Tally>* tallies) const {
    context.arguments[options_.number] = &batch;
    OperatorState& state = Begin(context);
    Batch output(options_.plan->slots());
    for (;;) {
      KITH_RETURN_IF_ERROR(state.Next(&output));
      if (output.rows == 0) return Status::Ok();
      const Column& numbers = output.columns[options_.row_column];
      for (size_t i = 0; i < output.rows; ++i) {
        Add(output, i, &(*tallies)[static_cast<size_t>(numbers.Word(i))]);
      }
    }
  }

  Status RunRows(ExecutionContext& context, const Batch& batch, std::vector<Tally>* tallies) const {
    Batch output(options_.plan->slots());
    Batch argument(batch.columns.size());
    for (size_t row = 0; row < batch.rows; ++row) {
      KITH_RETURN_IF_ERROR(context.CheckInterrupt());
      const uint32_t selected[] = {static_cast<uint32_t>(row)};
      argument.Gather(batch, selected, options_.arguments);
      context.arguments[options_.number] = &argument;
      OperatorState& state = Begin(context);
      for (;;) {
        KITH_RETURN_IF_ERROR(state.Next(&output));
        if (output.rows == 0) break;
        for (size_t i = 0; i < output.rows; ++i) Add(output, i, &(*tallies)[row]);
        if (options_.kind == bound::SubqueryKind::kExists) break;
      }
    }
    return Status::Ok();
  }

  void Add(const Batch& output, size_t row, Tally* tally) const {
    ++tally->rows;
    if (!KeepsValues()) return;
    if (options_.kind == bound::SubqueryKind::kFirst && tally->rows > 1) return;
    tally->values.push_back(output.columns[options_.output].At(row));
  }

  Status Finish(std::vector<Tally>& tallies, Column* out) const {
    out->Reset(KeepsValues()                                   ? ColumnKind::kValue
               : options_.kind == bound::SubqueryKind::kExists ? ColumnKind::kBoolean
                                                               : ColumnKind::kInteger);
    for (Tally& tally : tallies) {
      switch (options_.kind) {
        case bound::SubqueryKind::kExists: out->PushBoolean(tally.rows > 0); break;
        case bound::SubqueryKind::kCount: out->PushWord(static_cast<uint64_t>(tally.rows)); break;
        case bound::SubqueryKind::kFirst:
          out->PushValue(tally.values.empty() ? Value() : std::move(tally.values[0]));
          break;
        case bound::SubqueryKind::kCollect: {
          KITH_ASSIGN_OR_RETURN(Value list, operators::MakeList(std::move(tally.values)));
          out->PushValue(std::move(list));
          break;
        }
      }
    }
    return Status::Ok();
  }

  SubqueryOptions options_;
};

class DisjointRelationshipsEvaluator final : public Evaluator {
 public:
  DisjointRelationshipsEvaluator(uint32_t a, uint32_t b) : a_(a), b_(b) {
    set_reads(a < b ? SlotList{a, b} : SlotList{b, a});
  }

  Status Evaluate(ExecutionContext&, const Batch& batch, Column* out) const override {
    out->Reset(ColumnKind::kBoolean);
    out->Reserve(batch.rows);
    std::vector<RelId> left;
    std::vector<RelId> right;
    for (size_t row = 0; row < batch.rows; ++row) {
      Collect(batch.columns[a_], row, &left);
      Collect(batch.columns[b_], row, &right);
      const bool shared = std::any_of(left.begin(), left.end(), [&right](RelId id) {
        return std::find(right.begin(), right.end(), id) != right.end();
      });
      out->PushBoolean(!shared);
    }
    return Status::Ok();
  }

 private:
  static void Collect(const Column& column, size_t row, std::vector<RelId>* ids) {
    ids->clear();
    RelId id;
    if (column.RelationshipAt(row, &id)) {
      ids->push_back(id);
      return;
    }
    const Value value = column.At(row);
    if (!value.IsList()) return;
    for (const Value& element : value.AsList()) {
      if (element.IsRelationship()) ids->push_back(element.AsRelId());
    }
  }

  uint32_t a_;
  uint32_t b_;
};

}  // namespace

OperatorPtr NewApply(ApplyOptions options) {
  return std::make_unique<ApplyOperator>(std::move(options));
}
EvaluatorPtr NewSubquery(SubqueryOptions options) {
  return std::make_unique<SubqueryEvaluator>(std::move(options));
}
EvaluatorPtr NewDisjointRelationships(uint32_t a, uint32_t b) {
  return std::make_unique<DisjointRelationshipsEvaluator>(a, b);
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Joins of plans that do not depend on each other: the product and the hash join. Both keep the
// right side's rows in memory and stream the left.
#include <algorithm>
#include <unordered_map>

#include "query/execute/operators.h"

namespace kith::query {

namespace {

/// The rows of a plan, kept whole.
class BufferedRows {
 public:
  BufferedRows(ExecutionContext& context, size_t slots) : rows_(slots), charge_(context.memory) {}

  Status Load(OperatorState& plan, ExecutionContext& context, const SlotList& columns,
              size_t slots) {
    Batch batch(slots);
    rows_.Clear();
    charge_.Release();
    for (;;) {
      KITH_RETURN_IF_ERROR(context.CheckInterrupt());
      KITH_RETURN_IF_ERROR(plan.Next(&batch));
      if (batch.rows == 0) return Status::Ok();
      KITH_RETURN_IF_ERROR(charge_.Add(batch.HeapBytes()));
      rows_.AppendAll(batch, columns);
    }
  }

  const Batch& rows() const { return rows_; }

 private:
  Batch rows_;
  MemoryCharge charge_;
};

class ProductOperator final : public Operator {
 public:
  explicit ProductOperator(ProductOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const ProductOperator& plan, ExecutionContext& context)
        : options_(plan.options_),
          context_(context),
          left_(options_.left->Start(context)),
          right_(options_.right->Start(context)),
          input_(plan.slots()),
          buffer_(context, plan.slots()),
          slots_(plan.slots()) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      std::vector<uint32_t> left_rows;
      std::vector<uint32_t> right_rows;
      while (left_rows.size() < kBatchRows) {
        if (row_ == input_.rows) {
          if (!left_rows.empty()) break;
          KITH_RETURN_IF_ERROR(LoadInput());
          if (input_.rows == 0 || buffer_.rows().rows == 0) return Status::Ok();
        }
        left_rows.push_back(static_cast<uint32_t>(row_));
        right_rows.push_back(static_cast<uint32_t>(right_row_));
        if (++right_row_ < buffer_.rows().rows) continue;
        right_row_ = 0;
        ++row_;
      }
      batch->Gather(input_, left_rows, options_.left_carry);
      batch->Gather(buffer_.rows(), right_rows, options_.right_carry);
      return Status::Ok();
    }

    void Reset() override {
      left_->Reset();
      input_.Clear();
      row_ = right_row_ = 0;
      if (options_.rebuild) loaded_ = false;
    }

   private:
    Status LoadInput() {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      row_ = right_row_ = 0;
      KITH_RETURN_IF_ERROR(left_->Next(&input_));
      if (input_.rows == 0 || loaded_) return Status::Ok();
      loaded_ = true;
      right_->Reset();
      return buffer_.Load(*right_, context_, options_.right_carry, slots_);
    }

    const ProductOptions& options_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> left_;
    std::unique_ptr<OperatorState> right_;
    Batch input_;
    BufferedRows buffer_;
    size_t slots_;
    bool loaded_ = false;
    size_t row_ = 0;
    size_t right_row_ = 0;
  };

  ProductOptions options_;
};

class HashJoinOperator final : public Operator {
 public:
  explicit HashJoinOperator(HashJoinOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const HashJoinOperator& plan, ExecutionContext& context)
        : options_(plan.options_),
          context_(context),
          left_(options_.sides.left->Start(context)),
          right_(options_.sides.right->Start(context)),
          input_(plan.slots()),
          buffer_(context, plan.slots()),
          charge_(context.memory),
          slots_(plan.slots()) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      std::vector<uint32_t> left_rows;
      std::vector<uint32_t> right_rows;
      while (left_rows.size() < kBatchRows) {
        if (row_ == input_.rows) {
          if (!left_rows.empty()) break;
          KITH_RETURN_IF_ERROR(LoadInput());
          if (input_.rows == 0) return Status::Ok();
        }
        while (chain_ != 0 && left_rows.size() < kBatchRows) {
          left_rows.push_back(static_cast<uint32_t>(row_));
          right_rows.push_back(chain_ - 1);
          chain_ = next_[chain_ - 1];
        }
        if (chain_ == 0 && ++row_ < input_.rows) FindChain();
      }
      batch->Gather(input_, left_rows, options_.sides.left_carry);
      batch->Gather(buffer_.rows(), right_rows, options_.sides.right_carry);
      return Status::Ok();
    }

    void Reset() override {
      left_->Reset();
      input_.Clear();
      row_ = 0;
      chain_ = 0;
      if (options_.sides.rebuild) loaded_ = false;
    }

   private:
    Status LoadInput() {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      row_ = 0;
      chain_ = 0;
      KITH_RETURN_IF_ERROR(left_->Next(&input_));
      if (input_.rows == 0) return Status::Ok();
      if (!loaded_) KITH_RETURN_IF_ERROR(Build());
      hashes_.clear();
      KITH_RETURN_IF_ERROR(HashRows(options_.left_keys, input_, &hashes_));
      FindChain();
      return Status::Ok();
    }

    Status Build() {
      loaded_ = true;
      right_->Reset();
      heads_.clear();
      charge_.Release();
      SlotList columns = options_.sides.right_carry;
      for (const EvaluatorPtr& key : options_.right_keys) {
        columns.insert(columns.end(), key->reads().begin(), key->reads().end());
      }
      std::sort(columns.begin(), columns.end());
      columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
      KITH_RETURN_IF_ERROR(buffer_.Load(*right_, context_, columns, slots_));
      const size_t rows = buffer_.rows().rows;
      // A bucket of the map and a link of the chain for each row.
      KITH_RETURN_IF_ERROR(charge_.Add(rows * 48));
      std::vector<uint64_t> hashes;
      KITH_RETURN_IF_ERROR(HashRows(options_.right_keys, buffer_.rows(), &hashes));
      next_.assign(rows, 0);
      heads_.reserve(rows);
      // Backwards, so that a chain gives the rows in their order.
      for (size_t row = rows; row-- > 0;) {
        uint32_t& head = heads_[hashes[row]];
        next_[row] = head;
        head = static_cast<uint32_t>(row + 1);
      }
      return Status::Ok();
    }

    Status HashRows(const std::vector<EvaluatorPtr>& keys, const Batch& rows,
                    std::vector<uint64_t>* hashes) {
      hashes->assign(rows.rows, 0);
      for (const EvaluatorPtr& key : keys) {
        Evaluated column;
        KITH_RETURN_IF_ERROR(column.Run(*key, context_, rows));
        for (size_t row = 0; row < rows.rows; ++row) {
          (*hashes)[row] = column->Hash(row, (*hashes)[row]);
        }
      }
      return Status::Ok();
    }

    /// Rows of equal hashes; the planner puts the equality itself in a Filter above.
    void FindChain() {
      const auto found = heads_.find(hashes_[row_]);
      chain_ = found == heads_.end() ? 0 : found->second;
    }

    const HashJoinOptions& options_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> left_;
    std::unique_ptr<OperatorState> right_;
    Batch input_;
    BufferedRows buffer_;
    MemoryCharge charge_;
    size_t slots_;
    bool loaded_ = false;
    std::unordered_map<uint64_t, uint32_t> heads_;  ///< Row + 1 of each hash's first row.
    std::vector<uint32_t> next_;                    ///< Row + 1 of the next of the chain; 0: none.
    std::vector<uint64_t> hashes_;
    size_t row_ = 0;
    uint32_t chain_ = 0;
  };

  HashJoinOptions options_;
};

}  // namespace

OperatorPtr NewProduct(ProductOptions options) {
  return std::make_unique<ProductOperator>(std::move(options));
}
OperatorPtr NewHashJoin(HashJoinOptions options) {
  return std::make_unique<HashJoinOperator>(std::move(options));
}

}  // namespace kith::query

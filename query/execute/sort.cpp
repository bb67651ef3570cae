// SPDX-License-Identifier: Apache-2.0
// ORDER BY. Stable: rows of equal keys keep the child's order. With a limit only that many rows are
// kept while the child is read (top-k).
#include <algorithm>
#include <numeric>
#include <utility>

#include "query/execute/operators.h"
#include "query/execute/row_count.h"

namespace kith::query {
namespace {

/// Rows sorted or merged at a time, at first: a few milliseconds.
constexpr size_t kRunRows = size_t{1} << 16;

class SortState final : public OperatorState {
 public:
  SortState(const SortOptions& plan, size_t slots, ExecutionContext& context)
      : plan_(plan),
        slots_(slots),
        context_(context),
        child_(plan.child->Start(context)),
        rows_(slots),
        held_(plan.carry),
        memory_(context.memory) {
    // The keys are held too, even when nothing above reads them.
    for (const SortColumn& key : plan.keys) held_.push_back(key.column);
    std::sort(held_.begin(), held_.end());
    held_.erase(std::unique(held_.begin(), held_.end()), held_.end());
  }

  Status Next(Batch* batch) override {
    if (!sorted_) {
      KITH_ASSIGN_OR_RETURN(const size_t kept, KeptRows());
      KITH_RETURN_IF_ERROR(TakeInput(kept));
      KITH_RETURN_IF_ERROR(SortRows(kept));
      next_ = 0;
      sorted_ = true;
    }
    batch->Clear();
    const size_t count = std::min(kBatchRows, order_.size() - next_);
    if (count == 0) return Status::Ok();
    batch->Gather(rows_, std::span(order_).subspan(next_, count), plan_.carry);
    batch->rows = count;
    next_ += count;
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    rows_ = Batch(slots_);
    order_.clear();
    memory_.Release();
    charged_bytes_ = 0;
    sorted_ = false;
  }

 private:
  // skip + limit, or all.
  Result<size_t> KeptRows() {
    if (plan_.limit == nullptr) return SIZE_MAX;
    KITH_ASSIGN_OR_RETURN(const uint64_t limit,
                          EvaluateCount(*plan_.limit, context_, slots_, "LIMIT"));
    uint64_t skip = 0;
    if (plan_.skip != nullptr) {
      KITH_ASSIGN_OR_RETURN(skip, EvaluateCount(*plan_.skip, context_, slots_, "SKIP"));
    }
    return limit > SIZE_MAX - skip ? SIZE_MAX : skip + limit;
  }

  Status TakeInput(size_t kept) {
    Batch input(slots_);
    while (true) {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      KITH_RETURN_IF_ERROR(child_->Next(&input));
      if (input.rows == 0) return Status::Ok();
      if (kept == 0) continue;
      rows_.AppendAll(input, held_);
      KITH_RETURN_IF_ERROR(ChargeRows());
      // Pruning costs a pass over what is held, so it waits until at least half would go.
      if (kept <= rows_.rows / 2 && rows_.rows - kept >= kBatchRows) {
        KITH_RETURN_IF_ERROR(Prune(kept));
      }
    }
  }

  Status ChargeRows() {
    // The order takes a word for each row, and merging runs of it another.
    const size_t bytes = rows_.HeapBytes() + 2 * rows_.rows * sizeof(uint32_t);
    if (bytes <= charged_bytes_) return Status::Ok();
    KITH_RETURN_IF_ERROR(memory_.Add(bytes - charged_bytes_));
    charged_bytes_ = bytes;
    return Status::Ok();
  }

  bool Before(uint32_t a, uint32_t b) const {
    for (const SortColumn& key : plan_.keys) {
      const Column& column = rows_.columns[key.column];
      const int order = Column::Compare(column, a, column, b);
      if (order != 0) return key.descending ? order > 0 : order < 0;
    }
    return a < b;
  }

  // Puts the first `kept` rows of the order, sorted, into order_.
  Status SortRows(size_t kept) {
    order_.resize(rows_.rows);
    std::iota(order_.begin(), order_.end(), 0u);
    const auto before = [this](uint32_t a, uint32_t b) { return Before(a, b); };
    if (kept < order_.size()) {
      const auto end = order_.begin() + static_cast<ptrdiff_t>(kept);
      std::nth_element(order_.begin(), end, order_.end(), before);
      order_.resize(kept);
    }
    return MergeSort();
  }

  // Sorts order_ in runs, then merges neighbours: a statement must be able to stop in between,
  // which a comparison that fails inside std::sort could not do.
  Status MergeSort() {
    const auto before = [this](uint32_t a, uint32_t b) { return Before(a, b); };
    const size_t size = order_.size();
    const auto at = [size](auto& rows, size_t position) {
      return rows.begin() + static_cast<ptrdiff_t>(std::min(position, size));
    };
    for (size_t begin = 0; begin < size; begin += kRunRows) {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      std::sort(at(order_, begin), at(order_, begin + kRunRows), before);
    }
    std::vector<uint32_t> merged(size > kRunRows ? size : 0);
    for (size_t run = kRunRows; run < size; run *= 2) {
      for (size_t begin = 0; begin < size; begin += 2 * run) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        std::merge(at(order_, begin), at(order_, begin + run), at(order_, begin + run),
                   at(order_, begin + 2 * run), at(merged, begin), before);
      }
      order_.swap(merged);
    }
    return Status::Ok();
  }

  // Forgets all rows but the first `kept` of the order; these stay in the order of arrival.
  Status Prune(size_t kept) {
    KITH_RETURN_IF_ERROR(SortRows(kept));
    std::sort(order_.begin(), order_.end());
    rows_.Keep(order_);
    return Status::Ok();
  }

  const SortOptions& plan_;
  size_t slots_;
  ExecutionContext& context_;
  std::unique_ptr<OperatorState> child_;
  Batch rows_;
  SlotList held_;
  std::vector<uint32_t> order_;
  MemoryCharge memory_;
  size_t charged_bytes_ = 0;
  size_t next_ = 0;
  bool sorted_ = false;
};

class SortOperator final : public Operator {
 public:
  explicit SortOperator(SortOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<SortState>(options_, slots(), context);
  }

 private:
  SortOptions options_;
};

}  // namespace

OperatorPtr NewSort(SortOptions options) {
  return std::make_unique<SortOperator>(std::move(options));
}

}  // namespace kith::query

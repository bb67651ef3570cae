// SPDX-License-Identifier: Apache-2.0
#include "query/execute/sort.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kith::query {

class SortState : public OperatorState {
 public:
  SortState(const Sort& plan, std::unique_ptr<OperatorState> child, ExecutionContext& context)
      : plan_(plan),
        context_(context),
        child_(std::move(child)),
        rows_(plan.slots()),
        keys_(plan.keys_.size()),
        memory_(context.memory) {}

  Status Next(Batch* batch) override {
    if (!sorted_) {
      KITH_ASSIGN_OR_RETURN(const RowWindow window,
                            plan_.window_.Evaluate(context_, plan_.slots()));
      KITH_RETURN_IF_ERROR(TakeInput(window));
      SortRows(KeptRows(window));
      next_ = std::min<size_t>(window.skip, order_.size());
      sorted_ = true;
    }
    batch->Clear();
    const size_t count = std::min(kBatchRows, order_.size() - next_);
    if (count == 0) return Status::Ok();
    batch->Gather(rows_, std::span(order_).subspan(next_, count), plan_.carried_);
    batch->rows = count;
    next_ += count;
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    rows_ = Batch(plan_.slots());
    keys_.assign(plan_.keys_.size(), Column());
    order_.clear();
    memory_.Release();
    charged_bytes_ = 0;
    sorted_ = false;
  }

 private:
  // skip + limit, or all.
  static size_t KeptRows(const RowWindow& window) {
    if (!window.limit.has_value() || *window.limit > SIZE_MAX - window.skip) return SIZE_MAX;
    return window.skip + *window.limit;
  }

  Status TakeInput(const RowWindow& window) {
    const size_t kept = KeptRows(window);
    Batch input(plan_.slots());
    while (true) {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      KITH_RETURN_IF_ERROR(child_->Next(&input));
      if (input.rows == 0) return Status::Ok();
      if (kept == 0) continue;
      for (size_t k = 0; k < keys_.size(); ++k) {
        Evaluated key;
        KITH_RETURN_IF_ERROR(key.Run(*plan_.keys_[k].expression, context_, input));
        keys_[k].AppendAll(*key);
      }
      rows_.AppendAll(input, plan_.carried_);
      KITH_RETURN_IF_ERROR(ChargeRows());
      // Pruning costs a pass over what is held, so it waits until at least half would go.
      if (kept <= rows_.rows / 2 && rows_.rows - kept >= kBatchRows) Prune(kept);
    }
  }

  Status ChargeRows() {
    size_t bytes = rows_.HeapBytes() + rows_.rows * sizeof(uint32_t);
    for (const Column& key : keys_) bytes += key.HeapBytes();
    if (bytes <= charged_bytes_) return Status::Ok();
    KITH_RETURN_IF_ERROR(memory_.Add(bytes - charged_bytes_));
    charged_bytes_ = bytes;
    return Status::Ok();
  }

  bool Before(uint32_t a, uint32_t b) const {
    for (size_t k = 0; k < keys_.size(); ++k) {
      const int order = Column::Compare(keys_[k], a, keys_[k], b);
      if (order != 0) return plan_.keys_[k].descending ? order > 0 : order < 0;
    }
    return a < b;
  }

  // Puts the first `kept` rows of the order, sorted, into order_.
  void SortRows(size_t kept) {
    order_.resize(rows_.rows);
    std::iota(order_.begin(), order_.end(), 0u);
    const auto before = [this](uint32_t a, uint32_t b) { return Before(a, b); };
    if (kept < order_.size()) {
      const auto end = order_.begin() + static_cast<ptrdiff_t>(kept);
      std::nth_element(order_.begin(), end, order_.end(), before);
      order_.resize(kept);
    }
    std::sort(order_.begin(), order_.end(), before);
  }

  // Forgets all rows but the first `kept` of the order; these stay in the order of arrival.
  void Prune(size_t kept) {
    SortRows(kept);
    std::sort(order_.begin(), order_.end());
    rows_.Keep(order_);
    for (Column& key : keys_) key.Keep(order_);
  }

  const Sort& plan_;
  ExecutionContext& context_;
  std::unique_ptr<OperatorState> child_;
  Batch rows_;
  std::vector<Column> keys_;
  std::vector<uint32_t> order_;
  MemoryCharge memory_;
  size_t charged_bytes_ = 0;
  size_t next_ = 0;
  bool sorted_ = false;
};

Sort::Sort(OperatorPtr child, std::vector<SortColumn> keys, SlotList carried,
           WindowExpressions window)
    : child_(std::move(child)),
      keys_(std::move(keys)),
      carried_(std::move(carried)),
      window_(std::move(window)) {}

std::unique_ptr<OperatorState> Sort::Open(ExecutionContext& context) const {
  return std::make_unique<SortState>(*this, child_->Start(context), context);
}

}  // namespace kith::query

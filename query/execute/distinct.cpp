// SPDX-License-Identifier: Apache-2.0
// DISTINCT and UNION: rows that are Equivalent to no earlier one.

#include <utility>
#include <vector>

#include "query/execute/group_table.h"
#include "query/execute/operators.h"

namespace kith::query {
namespace {

class DistinctState : public OperatorState {
 public:
  DistinctState(const SlotList& columns, std::unique_ptr<OperatorState> child,
                ExecutionContext& context)
      : columns_(columns), child_(std::move(child)), table_(columns.size(), context.memory) {}

  Status Next(Batch* batch) override {
    std::vector<const Column*> keys(columns_.size());
    do {
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows == 0) return Status::Ok();
      for (size_t k = 0; k < keys.size(); ++k) keys[k] = &batch->columns[columns_[k]];
      uint32_t known = static_cast<uint32_t>(table_.size());
      KITH_RETURN_IF_ERROR(table_.FindOrAdd(keys, batch->rows, &groups_));
      first_rows_.clear();
      for (uint32_t row = 0; row < groups_.size(); ++row) {
        if (groups_[row] != known) continue;
        first_rows_.push_back(row);
        ++known;  // Groups are numbered in order of their first row.
      }
      batch->Keep(first_rows_);
    } while (batch->rows == 0);
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    table_.Clear();
  }

 private:
  const SlotList& columns_;
  std::unique_ptr<OperatorState> child_;
  GroupTable table_;
  std::vector<uint32_t> groups_;
  std::vector<uint32_t> first_rows_;
};

class DistinctOperator final : public Operator {
 public:
  DistinctOperator(OperatorPtr child, SlotList columns)
      : child_(std::move(child)), columns_(std::move(columns)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<DistinctState>(columns_, child_->Start(context), context);
  }

 private:
  OperatorPtr child_;
  SlotList columns_;
};

}  // namespace

OperatorPtr NewDistinct(OperatorPtr child, SlotList columns) {
  return std::make_unique<DistinctOperator>(std::move(child), std::move(columns));
}

}  // namespace kith::query

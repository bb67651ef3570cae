// SPDX-License-Identifier: Apache-2.0
// The frame of operators that make any number of rows from each row of their child, in its order:
// expansion, index seek, unwind, shortest path. It reads the child and fills batches; what rows
// come of a row, and the columns they add, is the derived state's.
//
// Does not block; buffers one batch of the child.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "query/execute/operator.h"

namespace kith::query {

class FanOutState : public OperatorState {
 public:
  /// `carry` are the child's columns that the new rows keep; kept by reference.
  FanOutState(const Operator& child, size_t slots, const SlotList& carry,
              ExecutionContext& context);

  Status Next(Batch* batch) final;
  void Reset() final;

 protected:
  /// Drops what is left of a row: the input is about to change.
  virtual void Restart() = 0;
  /// input() has new rows.
  virtual Status Load() = 0;
  /// Adds what row() gives while there is Room(), and calls NextRow once it has given all.
  virtual Status TakeRow() = 0;
  /// Fills the operator's own columns for the rows that were added, and forgets them.
  virtual void Emit(Batch* batch) = 0;

  ExecutionContext& context() { return context_; }
  const Batch& input() const { return input_; }
  size_t row() const { return row_; }
  void NextRow() { ++row_; }
  size_t Room() const { return kBatchRows - rows_.size(); }
  void AddRows(size_t count) { rows_.insert(rows_.end(), count, static_cast<uint32_t>(row_)); }

 private:
  ExecutionContext& context_;
  const SlotList& carry_;
  std::unique_ptr<OperatorState> child_;
  Batch input_;
  size_t row_ = 0;
  std::vector<uint32_t> rows_;  ///< Of the input, one for each new row.
};

}  // namespace kith::query

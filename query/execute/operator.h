// SPDX-License-Identifier: Apache-2.0
// The contract of physical operators.
//
//   Open(context) -> state        Next(batch), Next(batch), ... until batch->rows == 0
//                                 Reset(): begin again, for new arguments
//
// An operator is the immutable plan and may serve many runs at once; everything of one run is in
// its state. Operators pull from their children. The batch passed to Next has one column for each
// slot of the plan; what it held before is gone. Rows come in the order of the child's rows unless
// the operator's comment says otherwise.
//
// Thread safety: an operator is const; a state belongs to the thread of its run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "query/execute/batch.h"

namespace kith::query {

struct ExecutionContext;

class OperatorState {
 public:
  virtual ~OperatorState() = default;
  /// Fills `batch` with the next rows; batch->rows == 0 means the end, also at every later call.
  virtual Status Next(Batch* batch) = 0;
  /// Back to the beginning, children included. Arguments may have changed.
  virtual void Reset() = 0;
};

inline constexpr uint32_t kUnnumbered = UINT32_MAX;

class Operator {
 public:
  virtual ~Operator() = default;
  /// `context` outlives the state.
  virtual std::unique_ptr<OperatorState> Open(ExecutionContext& context) const = 0;

  /// Opens the state, wrapped in a counter when the context profiles.
  std::unique_ptr<OperatorState> Start(ExecutionContext& context) const;
  /// The number under which PROFILE counts this operator.
  void set_number(uint32_t number) { number_ = number; }
  uint32_t number() const { return number_; }
  size_t slots() const { return slots_; }
  void set_slots(size_t slots) { slots_ = slots; }

 private:
  uint32_t number_ = kUnnumbered;
  size_t slots_ = 0;  ///< Columns of the batches of this plan.
};

using OperatorPtr = std::unique_ptr<Operator>;
/// Numbers of columns, ascending.
using SlotList = std::vector<uint32_t>;

}  // namespace kith::query

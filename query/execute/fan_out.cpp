// SPDX-License-Identifier: Apache-2.0
// Reading rows and filling batches.
#include "query/execute/fan_out.h"

#include "query/execute/execution_context.h"

namespace kith::query {

FanOutState::FanOutState(const Operator& child, size_t slots, const SlotList& carry,
                         ExecutionContext& context)
    : context_(context), carry_(carry), child_(child.Start(context)), input_(slots) {}

Status FanOutState::Next(Batch* batch) {
  KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
  batch->Clear();
  rows_.clear();
  while (Room() > 0) {
    if (row_ < input_.rows) {
      KITH_RETURN_IF_ERROR(TakeRow());
      continue;
    }
    if (!rows_.empty()) break;
    KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
    KITH_RETURN_IF_ERROR(child_->Next(&input_));
    row_ = 0;
    Restart();
    if (input_.rows == 0) return Status::Ok();
    KITH_RETURN_IF_ERROR(Load());
  }
  batch->Gather(input_, rows_, carry_);
  Emit(batch);
  return Status::Ok();
}

void FanOutState::Reset() {
  child_->Reset();
  input_.Clear();
  row_ = 0;
  Restart();
}

}  // namespace kith::query

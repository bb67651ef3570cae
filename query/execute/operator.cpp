// SPDX-License-Identifier: Apache-2.0
// Counting what PROFILE shows, around any operator's state.
#include "query/execute/operator.h"

#include <chrono>

#include "query/execute/execution_context.h"

namespace kith::query {

namespace {

class ProfiledState final : public OperatorState {
 public:
  ProfiledState(std::unique_ptr<OperatorState> state, OperatorProfile* profile)
      : state_(std::move(state)), profile_(profile) {}

  Status Next(Batch* batch) override {
    const auto begin = std::chrono::steady_clock::now();
    const Status status = state_->Next(batch);
    const auto time = std::chrono::steady_clock::now() - begin;
    profile_->nanos +=
        static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
    profile_->rows += batch->rows;
    profile_->batches += batch->rows > 0 ? 1 : 0;
    return status;
  }

  void Reset() override { state_->Reset(); }

 private:
  std::unique_ptr<OperatorState> state_;
  OperatorProfile* profile_;
};

}  // namespace

std::unique_ptr<OperatorState> Operator::Start(ExecutionContext& context) const {
  std::unique_ptr<OperatorState> state = Open(context);
  if (number_ >= context.profile.size()) return state;
  return std::make_unique<ProfiledState>(std::move(state), &context.profile[number_]);
}

}  // namespace kith::query

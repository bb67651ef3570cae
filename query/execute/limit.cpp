// SPDX-License-Identifier: Apache-2.0
#include "query/execute/limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kith::query {
namespace {

Result<uint64_t> RowCount(const Evaluator& expression, SourceRange range, std::string_view clause,
                          ExecutionContext& context, size_t slots) {
  KITH_ASSIGN_OR_RETURN(const Value value, EvaluateSingle(expression, context, slots));
  if (!value.IsInteger()) {
    return Status(StatusCode::kSyntaxError,
                  fmt::format(
                      "{} needs a number of rows, but its value is {}; give an integer of 0 or "
                      "more",
                      clause, value.ToString()))
        .WithDetail("InvalidArgumentType")
        .WithPhase(ErrorPhase::kRuntime)
        .WithPosition(range);
  }
  if (value.AsInteger() < 0) {
    return Status(StatusCode::kSyntaxError,
                  fmt::format(
                      "{} needs a number of rows, but its value is {}; give an integer of 0 or "
                      "more",
                      clause, value.AsInteger()))
        .WithDetail("NegativeIntegerArgument")
        .WithPhase(ErrorPhase::kRuntime)
        .WithPosition(range);
  }
  return static_cast<uint64_t>(value.AsInteger());
}

}  // namespace

Result<RowWindow> WindowExpressions::Evaluate(ExecutionContext& context, size_t slots) const {
  RowWindow window;
  if (skip != nullptr) {
    KITH_ASSIGN_OR_RETURN(window.skip, RowCount(*skip, skip_range, "SKIP", context, slots));
  }
  if (limit != nullptr) {
    KITH_ASSIGN_OR_RETURN(window.limit, RowCount(*limit, limit_range, "LIMIT", context, slots));
  }
  return window;
}

class LimitState : public OperatorState {
 public:
  LimitState(const Limit& plan, std::unique_ptr<OperatorState> child, ExecutionContext& context)
      : plan_(plan), context_(context), child_(std::move(child)) {}

  Status Next(Batch* batch) override {
    if (!window_.has_value()) {
      KITH_ASSIGN_OR_RETURN(window_, plan_.window_.Evaluate(context_, plan_.slots()));
    }
    while (!done_) {
      if (window_->limit == uint64_t{0}) break;
      KITH_RETURN_IF_ERROR(child_->Next(batch));
      if (batch->rows == 0) {
        done_ = true;
        return Status::Ok();
      }
      const uint64_t skipped = std::min<uint64_t>(window_->skip, batch->rows);
      window_->skip -= skipped;
      uint64_t kept = batch->rows - skipped;
      if (window_->limit.has_value()) {
        kept = std::min(kept, *window_->limit);
        *window_->limit -= kept;
      }
      if (kept == 0) continue;
      batch->Slice(skipped, kept);
      return Status::Ok();
    }
    if (plan_.drain_ && !done_) KITH_RETURN_IF_ERROR(Drain(batch));
    done_ = true;
    batch->Clear();
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    window_.reset();
    done_ = false;
  }

 private:
  Status Drain(Batch* batch) {
    do {
      KITH_RETURN_IF_ERROR(child_->Next(batch));
    } while (batch->rows > 0);
    return Status::Ok();
  }

  const Limit& plan_;
  ExecutionContext& context_;
  std::unique_ptr<OperatorState> child_;
  std::optional<RowWindow> window_;  // What is still to skip and to keep.
  bool done_ = false;
};

Limit::Limit(OperatorPtr child, WindowExpressions window, bool drain)
    : child_(std::move(child)), window_(std::move(window)), drain_(drain) {}

std::unique_ptr<OperatorState> Limit::Open(ExecutionContext& context) const {
  return std::make_unique<LimitState>(*this, child_->Start(context), context);
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// UNION ALL: the rows of several plans one after the other.
#include <utility>

#include "query/execute/execution_context.h"
#include "query/execute/operators.h"

namespace kith::query {
namespace {

class UnionState final : public OperatorState {
 public:
  UnionState(const UnionOptions& plan, ExecutionContext& context) : plan_(plan) {
    for (const OperatorPtr& part : plan.parts) {
      states_.push_back(part->Start(context));
      rows_.emplace_back(part->slots());
    }
  }

  Status Next(Batch* batch) override {
    batch->Clear();
    for (; part_ < states_.size(); ++part_) {
      Batch& rows = rows_[part_];
      KITH_RETURN_IF_ERROR(states_[part_]->Next(&rows));
      if (rows.rows == 0) continue;
      for (size_t c = 0; c < plan_.to.size(); ++c) {
        // A part may return one of its columns twice, so it is copied and not moved.
        batch->columns[plan_.to[c]] = rows.columns[plan_.from[part_][c]];
      }
      batch->rows = rows.rows;
      return Status::Ok();
    }
    return Status::Ok();
  }

  void Reset() override {
    for (const auto& state : states_) state->Reset();
    part_ = 0;
  }

 private:
  const UnionOptions& plan_;
  std::vector<std::unique_ptr<OperatorState>> states_;
  std::vector<Batch> rows_;
  size_t part_ = 0;
};

class UnionOperator final : public Operator {
 public:
  explicit UnionOperator(UnionOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<UnionState>(options_, context);
  }

 private:
  UnionOptions options_;
};

}  // namespace

OperatorPtr NewUnion(UnionOptions options) {
  return std::make_unique<UnionOperator>(std::move(options));
}

}  // namespace kith::query

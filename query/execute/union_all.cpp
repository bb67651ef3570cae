// SPDX-License-Identifier: Apache-2.0
#include "query/execute/union_all.h"

#include <utility>

namespace kith::query {

class UnionAllState : public OperatorState {
 public:
  UnionAllState(const UnionAll& plan, ExecutionContext& context) : plan_(plan) {
    for (const UnionPart& part : plan.parts_) {
      states_.push_back(part.plan->Start(context));
      rows_.emplace_back(part.plan->slots());
    }
  }

  Status Next(Batch* batch) override {
    batch->Clear();
    for (; part_ < states_.size(); ++part_) {
      Batch& rows = rows_[part_];
      KITH_RETURN_IF_ERROR(states_[part_]->Next(&rows));
      if (rows.rows == 0) continue;
      for (size_t c = 0; c < plan_.columns_.size(); ++c) {
        // A part may return one of its columns twice, so it is copied and not moved.
        batch->columns[plan_.columns_[c]] = rows.columns[plan_.parts_[part_].columns[c]];
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
  const UnionAll& plan_;
  std::vector<std::unique_ptr<OperatorState>> states_;
  std::vector<Batch> rows_;
  size_t part_ = 0;
};

UnionAll::UnionAll(std::vector<UnionPart> parts, std::vector<uint32_t> columns)
    : parts_(std::move(parts)), columns_(std::move(columns)) {}

std::unique_ptr<OperatorState> UnionAll::Open(ExecutionContext& context) const {
  return std::make_unique<UnionAllState>(*this, context);
}

}  // namespace kith::query

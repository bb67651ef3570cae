// SPDX-License-Identifier: Apache-2.0
// DISTINCT before an aggregate.
#include "query/function/distinct_aggregate.h"

#include <unordered_set>
#include <utility>

#include "engine/base/value_compare.h"
#include "query/function/held_memory.h"

namespace kith::query {
namespace {

struct EquivalentHash {
  size_t operator()(const Value& value) const { return static_cast<size_t>(HashEquivalent(value)); }
};
struct EquivalentEqual {
  bool operator()(const Value& a, const Value& b) const { return Equivalent(a, b); }
};

// A hash node, its bucket and the place in the order.
constexpr size_t kEntryBytes = 64;

class DistinctAggregate final : public AggregateState {
 public:
  explicit DistinctAggregate(std::unique_ptr<AggregateState> inner) : inner_(std::move(inner)) {}

  Status Update(FunctionContext& context, std::span<const Value> arguments) override {
    if (arguments.empty() || arguments[0].IsNull()) return inner_->Update(context, arguments);
    Value row =
        arguments.size() == 1 ? arguments[0] : Value(List(arguments.begin(), arguments.end()));
    if (seen_.count(row) != 0) return Status::Ok();
    KITH_RETURN_IF_ERROR(memory_.Add(context, kEntryBytes + row.HeapBytes()));
    several_ = arguments.size() > 1;
    in_order_.push_back(row);
    seen_.insert(std::move(row));
    return inner_->Update(context, arguments);
  }

  Status Merge(FunctionContext& context, AggregateState& later) override {
    for (const Value& row : static_cast<DistinctAggregate&>(later).in_order_) {
      const bool several = static_cast<DistinctAggregate&>(later).several_;
      KITH_RETURN_IF_ERROR(
          Update(context, several ? std::span<const Value>(row.AsList()) : std::span(&row, 1)));
    }
    return Status::Ok();
  }

  Result<Value> Finish(FunctionContext& context) override { return inner_->Finish(context); }

 private:
  std::unique_ptr<AggregateState> inner_;
  std::unordered_set<Value, EquivalentHash, EquivalentEqual> seen_;
  std::vector<Value> in_order_;  // So that merging keeps the order of collect().
  bool several_ = false;         // Rows are lists of arguments.
  HeldMemory memory_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeDistinct(std::unique_ptr<AggregateState> state) {
  return std::make_unique<DistinctAggregate>(std::move(state));
}

}  // namespace kith::query

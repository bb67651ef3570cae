// SPDX-License-Identifier: Apache-2.0
// Trails by depth-first expansion in chunks.
#include "query/execute/variable_expand.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace kith::query {
namespace {

// One relationship of a partial trail and the node it led to; the first step of a trail has no
// parent and no relationship.
struct TrailStep {
  uint32_t parent;
  uint32_t row;
  RelId relationship;
  NodeId node;
};

constexpr uint32_t kNoParent = UINT32_MAX;

// Steps [begin, end) of one depth that are still to be expanded.
struct PendingSteps {
  uint32_t begin;
  uint32_t end;
  uint64_t depth;
};

class VariableExpandState : public OperatorState {
 public:
  VariableExpandState(const VariableExpandOptions& options, size_t slots,
                      std::unique_ptr<OperatorState> child, ExecutionContext& context)
      : options_(options),
        context_(context),
        child_(std::move(child)),
        input_(slots),
        memory_(context.memory) {}

  Status Next(Batch* batch) override {
    while (true) {
      if (emitted_ < found_rows_.size()) return Emit(batch);
      ClearFound();
      if (pending_.empty()) {
        KITH_RETURN_IF_ERROR(StartRows());
        if (input_.rows == 0) {
          batch->Clear();
          return Status::Ok();
        }
      } else {
        KITH_RETURN_IF_ERROR(ExpandChunk());
      }
    }
  }

  void Reset() override {
    child_->Reset();
    steps_.clear();
    pending_.clear();
    ClearFound();
  }

 private:
  void ClearFound() {
    found_rows_.clear();
    found_nodes_.clear();
    found_lists_.clear();
    emitted_ = 0;
  }

  // Takes the child's next batch and makes each row's node a trail of length 0.
  Status StartRows() {
    steps_.clear();
    memory_.Release();
    KITH_RETURN_IF_ERROR(child_->Next(&input_));
    const Column& from = input_.columns[options_.from];
    for (size_t row = 0; row < input_.rows; ++row) {
      NodeId node;
      if (!from.NodeAt(row, &node)) continue;
      steps_.push_back({kNoParent, static_cast<uint32_t>(row), RelId(), node});
    }
    CollectExcluded();
    if (options_.minimum == 0) {
      for (uint32_t step = 0; step < steps_.size(); ++step) Found(step);
    }
    PushPending(0, 0);
    return Status::Ok();
  }

  // The steps from `begin` on, all of this depth, wait for their expansion. The last are taken
  // first, so that steps_ can shrink like a stack.
  void PushPending(uint32_t begin, uint64_t depth) {
    if (options_.maximum.has_value() && depth >= *options_.maximum) return;
    const uint32_t end = static_cast<uint32_t>(steps_.size());
    for (uint32_t chunk = begin; chunk < end; chunk += kWalkChunk) {
      pending_.push_back({chunk, std::min<uint32_t>(end, chunk + kWalkChunk), depth});
    }
  }

  Status ExpandChunk() {
    const PendingSteps chunk = pending_.back();
    pending_.pop_back();
    steps_.resize(chunk.end);  // Everything above is explored.
    frontier_.rows.clear();
    frontier_.nodes.clear();
    for (uint32_t step = chunk.begin; step < chunk.end; ++step) {
      frontier_.rows.push_back(steps_[step].row);
      frontier_.nodes.push_back(steps_[step].node);
    }
    KITH_RETURN_IF_ERROR(
        TakeStep(context_, options_.step, input_, frontier_, &adjacency_, &allowed_));
    KITH_RETURN_IF_ERROR(Reserve(adjacency_.neighbours.size()));
    for (uint32_t i = 0; i < chunk.end - chunk.begin; ++i) Extend(chunk.begin + i, i);
    if (chunk.depth + 1 >= options_.minimum) {
      for (uint32_t step = chunk.end; step < steps_.size(); ++step) Found(step);
    }
    PushPending(chunk.end, chunk.depth + 1);
    return Status::Ok();
  }

  Status Reserve(size_t more) {
    if (steps_.size() + more >= std::numeric_limits<uint32_t>::max()) {
      return Status(StatusCode::kResourceExhausted,
                    "a variable-length pattern holds over 4 billion partial trails; give it an "
                    "upper bound such as *..5");
    }
    if (steps_.size() + more <= steps_.capacity()) return Status::Ok();
    const size_t capacity = std::max(steps_.size() + more, 2 * steps_.capacity());
    KITH_RETURN_IF_ERROR(memory_.Add((capacity - steps_.capacity()) * sizeof(TrailStep)));
    steps_.reserve(capacity);
    return Status::Ok();
  }

  // Appends the trails that go on from `step`, which is position `i` of the expansion.
  void Extend(uint32_t step, uint32_t i) {
    for (uint32_t j = adjacency_.offsets[i]; j < adjacency_.offsets[i + 1]; ++j) {
      if (!allowed_.empty() && allowed_[j] == 0) continue;
      const RelId relationship = adjacency_.relationships[j];
      if (IsUsed(step, relationship)) continue;
      steps_.push_back({step, steps_[step].row, relationship, adjacency_.neighbours[j]});
    }
  }

  // Walks back over the trail: trails are short, so this beats keeping a set for each.
  bool IsUsed(uint32_t step, RelId relationship) const {
    const std::vector<RelId>* excluded = excluded_.empty() ? nullptr : &excluded_[steps_[step].row];
    if (excluded != nullptr &&
        std::find(excluded->begin(), excluded->end(), relationship) != excluded->end()) {
      return true;
    }
    for (; steps_[step].parent != kNoParent; step = steps_[step].parent) {
      if (steps_[step].relationship == relationship) return true;
    }
    return false;
  }

  void CollectExcluded() {
    excluded_.clear();
    if (options_.exclude.empty()) return;
    excluded_.resize(input_.rows);
    for (uint32_t slot : options_.exclude) {
      const Column& column = input_.columns[slot];
      for (size_t row = 0; row < input_.rows; ++row) {
        RelId id;
        if (column.RelationshipAt(row, &id)) {
          excluded_[row].push_back(id);
        } else if (const Value list = column.At(row); list.IsList()) {
          for (const Value& value : list.AsList()) {
            if (value.IsRelationship()) excluded_[row].push_back(value.AsRelId());
          }
        }
      }
    }
  }

  void Found(uint32_t step) {
    const uint32_t row = steps_[step].row;
    const NodeId node = steps_[step].node;
    if (options_.to_bound) {
      NodeId wanted;
      if (!input_.columns[options_.to].NodeAt(row, &wanted) || wanted != node) return;
    }
    found_rows_.push_back(row);
    found_nodes_.push_back(node);
    if (options_.relationships == kNoColumn) return;
    List list;
    for (; steps_[step].parent != kNoParent; step = steps_[step].parent) {
      list.emplace_back(steps_[step].relationship);
    }
    if (!options_.reversed) std::reverse(list.begin(), list.end());
    found_lists_.emplace_back(std::move(list));
  }

  Status Emit(Batch* batch) {
    const size_t count = std::min(kBatchRows, found_rows_.size() - emitted_);
    const std::span<const uint32_t> rows(found_rows_.data() + emitted_, count);
    batch->Clear();
    batch->Gather(input_, rows, options_.carried);
    if (!options_.to_bound) {
      const auto first = found_nodes_.begin() + static_cast<ptrdiff_t>(emitted_);
      batch->columns[options_.to] =
          Column::OfNodes(std::vector<NodeId>(first, first + static_cast<ptrdiff_t>(count)));
    }
    if (options_.relationships != kNoColumn) {
      Column& lists = batch->columns[options_.relationships];
      lists.Reset(ColumnKind::kValue);
      lists.Reserve(count);
      for (size_t i = 0; i < count; ++i) lists.PushValue(std::move(found_lists_[emitted_ + i]));
    }
    batch->rows = count;
    emitted_ += count;
    return Status::Ok();
  }

  const VariableExpandOptions& options_;
  ExecutionContext& context_;
  std::unique_ptr<OperatorState> child_;
  Batch input_;
  MemoryCharge memory_;

  std::vector<TrailStep> steps_;
  std::vector<PendingSteps> pending_;
  std::vector<std::vector<RelId>> excluded_;  // By row; empty when nothing is excluded.
  WalkFrontier frontier_;
  storage::Adjacency adjacency_;
  std::vector<uint8_t> allowed_;

  std::vector<uint32_t> found_rows_;
  std::vector<NodeId> found_nodes_;
  std::vector<Value> found_lists_;
  size_t emitted_ = 0;
};

}  // namespace

VariableExpand::VariableExpand(OperatorPtr child, VariableExpandOptions options)
    : child_(std::move(child)), options_(std::move(options)) {}

std::unique_ptr<OperatorState> VariableExpand::Open(ExecutionContext& context) const {
  return std::make_unique<VariableExpandState>(options_, slots(), child_->Start(context), context);
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// Leaves: one empty row, arguments, node scans, node counts.
#include <bit>
#include <numeric>

#include "query/execute/operators.h"
#include "storage/catalog.h"

namespace kith::query {

namespace {

class UnitOperator final : public Operator {
 public:
  std::unique_ptr<OperatorState> Open(ExecutionContext&) const override {
    return std::make_unique<State>();
  }

 private:
  class State final : public OperatorState {
   public:
    Status Next(Batch* batch) override {
      batch->Clear();
      batch->rows = done_ ? 0 : 1;
      done_ = true;
      return Status::Ok();
    }
    void Reset() override { done_ = false; }

   private:
    bool done_ = false;
  };
};

class ArgumentOperator final : public Operator {
 public:
  explicit ArgumentOperator(ArgumentOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(options_, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const ArgumentOptions& options, ExecutionContext& context)
        : options_(options), context_(context) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      if (done_) return Status::Ok();
      done_ = true;
      const Batch& rows = *context_.arguments[options_.number];
      batch->rows = rows.rows;
      for (uint32_t column : options_.carry) batch->columns[column] = rows.columns[column];
      if (options_.row_column == kNoColumn) return Status::Ok();
      Column& numbers = batch->columns[options_.row_column];
      numbers.Reset(ColumnKind::kInteger);
      numbers.Reserve(rows.rows);
      for (size_t row = 0; row < rows.rows; ++row) numbers.PushWord(row);
      return Status::Ok();
    }
    void Reset() override { done_ = false; }

   private:
    const ArgumentOptions& options_;
    ExecutionContext& context_;
    bool done_ = false;
  };

  ArgumentOptions options_;
};

class NodeScanOperator final : public Operator {
 public:
  explicit NodeScanOperator(NodeScanOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  struct Test {
    PropertyId property{};
    storage::PropertyPredicate predicate;
  };

  class State final : public OperatorState {
   public:
    State(const NodeScanOperator& plan, ExecutionContext& context)
        : plan_(plan), context_(context) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      if (!started_) KITH_RETURN_IF_ERROR(Begin());
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      Column& nodes = batch->columns[plan_.options_.column];
      nodes.Reset(ColumnKind::kNode);
      while (nodes.size() < kBatchRows) {
        if (word_ == members_.words.size()) {
          if (group_ == groups_.size()) break;
          KITH_RETURN_IF_ERROR(LoadGroup());
          continue;
        }
        TakeWord(&nodes);
      }
      batch->rows = nodes.size();
      return Status::Ok();
    }

    void Reset() override { started_ = false; }

   private:
    Status Begin() {
      started_ = true;
      groups_.clear();
      tests_.clear();
      members_.words.clear();
      group_ = word_ = 0;
      const NodeScanOptions& options = plan_.options_;
      if (options.label.has_value()) {
        label_ = context_.view.catalog().FindLabel(*options.label);
        if (!label_.has_value()) return Status::Ok();
      }
      for (const ScanPredicate& predicate : options.predicates) {
        const std::optional<PropertyId> property =
            context_.view.catalog().FindProperty(predicate.property);
        if (!property.has_value()) return Status::Ok();
        Test test{*property, {predicate.op, Value()}};
        if (predicate.operand != nullptr) {
          KITH_ASSIGN_OR_RETURN(test.predicate.operand,
                                EvaluateSingle(*predicate.operand, context_, plan_.slots()));
        }
        tests_.push_back(std::move(test));
      }
      KITH_ASSIGN_OR_RETURN(groups_, context_.view.LabelGroups(label_));
      return Status::Ok();
    }

    Status LoadGroup() {
      members_.words.clear();
      word_ = 0;
      const GroupId group = groups_[group_++];
      KITH_RETURN_IF_ERROR(context_.view.LabelNodes(group, label_, &members_));
      for (const Test& test : tests_) {
        if (members_.words.empty()) break;
        KITH_RETURN_IF_ERROR(
            context_.view.ScanFilter(group, test.property, test.predicate, &members_));
      }
      return Status::Ok();
    }

    /// Moves the members of one word to the column: at most 64 past the size of a batch.
    void TakeWord(Column* nodes) {
      uint64_t bits = members_.words[word_];
      const GroupId group = groups_[group_ - 1];
      while (bits != 0) {
        const auto bit = static_cast<uint32_t>(std::countr_zero(bits));
        nodes->PushNode(NodeId(group, static_cast<uint32_t>(word_ * 64) + bit));
        bits &= bits - 1;
      }
      ++word_;
    }

    const NodeScanOperator& plan_;
    ExecutionContext& context_;
    bool started_ = false;
    std::optional<LabelId> label_;
    std::vector<Test> tests_;
    std::vector<GroupId> groups_;
    size_t group_ = 0;  ///< The next one to load.
    storage::SlotBitmap members_;
    size_t word_ = 0;
  };

  NodeScanOptions options_;
};

class NodeCountOperator final : public Operator {
 public:
  explicit NodeCountOperator(NodeCountOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(options_, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const NodeCountOptions& options, ExecutionContext& context)
        : options_(options), context_(context) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      if (done_) return Status::Ok();
      done_ = true;
      KITH_ASSIGN_OR_RETURN(const int64_t count, Count());
      batch->rows = 1;
      batch->columns[options_.column] = Column::Constant(Value(count), 1);
      return Status::Ok();
    }
    void Reset() override { done_ = false; }

   private:
    Result<int64_t> Count() {
      std::optional<LabelId> label;
      if (options_.label.has_value()) {
        label = context_.view.catalog().FindLabel(*options_.label);
        if (!label.has_value()) return int64_t{0};
      }
      KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, context_.view.LabelGroups(label));
      int64_t count = 0;
      storage::SlotBitmap members;
      for (GroupId group : groups) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        members.words.clear();
        KITH_RETURN_IF_ERROR(context_.view.LabelNodes(group, label, &members));
        for (uint64_t word : members.words) count += std::popcount(word);
      }
      return count;
    }

    const NodeCountOptions& options_;
    ExecutionContext& context_;
    bool done_ = false;
  };

  NodeCountOptions options_;
};

}  // namespace

OperatorPtr NewUnit() {
  return std::make_unique<UnitOperator>();
}
OperatorPtr NewArgument(ArgumentOptions options) {
  return std::make_unique<ArgumentOperator>(std::move(options));
}
OperatorPtr NewNodeScan(NodeScanOptions options) {
  return std::make_unique<NodeScanOperator>(std::move(options));
}
OperatorPtr NewNodeCount(NodeCountOptions options) {
  return std::make_unique<NodeCountOperator>(std::move(options));
}

}  // namespace kith::query

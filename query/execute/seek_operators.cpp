// SPDX-License-Identifier: Apache-2.0
// Finding entities for each row: through property indexes, or by id.
#include <algorithm>
#include <utility>

#include "index/index_catalog.h"
#include "index/property/property_index.h"
#include "query/execute/fan_out.h"
#include "query/execute/operators.h"

namespace kith::query {

namespace {

class IndexSeekOperator final : public Operator {
 public:
  explicit IndexSeekOperator(IndexSeekOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  /// The values of the seek's expressions for the rows of a batch.
  struct Operands {
    std::vector<Evaluated> equal;
    Evaluated lower;
    Evaluated upper;
    Evaluated prefix;
    Evaluated in;
  };

  class State final : public FanOutState {
   public:
    State(const IndexSeekOperator& plan, ExecutionContext& context)
        : FanOutState(*plan.options_.child, plan.slots(), plan.options_.carry, context),
          options_(plan.options_),
          charge_(context.memory) {
      found_.Reset(options_.relationships ? ColumnKind::kRelationship : ColumnKind::kNode);
    }

   protected:
    void Restart() override { cursor_.reset(); }

    Status Load() override {
      charge_.Release();
      if (operands_.equal.empty()) {
        operands_.equal = std::vector<Evaluated>(options_.equal.size());
      }
      for (size_t i = 0; i < options_.equal.size(); ++i) {
        KITH_RETURN_IF_ERROR(Evaluate(options_.equal[i], &operands_.equal[i]));
      }
      KITH_RETURN_IF_ERROR(Evaluate(options_.lower, &operands_.lower));
      KITH_RETURN_IF_ERROR(Evaluate(options_.upper, &operands_.upper));
      KITH_RETURN_IF_ERROR(Evaluate(options_.prefix, &operands_.prefix));
      return Evaluate(options_.in, &operands_.in);
    }

    /// Takes what the index has for the row.
    Status TakeRow() override {
      if (cursor_ == nullptr) {
        index::PropertySeek seek;
        if (!MakeSeek(&seek)) {
          NextRow();
          return Status::Ok();
        }
        KITH_ASSIGN_OR_RETURN(cursor_, index::PropertyCursor::Open(&context().view.keys(),
                                                                   *options_.definition, seek));
      }
      const size_t room = Room();
      size_t taken = 0;
      if (options_.relationships) {
        KITH_RETURN_IF_ERROR(cursor_->Next(room, &relationships_));
        taken = relationships_.size();
        for (RelId id : relationships_) found_.PushRelationship(id);
      } else {
        KITH_RETURN_IF_ERROR(cursor_->Next(room, &nodes_));
        taken = nodes_.size();
        for (NodeId id : nodes_) found_.PushNode(id);
      }
      AddRows(taken);
      if (taken == room) return Status::Ok();
      cursor_.reset();
      NextRow();
      return Status::Ok();
    }

    void Emit(Batch* batch) override {
      Column next;
      next.Reset(found_.kind());
      batch->columns[options_.column] = std::exchange(found_, std::move(next));
    }

   private:
    Status Evaluate(const EvaluatorPtr& evaluator, Evaluated* column) {
      if (evaluator == nullptr) return Status::Ok();
      KITH_RETURN_IF_ERROR(column->Run(*evaluator, context(), input()));
      return column->MoveCharge(&charge_);
    }

    /// False when an operand is null or of a type that finds nothing.
    bool MakeSeek(index::PropertySeek* seek) const {
      seek->backward = options_.backward;
      for (const Evaluated& column : operands_.equal) {
        seek->equal.push_back(column->At(row()));
        if (seek->equal.back().IsNull()) return false;
      }
      if (options_.lower != nullptr) {
        seek->lower = {operands_.lower->At(row()), options_.lower_inclusive};
        if (seek->lower->value.IsNull()) return false;
      }
      if (options_.upper != nullptr) {
        seek->upper = {operands_.upper->At(row()), options_.upper_inclusive};
        if (seek->upper->value.IsNull()) return false;
      }
      if (options_.prefix != nullptr) {
        const Value prefix = operands_.prefix->At(row());
        if (!prefix.IsString()) return false;
        seek->prefix = std::string(prefix.AsString());
      }
      if (options_.in != nullptr) {
        const Value list = operands_.in->At(row());
        if (!list.IsList()) return false;
        seek->in = list.AsList();
      }
      return true;
    }

    const IndexSeekOptions& options_;
    Operands operands_;
    MemoryCharge charge_;  ///< For the operands' large values.
    std::unique_ptr<index::PropertyCursor> cursor_;
    Column found_;  ///< For the rows that were added.
    std::vector<NodeId> nodes_;
    std::vector<RelId> relationships_;
  };

  IndexSeekOptions options_;
};

class IdSeekOperator final : public Operator {
 public:
  explicit IdSeekOperator(IdSeekOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public OperatorState {
   public:
    State(const IdSeekOperator& plan, ExecutionContext& context)
        : options_(plan.options_),
          context_(context),
          child_(options_.child->Start(context)),
          input_(plan.slots()) {}

    Status Next(Batch* batch) override {
      batch->Clear();
      while (batch->rows == 0) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        KITH_RETURN_IF_ERROR(child_->Next(&input_));
        if (input_.rows == 0) return Status::Ok();
        KITH_RETURN_IF_ERROR(Seek(batch));
      }
      return Status::Ok();
    }
    void Reset() override { child_->Reset(); }

   private:
    Status Seek(Batch* batch) {
      Evaluated ids;
      KITH_RETURN_IF_ERROR(ids.Run(*options_.ids, context_, input_));
      std::vector<NodeId> nodes;
      std::vector<uint32_t> rows;
      for (size_t row = 0; row < input_.rows; ++row) {
        const size_t begin = nodes.size();
        AddIds(ids->At(row), &nodes);
        // An id that a list repeats finds its node once.
        const auto first = nodes.begin() + static_cast<std::ptrdiff_t>(begin);
        std::sort(first, nodes.end());
        nodes.erase(std::unique(first, nodes.end()), nodes.end());
        rows.resize(nodes.size(), static_cast<uint32_t>(row));
      }
      std::vector<uint8_t> exist;
      KITH_RETURN_IF_ERROR(context_.view.Exist(nodes, &exist));
      Column found;
      found.Reset(ColumnKind::kNode);
      std::vector<uint32_t> kept;
      for (size_t i = 0; i < nodes.size(); ++i) {
        if (exist[i] == 0) continue;
        found.PushNode(nodes[i]);
        kept.push_back(rows[i]);
      }
      batch->Gather(input_, kept, options_.carry);
      batch->columns[options_.column] = std::move(found);
      return Status::Ok();
    }

    static void AddIds(const Value& value, std::vector<NodeId>* nodes) {
      if (value.IsInteger() && value.AsInteger() >= 0) {
        nodes->push_back(NodeId(static_cast<uint64_t>(value.AsInteger())));
      } else if (value.IsList()) {
        for (const Value& element : value.AsList()) {
          if (element.IsInteger()) AddIds(element, nodes);
        }
      }
    }

    const IdSeekOptions& options_;
    ExecutionContext& context_;
    std::unique_ptr<OperatorState> child_;
    Batch input_;
  };

  IdSeekOptions options_;
};

}  // namespace

OperatorPtr NewIndexSeek(IndexSeekOptions options) {
  return std::make_unique<IndexSeekOperator>(std::move(options));
}
OperatorPtr NewIdSeek(IdSeekOptions options) {
  return std::make_unique<IdSeekOperator>(std::move(options));
}

}  // namespace kith::query

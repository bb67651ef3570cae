// SPDX-License-Identifier: Apache-2.0
// CALL procedure YIELD: for each row of the child the rows that the procedure gives. Buffers the
// rows of one call, unless the procedure streams them: then one batch.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "query/execute/execution_context.h"
#include "query/execute/operators.h"
#include "query/procedure.h"

namespace kith::query {
namespace {

// An argument as the procedure declared it: integers become floats where only floats are taken.
Result<Value> ConvertArgument(const ProcedureSignature& signature, size_t i, const Value& value) {
  const ProcedureField& input = signature.inputs[i];
  if (value.IsNull() || input.type.kind == FieldType::Kind::kAny) return value;
  if (input.type.kind == FieldType::Kind::kNumber) {
    if (value.IsNumber()) return value;
  } else {
    if (value.type() == input.type.exact) return value;
    if (input.type.exact == ValueType::kFloat && value.IsInteger()) return Value(value.AsNumber());
  }
  return Status(StatusCode::kTypeError, "argument " + input.name + " of " + signature.name +
                                            " cannot be " + value.ToString() +
                                            ", a value of type " +
                                            std::string(ValueTypeName(value.type())))
      .WithDetail("InvalidArgumentType");
}

class ProcedureCallState final : public OperatorState {
 public:
  ProcedureCallState(const ProcedureCallOptions& plan, size_t slots, ExecutionContext& context)
      : plan_(plan),
        context_(context),
        child_(plan.child->Start(context)),
        input_(slots),
        memory_(context.memory),
        unlimited_("procedure", 0),
        streaming_(dynamic_cast<const StreamingProcedure*>(plan.procedure)),
        procedure_context_{context.transaction, *context.statements,
                           context.interrupt != nullptr ? *context.interrupt : never_,
                           context.memory != nullptr ? *context.memory : unlimited_} {}

  Status Next(Batch* batch) override {
    batch->Clear();
    rows_.clear();
    columns_.assign(plan_.yields.size(), Column());
    while (rows_.empty()) {
      if (row_ == input_.rows && next_result_ == results_.size() && source_ == nullptr) {
        KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
        KITH_RETURN_IF_ERROR(child_->Next(&input_));
        row_ = 0;
        if (input_.rows == 0) return Status::Ok();
      }
      KITH_RETURN_IF_ERROR(Fill());
    }
    batch->Gather(input_, rows_, plan_.carry);
    for (size_t i = 0; i < plan_.yields.size(); ++i) {
      batch->columns[plan_.yields[i].second] = std::move(columns_[i]);
    }
    batch->rows = rows_.size();
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    input_.Clear();
    row_ = 0;
    ClearResults();
  }

 private:
  void ClearTaken() {
    results_.clear();
    next_result_ = 0;
    memory_.Release();
  }

  void ClearResults() {
    source_.reset();
    ClearTaken();
  }

  // Takes results, calling the procedure for further rows of the input, until a batch is full.
  Status Fill() {
    while (rows_.size() < kBatchRows) {
      if (next_result_ < results_.size()) {
        const std::vector<Value>& result = results_[next_result_++];
        rows_.push_back(static_cast<uint32_t>(row_ - 1));
        for (size_t i = 0; i < columns_.size(); ++i) columns_[i].Append(result[i]);
        continue;
      }
      if (source_ != nullptr) {
        const Status taken = TakeFromSource();
        if (!taken.ok()) return AtRange(taken, plan_.range);
        continue;
      }
      ClearResults();
      if (row_ == input_.rows) break;
      const Status called = CallForRow(row_);
      if (!called.ok()) return AtRange(called, plan_.range);
      ++row_;
    }
    return Status::Ok();
  }

  Status CallForRow(size_t row) {
    const ProcedureSignature& signature = plan_.procedure->signature();
    Batch single = input_;
    single.Slice(row, 1);
    std::vector<Value> arguments;
    for (size_t i = 0; i < plan_.arguments.size(); ++i) {
      Evaluated argument;
      KITH_RETURN_IF_ERROR(argument.Run(*plan_.arguments[i], context_, single));
      KITH_ASSIGN_OR_RETURN(Value value, ConvertArgument(signature, i, argument->At(0)));
      arguments.push_back(std::move(value));
    }
    if (streaming_ != nullptr) {
      KITH_ASSIGN_OR_RETURN(source_, streaming_->Open(procedure_context_, arguments));
      source_rows_ = 0;
      return Status::Ok();
    }
    KITH_RETURN_IF_ERROR(
        plan_.procedure->Call(procedure_context_, arguments,
                              [this](std::span<const Value> result) { return Take(result); }));
    const bool keeps_row = signature.outputs.empty() || (plan_.optional && results_.empty());
    if (keeps_row) results_.assign(1, std::vector<Value>(plan_.yields.size()));
    return Status::Ok();
  }

  // One row of the source, or its end.
  Status TakeFromSource() {
    ClearTaken();
    KITH_ASSIGN_OR_RETURN(const bool more, source_->Next(&source_row_));
    if (more) {
      ++source_rows_;
      return Take(source_row_);
    }
    source_.reset();
    if (plan_.optional && source_rows_ == 0) {
      results_.assign(1, std::vector<Value>(plan_.yields.size()));
    }
    return Status::Ok();
  }

  Status Take(std::span<const Value> result) {
    if (result.size() != plan_.procedure->signature().outputs.size()) {
      return Status(StatusCode::kInternal, plan_.procedure->signature().name + " gave a row of " +
                                               std::to_string(result.size()) +
                                               " values, which it does not declare");
    }
    std::vector<Value> row;
    row.reserve(plan_.yields.size());
    size_t bytes = sizeof row;
    for (const auto& [output, column] : plan_.yields) {
      bytes += sizeof(Value) + result[output].HeapBytes();
      row.push_back(result[output]);
    }
    KITH_RETURN_IF_ERROR(memory_.Add(bytes));
    results_.push_back(std::move(row));
    return Status::Ok();
  }

  const ProcedureCallOptions& plan_;
  ExecutionContext& context_;
  std::unique_ptr<OperatorState> child_;
  Batch input_;
  size_t row_ = 0;                           // The next row of the input.
  std::vector<std::vector<Value>> results_;  // Of row row_ - 1: the yielded outputs.
  size_t next_result_ = 0;
  MemoryCharge memory_;
  Interrupt never_;
  MemoryBudget unlimited_;
  const StreamingProcedure* streaming_;  // Null for a procedure that is called at once.
  ProcedureContext procedure_context_;
  std::unique_ptr<RowSource> source_;  // Of row row_ - 1.
  std::vector<Value> source_row_;
  uint64_t source_rows_ = 0;
  std::vector<uint32_t> rows_;
  std::vector<Column> columns_;
};

class ProcedureCallOperator final : public Operator {
 public:
  explicit ProcedureCallOperator(ProcedureCallOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<ProcedureCallState>(options_, slots(), context);
  }

 private:
  ProcedureCallOptions options_;
};

}  // namespace

OperatorPtr NewProcedureCall(ProcedureCallOptions options) {
  return std::make_unique<ProcedureCallOperator>(std::move(options));
}

}  // namespace kith::query

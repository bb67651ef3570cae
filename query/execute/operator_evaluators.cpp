// SPDX-License-Identifier: Apache-2.0
// Evaluators of unary, arithmetic, comparison and logical operators. Columns of one simple type
// take loops over words; the rest goes value by value through query/function/operators.h.
#include <algorithm>

#include "engine/base/value_compare.h"
#include "query/execute/evaluator_factories.h"

namespace kith::query {

namespace {

using bound::BinaryOperator;
using bound::ComparisonOperator;
using bound::LogicalOperator;
using bound::UnaryOperator;

bool IsConstant(const Column& column) {
  return column.constant() || column.kind() == ColumnKind::kNull;
}

class UnaryEvaluator final : public Evaluator {
 public:
  UnaryEvaluator(UnaryOperator op, EvaluatorPtr operand, SourceRange range)
      : op_(op), operand_(std::move(operand)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated operand;
    KITH_RETURN_IF_ERROR(operand.Run(*operand_, context, batch));
    if (op_ == UnaryOperator::kIsNull || op_ == UnaryOperator::kIsNotNull) {
      return NullTest(*operand, out);
    }
    if (op_ == UnaryOperator::kNot && operand->kind() == ColumnKind::kBoolean) {
      out->Reset(ColumnKind::kBoolean);
      out->Reserve(batch.rows);
      for (size_t row = 0; row < batch.rows; ++row) {
        if (operand->IsNull(row)) {
          out->PushNull();
        } else {
          out->PushBoolean(!operand->Boolean(row));
        }
      }
      return Status::Ok();
    }
    return General(context, *operand, out);
  }

 private:
  Status NullTest(const Column& operand, Column* out) const {
    const bool wanted = op_ == UnaryOperator::kIsNull;
    out->Reset(ColumnKind::kBoolean);
    out->Reserve(operand.size());
    for (size_t row = 0; row < operand.size(); ++row) {
      out->PushBoolean(operand.IsNull(row) == wanted);
    }
    return Status::Ok();
  }

  Status General(ExecutionContext& context, const Column& operand, Column* out) const {
    const size_t rows = IsConstant(operand) && operand.size() > 0 ? 1 : operand.size();
    out->Reset(ColumnKind::kNull);
    for (size_t row = 0; row < rows; ++row) {
      Result<Value> value = Apply(context.functions, operand.At(row));
      if (!value.ok()) return AtRange(value.status(), range_);
      out->Append(*value);
    }
    if (rows != operand.size()) out->MakeConstant(operand.size());
    return Status::Ok();
  }

  Result<Value> Apply(FunctionContext& functions, const Value& operand) const {
    if (op_ == UnaryOperator::kNot) return operators::Not(functions, operand);
    if (op_ == UnaryOperator::kMinus) return operators::Negate(functions, operand);
    return operators::Plus(functions, operand);
  }

  UnaryOperator op_;
  EvaluatorPtr operand_;
  SourceRange range_;
};

operators::BinaryOperation OperationOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAdd: return operators::Add;
    case BinaryOperator::kSubtract: return operators::Subtract;
    case BinaryOperator::kMultiply: return operators::Multiply;
    case BinaryOperator::kDivide: return operators::Divide;
    case BinaryOperator::kModulo: return operators::Modulo;
    case BinaryOperator::kPower: return operators::Power;
    case BinaryOperator::kConcatenate: return operators::Concatenate;
    case BinaryOperator::kIn: return operators::In;
    case BinaryOperator::kStartsWith: return operators::StartsWith;
    case BinaryOperator::kEndsWith: return operators::EndsWith;
    case BinaryOperator::kContains: return operators::Contains;
    case BinaryOperator::kRegexMatch: return operators::MatchesRegex;
  }
  return operators::Add;
}

/// Integer arithmetic that reports overflow by returning true.
bool IntegerOverflows(BinaryOperator op, int64_t a, int64_t b, int64_t* result) {
  if (op == BinaryOperator::kAdd) return __builtin_add_overflow(a, b, result);
  if (op == BinaryOperator::kSubtract) return __builtin_sub_overflow(a, b, result);
  return __builtin_mul_overflow(a, b, result);
}

double FloatResult(BinaryOperator op, double a, double b) {
  if (op == BinaryOperator::kAdd) return a + b;
  if (op == BinaryOperator::kSubtract) return a - b;
  if (op == BinaryOperator::kMultiply) return a * b;
  return a / b;
}

class BinaryEvaluator final : public Evaluator {
 public:
  BinaryEvaluator(BinaryOperator op, EvaluatorPtr left, EvaluatorPtr right, SourceRange range)
      : op_(op),
        operation_(OperationOf(op)),
        left_(std::move(left)),
        right_(std::move(right)),
        range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated left;
    Evaluated right;
    KITH_RETURN_IF_ERROR(left.Run(*left_, context, batch));
    KITH_RETURN_IF_ERROR(right.Run(*right_, context, batch));
    const bool constant = IsConstant(*left) && IsConstant(*right) && batch.rows > 0;
    const size_t rows = constant ? 1 : batch.rows;
    if (!constant && Fast(*left, *right, rows, out)) return Status::Ok();
    return General(context, *left, *right, batch.rows, rows, out);
  }

 private:
  /// False when the columns' types have no fast path, or an integer overflows.
  bool Fast(const Column& left, const Column& right, size_t rows, Column* out) const {
    const bool integers =
        left.kind() == ColumnKind::kInteger && right.kind() == ColumnKind::kInteger;
    const bool floats = left.kind() == ColumnKind::kFloat && right.kind() == ColumnKind::kFloat;
    if (op_ > BinaryOperator::kDivide || (!integers && !floats)) return false;
    if (integers && op_ == BinaryOperator::kDivide) return false;
    out->Reset(integers ? ColumnKind::kInteger : ColumnKind::kFloat);
    out->Reserve(rows);
    for (size_t row = 0; row < rows; ++row) {
      if (left.IsNull(row) || right.IsNull(row)) {
        out->PushNull();
      } else if (floats) {
        out->PushWord(std::bit_cast<uint64_t>(FloatResult(op_, left.Float(row), right.Float(row))));
      } else {
        int64_t result = 0;
        if (IntegerOverflows(op_, left.Integer(row), right.Integer(row), &result)) return false;
        out->PushWord(static_cast<uint64_t>(result));
      }
    }
    return true;
  }

  Status General(ExecutionContext& context, const Column& left, const Column& right, size_t size,
                 size_t rows, Column* out) const {
    out->Reset(ColumnKind::kNull);
    for (size_t row = 0; row < rows; ++row) {
      Result<Value> value = operation_(context.functions, left.At(row), right.At(row));
      if (!value.ok()) return AtRange(value.status(), range_);
      out->Append(*value);
    }
    if (rows != size) out->MakeConstant(size);
    return Status::Ok();
  }

  BinaryOperator op_;
  operators::BinaryOperation operation_;
  EvaluatorPtr left_;
  EvaluatorPtr right_;
  SourceRange range_;
};

template <typename T>
bool CompareWith(ComparisonOperator op, T a, T b) {
  switch (op) {
    case ComparisonOperator::kEqual: return a == b;
    case ComparisonOperator::kNotEqual: return a != b;
    case ComparisonOperator::kLess: return a < b;
    case ComparisonOperator::kLessEqual: return a <= b;
    case ComparisonOperator::kGreater: return a > b;
    case ComparisonOperator::kGreaterEqual: return a >= b;
  }
  return false;
}

Ternary CompareValues(ComparisonOperator op, const Value& a, const Value& b) {
  switch (op) {
    case ComparisonOperator::kEqual: return Equals(a, b);
    case ComparisonOperator::kNotEqual: {
      const Ternary equal = Equals(a, b);
      return equal.has_value() ? Ternary(!*equal) : equal;
    }
    case ComparisonOperator::kLess: return Less(a, b);
    case ComparisonOperator::kLessEqual: return LessOrEqual(a, b);
    case ComparisonOperator::kGreater: return Less(b, a);
    case ComparisonOperator::kGreaterEqual: return LessOrEqual(b, a);
  }
  return std::nullopt;
}

class ComparisonEvaluator final : public Evaluator {
 public:
  ComparisonEvaluator(ComparisonOperator op, EvaluatorPtr left, EvaluatorPtr right)
      : op_(op), left_(std::move(left)), right_(std::move(right)) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated left;
    Evaluated right;
    KITH_RETURN_IF_ERROR(left.Run(*left_, context, batch));
    KITH_RETURN_IF_ERROR(right.Run(*right_, context, batch));
    if (left->kind() == ColumnKind::kNull || right->kind() == ColumnKind::kNull) {
      *out = Column::Nulls(batch.rows);
      return Status::Ok();
    }
    out->Reset(ColumnKind::kBoolean);
    out->Reserve(batch.rows);
    if (left->kind() != right->kind() || left->kind() == ColumnKind::kValue) {
      General(*left, *right, batch.rows, out);
    } else if (left->kind() == ColumnKind::kFloat) {
      Typed(*left, *right, batch.rows, out, [this](uint64_t a, uint64_t b) {
        return CompareWith(op_, std::bit_cast<double>(a), std::bit_cast<double>(b));
      });
    } else if (left->IsEntity() && op_ > ComparisonOperator::kNotEqual) {
      General(*left, *right, batch.rows, out);
    } else {
      Typed(*left, *right, batch.rows, out, [this](uint64_t a, uint64_t b) {
        return CompareWith(op_, static_cast<int64_t>(a), static_cast<int64_t>(b));
      });
    }
    return Status::Ok();
  }

  bool IsCheap() const override { return left_->IsCheap() && right_->IsCheap(); }

 private:
  template <typename Compare>
  static void Typed(const Column& left, const Column& right, size_t rows, Column* out,
                    const Compare& compare) {
    for (size_t row = 0; row < rows; ++row) {
      if (left.IsNull(row) || right.IsNull(row)) {
        out->PushNull();
      } else {
        out->PushBoolean(compare(left.Word(row), right.Word(row)));
      }
    }
  }

  void General(const Column& left, const Column& right, size_t rows, Column* out) const {
    const bool values = left.kind() == ColumnKind::kValue && right.kind() == ColumnKind::kValue;
    for (size_t row = 0; row < rows; ++row) {
      const Ternary truth = values ? CompareValues(op_, left.Get(row), right.Get(row))
                                   : CompareValues(op_, left.At(row), right.At(row));
      if (truth.has_value()) {
        out->PushBoolean(*truth);
      } else {
        out->PushNull();
      }
    }
  }

  ComparisonOperator op_;
  EvaluatorPtr left_;
  EvaluatorPtr right_;
};

/// AND and OR stop at the first operand that decides a row; later operands are evaluated only for
/// rows that are still open, so that `x <> 0 AND 1 / x > 2` does not fail.
class LogicalEvaluator final : public Evaluator {
 public:
  LogicalEvaluator(LogicalOperator op, std::vector<EvaluatorPtr> operands, SourceRange range)
      : op_(op), operands_(std::move(operands)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    std::vector<Ternary> truths(batch.rows, Ternary(op_ == LogicalOperator::kAnd));
    for (const EvaluatorPtr& operand : operands_) {
      KITH_RETURN_IF_ERROR(AtRange(AddOperand(*operand, context, batch, &truths), range_));
    }
    out->Reset(ColumnKind::kBoolean);
    out->Reserve(batch.rows);
    for (const Ternary& truth : truths) {
      if (truth.has_value()) {
        out->PushBoolean(*truth);
      } else {
        out->PushNull();
      }
    }
    return Status::Ok();
  }

 private:
  bool Decided(const Ternary& truth) const {
    return op_ != LogicalOperator::kXor && truth == (op_ == LogicalOperator::kOr);
  }

  Status AddOperand(const Evaluator& operand, ExecutionContext& context, const Batch& batch,
                    std::vector<Ternary>* truths) const {
    std::vector<uint32_t> open;
    for (size_t row = 0; row < batch.rows; ++row) {
      if (!Decided((*truths)[row])) open.push_back(static_cast<uint32_t>(row));
    }
    if (open.empty()) return Status::Ok();
    Evaluated column;
    if (open.size() == batch.rows || operand.IsCheap()) {
      KITH_RETURN_IF_ERROR(column.Run(operand, context, batch));
      for (uint32_t row : open) KITH_RETURN_IF_ERROR(Join(*column, row, &(*truths)[row]));
      return Status::Ok();
    }
    Batch part(batch.columns.size());
    part.Gather(batch, open, operand.reads());
    KITH_RETURN_IF_ERROR(column.Run(operand, context, part));
    for (size_t i = 0; i < open.size(); ++i) {
      KITH_RETURN_IF_ERROR(Join(*column, i, &(*truths)[open[i]]));
    }
    return Status::Ok();
  }

  Status Join(const Column& column, size_t row, Ternary* truth) const {
    Ternary operand;
    if (column.kind() == ColumnKind::kBoolean) {
      if (!column.IsNull(row)) operand = column.Boolean(row);
    } else {
      KITH_ASSIGN_OR_RETURN(operand, operators::ToTernary(column.At(row)));
    }
    if (op_ == LogicalOperator::kXor) {
      *truth =
          truth->has_value() && operand.has_value() ? Ternary(**truth != *operand) : std::nullopt;
    } else if (Decided(operand)) {
      *truth = operand;
    } else if (!operand.has_value()) {
      *truth = std::nullopt;
    }
    return Status::Ok();
  }

  LogicalOperator op_;
  std::vector<EvaluatorPtr> operands_;
  SourceRange range_;
};

}  // namespace

EvaluatorPtr NewUnary(UnaryOperator op, EvaluatorPtr operand, SourceRange range) {
  return std::make_unique<UnaryEvaluator>(op, std::move(operand), range);
}
EvaluatorPtr NewBinary(BinaryOperator op, EvaluatorPtr left, EvaluatorPtr right,
                       SourceRange range) {
  return std::make_unique<BinaryEvaluator>(op, std::move(left), std::move(right), range);
}
EvaluatorPtr NewComparison(ComparisonOperator op, EvaluatorPtr left, EvaluatorPtr right) {
  return std::make_unique<ComparisonEvaluator>(op, std::move(left), std::move(right));
}
EvaluatorPtr NewLogical(LogicalOperator op, std::vector<EvaluatorPtr> operands, SourceRange range) {
  return std::make_unique<LogicalEvaluator>(op, std::move(operands), range);
}

}  // namespace kith::query

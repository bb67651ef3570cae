// SPDX-License-Identifier: Apache-2.0
// + - * / % ^ and || over values, and the types that they give.
#include <fmt/core.h>

#include <cmath>

#include "query/function/function_error.h"
#include "query/function/operators.h"
#include "query/function/temporal_operators.h"

namespace kith::query::operators {
namespace {

Status NoMeaning(std::string_view operation, const Value& left, const Value& right) {
  return TypeMismatch(fmt::format("{} has no meaning for {} and {}", operation, DescribeValue(left),
                                  DescribeValue(right)));
}

Status Overflow(std::string_view symbol, int64_t left, int64_t right) {
  return IntegerOverflow(fmt::format("{} {} {}", left, symbol, right));
}

Status DivisionByZero(std::string_view symbol, int64_t left) {
  return Status(StatusCode::kArithmeticError,
                fmt::format("{} {} 0: division by zero", left, symbol))
      .WithDetail("DivisionByZero")
      .WithPhase(ErrorPhase::kRuntime);
}

bool AnyNull(const Value& left, const Value& right) {
  return left.IsNull() || right.IsNull();
}

bool BothIntegers(const Value& left, const Value& right) {
  return left.IsInteger() && right.IsInteger();
}

bool BothNumbers(const Value& left, const Value& right) {
  return left.IsNumber() && right.IsNumber();
}

// What + accepts beside a string.
bool JoinsText(const Value& value) {
  return value.IsString() || value.IsNumber() || value.IsBoolean();
}

void AppendText(const Value& value, std::string* out) {
  if (value.IsString()) {
    out->append(value.AsString());
  } else {
    out->append(value.ToString());
  }
}

Result<Value> JoinTexts(FunctionContext& context, const Value& left, const Value& right) {
  std::string joined;
  AppendText(left, &joined);
  // The right side is measured before it is appended, so that doubling a string cannot overrun.
  const size_t right_bytes = right.IsString() ? right.AsString().size() : 0;
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, joined.size() + right_bytes));
  joined.reserve(joined.size() + right_bytes);
  AppendText(right, &joined);
  return Value(joined);
}

Result<Value> JoinLists(FunctionContext& context, const Value& left, const Value& right) {
  const size_t left_size = left.IsList() ? left.AsList().size() : 1;
  const size_t right_size = right.IsList() ? right.AsList().size() : 1;
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, (left_size + right_size) * sizeof(Value)));
  List joined;
  joined.reserve(left_size + right_size);
  const auto append = [&joined](const Value& value) {
    if (value.IsList()) {
      joined.insert(joined.end(), value.AsList().begin(), value.AsList().end());
    } else {
      joined.push_back(value);
    }
  };
  append(left);
  append(right);
  return MakeList(std::move(joined));
}

}  // namespace

Result<Value> Add(FunctionContext& context, const Value& left, const Value& right) {
  if (BothIntegers(left, right)) {
    int64_t sum = 0;
    if (__builtin_add_overflow(left.AsInteger(), right.AsInteger(), &sum)) {
      return Overflow("+", left.AsInteger(), right.AsInteger());
    }
    return Value(sum);
  }
  if (BothNumbers(left, right)) return Value(left.AsNumber() + right.AsNumber());
  if (AnyNull(left, right)) return Value();
  if (left.IsList() || right.IsList()) return JoinLists(context, left, right);
  if ((left.IsString() && JoinsText(right)) || (right.IsString() && JoinsText(left))) {
    return JoinTexts(context, left, right);
  }
  if (left.IsTemporal() && right.IsTemporal()) return AddTemporal(left, right);
  return NoMeaning("+", left, right);
}

Result<Value> Subtract(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (BothIntegers(left, right)) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(left.AsInteger(), right.AsInteger(), &difference)) {
      return Overflow("-", left.AsInteger(), right.AsInteger());
    }
    return Value(difference);
  }
  if (BothNumbers(left, right)) return Value(left.AsNumber() - right.AsNumber());
  if (AnyNull(left, right)) return Value();
  if (left.IsTemporal() && right.IsTemporal()) return SubtractTemporal(left, right);
  return NoMeaning("-", left, right);
}

Result<Value> Multiply(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (BothIntegers(left, right)) {
    int64_t product = 0;
    if (__builtin_mul_overflow(left.AsInteger(), right.AsInteger(), &product)) {
      return Overflow("*", left.AsInteger(), right.AsInteger());
    }
    return Value(product);
  }
  if (BothNumbers(left, right)) return Value(left.AsNumber() * right.AsNumber());
  if (AnyNull(left, right)) return Value();
  if ((left.IsTemporal() && right.IsNumber()) || (left.IsNumber() && right.IsTemporal())) {
    return MultiplyTemporal(left, right);
  }
  return NoMeaning("*", left, right);
}

Result<Value> Divide(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (BothIntegers(left, right)) {
    if (right.AsInteger() == 0) return DivisionByZero("/", left.AsInteger());
    if (left.AsInteger() == INT64_MIN && right.AsInteger() == -1) {
      return Overflow("/", left.AsInteger(), right.AsInteger());
    }
    return Value(left.AsInteger() / right.AsInteger());
  }
  if (BothNumbers(left, right)) return Value(left.AsNumber() / right.AsNumber());
  if (AnyNull(left, right)) return Value();
  if (left.IsTemporal() && right.IsNumber()) return DivideTemporal(left, right);
  return NoMeaning("/", left, right);
}

Result<Value> Modulo(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (BothIntegers(left, right)) {
    if (right.AsInteger() == 0) return DivisionByZero("%", left.AsInteger());
    // INT64_MIN % -1 traps in hardware, though the remainder by -1 is always 0.
    if (right.AsInteger() == -1) return Value(0);
    return Value(left.AsInteger() % right.AsInteger());
  }
  if (BothNumbers(left, right)) return Value(std::fmod(left.AsNumber(), right.AsNumber()));
  if (AnyNull(left, right)) return Value();
  return NoMeaning("%", left, right);
}

Result<Value> Power(FunctionContext& /*context*/, const Value& left, const Value& right) {
  if (BothNumbers(left, right)) return Value(std::pow(left.AsNumber(), right.AsNumber()));
  if (AnyNull(left, right)) return Value();
  return NoMeaning("^", left, right);
}

Result<Value> Concatenate(FunctionContext& context, const Value& left, const Value& right) {
  if (AnyNull(left, right)) return Value();
  if (left.IsString() && right.IsString()) return JoinTexts(context, left, right);
  if (left.IsList() && right.IsList()) return JoinLists(context, left, right);
  return NoMeaning("||", left, right);
}

Result<Value> Negate(FunctionContext& context, const Value& operand) {
  if (operand.IsInteger()) {
    if (operand.AsInteger() == INT64_MIN) {
      return IntegerOverflow(fmt::format("-({})", operand.AsInteger()));
    }
    return Value(-operand.AsInteger());
  }
  if (operand.IsFloat()) return Value(-operand.AsFloat());
  if (operand.IsNull()) return Value();
  if (operand.type() == ValueType::kDuration) return Multiply(context, operand, Value(-1));
  return TypeMismatch(fmt::format("- has no meaning for {}", DescribeValue(operand)));
}

Result<Value> Plus(FunctionContext& /*context*/, const Value& operand) {
  if (operand.IsNumber() || operand.IsNull() || operand.type() == ValueType::kDuration) {
    return operand;
  }
  return TypeMismatch(fmt::format("+ has no meaning for {}", DescribeValue(operand)));
}

}  // namespace kith::query::operators

// SPDX-License-Identifier: Apache-2.0
// Operators over values.
#include "query/function/operators.h"

#include <chrono>
#include <cmath>

#include "tests/query/function_call.h"

namespace kith::query {
namespace {

using test::Fixture;
using test::kNull;
using test::kOverflow;
using test::kTypeError;
using test::L;
namespace op = operators;

std::string Do(op::BinaryOperation operation, const Value& left, const Value& right) {
  Fixture fixture;
  return Fixture::Text(operation(fixture.context, left, right));
}

TEST_CASE("integer arithmetic is exact or fails", "[query]") {
  CHECK(Do(op::Add, Value(2), Value(3)) == "5");
  CHECK(Do(op::Add, Value(INT64_MAX), Value(1)) == kOverflow);
  CHECK(Do(op::Subtract, Value(INT64_MIN), Value(1)) == kOverflow);
  CHECK(Do(op::Multiply, Value(INT64_MAX), Value(2)) == kOverflow);
  CHECK(Do(op::Multiply, Value(INT64_MIN), Value(-1)) == kOverflow);
  CHECK(Do(op::Divide, Value(-7), Value(2)) == "-3");
  CHECK(Do(op::Divide, Value(1), Value(0)) == "ArithmeticError DivisionByZero");
  CHECK(Do(op::Divide, Value(INT64_MIN), Value(-1)) == kOverflow);
  CHECK(Do(op::Modulo, Value(-7), Value(3)) == "-1");
  CHECK(Do(op::Modulo, Value(INT64_MIN), Value(-1)) == "0");
  CHECK(Do(op::Modulo, Value(7), Value(0)) == "ArithmeticError DivisionByZero");
}

TEST_CASE("float arithmetic follows IEEE 754", "[query]") {
  CHECK(Do(op::Add, Value(1), Value(0.5)) == "1.5");
  CHECK(Do(op::Divide, Value(1.0), Value(0)) == "Infinity");
  CHECK(Do(op::Divide, Value(0.0), Value(0)) == "NaN");
  CHECK(Do(op::Modulo, Value(7.5), Value(2)) == "1.5");
  CHECK(Do(op::Modulo, Value(1.0), Value(0)) == "NaN");
  CHECK(Do(op::Power, Value(2), Value(3)) == "8.0");
  CHECK(Do(op::Subtract, Value(1), Value(0.5)) == "0.5");
  CHECK(Do(op::Multiply, Value(2), Value(1.5)) == "3.0");
}

TEST_CASE("null operands make arithmetic null", "[query]") {
  for (const op::BinaryOperation operation :
       {op::Add, op::Subtract, op::Multiply, op::Divide, op::Modulo, op::Power, op::Concatenate}) {
    CHECK(Do(operation, kNull, Value(1)) == "null");
    CHECK(Do(operation, L({}), kNull) == "null");
  }
}

TEST_CASE("plus joins strings and lists", "[query]") {
  CHECK(Do(op::Add, Value("a"), Value("b")) == "'ab'");
  CHECK(Do(op::Add, Value("a"), Value(1)) == "'a1'");
  CHECK(Do(op::Add, Value(1.0), Value("a")) == "'1.0a'");
  CHECK(Do(op::Add, Value("is "), Value(true)) == "'is true'");
  CHECK(Do(op::Add, L({Value(1)}), L({Value(2)})) == "[1, 2]");
  CHECK(Do(op::Add, L({Value(1)}), Value(2)) == "[1, 2]");
  CHECK(Do(op::Add, Value("x"), L({Value(2)})) == "['x', 2]");
  CHECK(Do(op::Concatenate, Value("a"), Value("b")) == "'ab'");
  CHECK(Do(op::Concatenate, Value("a"), Value(1)) == kTypeError);
  CHECK(Do(op::Concatenate, L({Value(1)}), L({})) == "[1]");
}

TEST_CASE("arithmetic refuses operands without meaning", "[query]") {
  CHECK(Do(op::Add, Value(true), Value(1)) == kTypeError);
  CHECK(Do(op::Subtract, Value("a"), Value("b")) == kTypeError);
  CHECK(Do(op::Multiply, Value("a"), Value(2)) == kTypeError);
  CHECK(Do(op::Divide, Value(1), Value(Date{1})) == kTypeError);
  CHECK(Do(op::Modulo, Value(true), Value(2)) == kTypeError);
  CHECK(Do(op::Power, Value("2"), Value(2)) == kTypeError);
  CHECK(Do(op::Add, Value::FromMap({}), Value(1)) == kTypeError);
}

TEST_CASE("dates and durations", "[query]") {
  CHECK(Do(op::Add, Value(Date{0}), Value(Duration{0, 1, 0, 0})) == "1970-01-02");
  CHECK(Do(op::Subtract, Value(Date{0}), Value(Duration{1, 0, 0, 0})) == "1969-12-01");
  CHECK(Do(op::Multiply, Value(2), Value(Duration{0, 1, 0, 0})) == "P2D");
  Fixture fixture;
  CHECK(Fixture::Text(op::Negate(fixture.context, Value(Duration{0, 1, 0, 0}))) == "P-1D");
  CHECK(Fixture::Text(op::PropertyOf(fixture.context, Value(Date{0}), "year")) == "1970");
}

TEST_CASE("negation", "[query]") {
  Fixture fixture;
  CHECK(Fixture::Text(op::Negate(fixture.context, Value(5))) == "-5");
  CHECK(Fixture::Text(op::Negate(fixture.context, Value(INT64_MIN))) == kOverflow);
  CHECK(Fixture::Text(op::Negate(fixture.context, Value("a"))) == kTypeError);
  CHECK(Fixture::Text(op::Plus(fixture.context, Value(1.5))) == "1.5");
  CHECK(Fixture::Text(op::Plus(fixture.context, Value(true))) == kTypeError);
}

TEST_CASE("three-valued logic", "[query]") {
  const Value values[] = {Value(true), Value(false), kNull};
  const char* const and_table[] = {"true",  "false", "null",  "false", "false",
                                   "false", "null",  "false", "null"};
  const char* const or_table[] = {"true", "true", "true", "true", "false",
                                  "null", "true", "null", "null"};
  const char* const xor_table[] = {"false", "true", "null", "true", "false",
                                   "null",  "null", "null", "null"};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      CHECK(Do(op::And, values[i], values[j]) == and_table[i * 3 + j]);
      CHECK(Do(op::Or, values[i], values[j]) == or_table[i * 3 + j]);
      CHECK(Do(op::Xor, values[i], values[j]) == xor_table[i * 3 + j]);
    }
  }
  CHECK(Do(op::And, Value(false), Value(1)) == kTypeError);
  Fixture fixture;
  CHECK(Fixture::Text(op::Not(fixture.context, kNull)) == "null");
  CHECK(Fixture::Text(op::Not(fixture.context, Value(true))) == "false");
  CHECK(Fixture::Text(op::Not(fixture.context, Value(""))) == kTypeError);
}

TEST_CASE("comparison operators", "[query]") {
  CHECK(Do(op::Equal, Value(1), Value(1.0)) == "true");
  CHECK(Do(op::NotEqual, Value(1), Value("1")) == "true");
  CHECK(Do(op::NotEqual, Value(1), kNull) == "null");
  CHECK(Do(op::LessThan, Value(1), Value(2)) == "true");
  CHECK(Do(op::LessThanOrEqual, Value(2), Value(2)) == "true");
  CHECK(Do(op::GreaterThan, Value(1), Value(2)) == "false");
  CHECK(Do(op::GreaterThanOrEqual, Value("b"), Value("a")) == "true");
  CHECK(Do(op::GreaterThan, Value(1), Value("a")) == "null");
  CHECK(Do(op::GreaterThan, Value(std::nan("")), Value(1)) == "false");
}

TEST_CASE("IN is an equality with some element", "[query]") {
  CHECK(Do(op::In, Value(1), L({Value(2), Value(1.0)})) == "true");
  CHECK(Do(op::In, Value(1), L({Value(2), kNull})) == "null");
  CHECK(Do(op::In, Value(1), L({kNull, Value(1)})) == "true");
  CHECK(Do(op::In, kNull, L({})) == "false");
  CHECK(Do(op::In, kNull, L({Value(1)})) == "null");
  CHECK(Do(op::In, Value(1), kNull) == "null");
  CHECK(Do(op::In, L({Value(1)}), L({Value(1)})) == "false");
  CHECK(Do(op::In, Value(1), Value("1")) == kTypeError);
}

TEST_CASE("string predicates", "[query]") {
  CHECK(Do(op::StartsWith, Value("abc"), Value("ab")) == "true");
  CHECK(Do(op::EndsWith, Value("abc"), Value("bc")) == "true");
  CHECK(Do(op::Contains, Value("abc"), Value("b")) == "true");
  CHECK(Do(op::Contains, Value("abc"), Value("x")) == "false");
  CHECK(Do(op::StartsWith, Value("abc"), Value("")) == "true");
  CHECK(Do(op::Contains, Value("1"), Value(1)) == "null");
  CHECK(Do(op::EndsWith, kNull, Value("a")) == "null");
}

TEST_CASE("a regular expression must match the whole string", "[query]") {
  CHECK(Do(op::MatchesRegex, Value("Ada Lovelace"), Value("Ada.*")) == "true");
  CHECK(Do(op::MatchesRegex, Value("Ada Lovelace"), Value("Ada")) == "false");
  CHECK(Do(op::MatchesRegex, Value("ADA"), Value("(?i)ada")) == "true");
  CHECK(Do(op::MatchesRegex, Value("\xC3\xA9"), Value(".")) == "true");
  CHECK(Do(op::MatchesRegex, Value("a"), kNull) == "null");
  CHECK(Do(op::MatchesRegex, Value("a"), Value("(")) == "ArgumentError InvalidRegex");
  CHECK(Do(op::MatchesRegex, Value(std::string(5000, 'a') + "!"), Value("(a|a|aa)+b")) ==
        "ResourceExhausted ");
}

TEST_CASE("a cancelled statement stops inside a regular expression", "[query]") {
  using Clock = std::chrono::steady_clock;
  Fixture fixture;
  const auto match = [&fixture](StatusCode expected) {
    const Clock::time_point begin = Clock::now();
    const Value text(std::string(40, 'a') + "!");
    const auto result = op::MatchesRegex(fixture.context, text, Value("(a+)+b"));
    CHECK(result.status().code() == expected);
    return Clock::now() - begin;
  };
  const auto until_limit = match(StatusCode::kResourceExhausted);
  fixture.interrupt.Cancel();
  CHECK((match(StatusCode::kCancelled) < until_limit / 2));
}

TEST_CASE("properties of maps and entities", "[query]") {
  Fixture fixture;
  const auto get = [&](const Value& object, std::string_view key) {
    return Fixture::Text(op::PropertyOf(fixture.context, object, key));
  };
  CHECK(get(Value::FromMap({{"a", Value(1)}}), "a") == "1");
  CHECK(get(Value::FromMap({{"a", Value(1)}}), "A") == "null");
  CHECK(get(kNull, "a") == "null");
  CHECK(get(Value(NodeId(1)), "name") == "'Ada'");
  CHECK(get(Value(NodeId(1)), "missing") == "null");
  CHECK(get(Value(NodeId(9)), "name") == "EntityNotFound DeletedEntityAccess");
  CHECK(get(Value(Node{NodeId(9), {}, {{"name", Value("kept")}}}), "name") == "'kept'");
  CHECK(get(Value(1), "a") == kTypeError);
  CHECK(get(L({}), "a") == kTypeError);
}

TEST_CASE("subscripts", "[query]") {
  const Value list = L({Value(1), Value(2), Value(3)});
  CHECK(Do(op::Subscript, list, Value(0)) == "1");
  CHECK(Do(op::Subscript, list, Value(-1)) == "3");
  CHECK(Do(op::Subscript, list, Value(3)) == "null");
  CHECK(Do(op::Subscript, list, Value(INT64_MIN)) == "null");
  CHECK(Do(op::Subscript, list, kNull) == "null");
  CHECK(Do(op::Subscript, list, Value(1.0)) == "TypeError ListElementAccessByNonInteger");
  CHECK(Do(op::Subscript, list, Value("1")) == "TypeError ListElementAccessByNonInteger");
  const Value map = Value::FromMap({{"name", Value("Apa")}});
  CHECK(Do(op::Subscript, map, Value("name")) == "'Apa'");
  CHECK(Do(op::Subscript, map, Value(12.3)) == "TypeError MapElementAccessByNonString");
  CHECK(Do(op::Subscript, Value(NodeId(1)), Value("born")) == "1815");
  CHECK(Do(op::Subscript, kNull, Value("x")) == "null");
  CHECK(Do(op::Subscript, Value(1), Value(1)) == "TypeError InvalidElementAccess");
}

TEST_CASE("slices", "[query]") {
  Fixture fixture;
  const Value list = L({Value(1), Value(2), Value(3)});
  const auto slice = [&](const Value& object, const Value* from, const Value* to) {
    return Fixture::Text(op::Slice(fixture.context, object, from, to));
  };
  const Value one(1);
  const Value minus_one(-1);
  const Value least(INT64_MIN);
  const Value most(INT64_MAX);
  const Value text("1");
  CHECK(slice(list, &one, nullptr) == "[2, 3]");
  CHECK(slice(list, nullptr, &minus_one) == "[1, 2]");
  CHECK(slice(list, &least, &most) == "[1, 2, 3]");
  CHECK(slice(list, &most, &one) == "[]");
  CHECK(slice(list, &kNull, &one) == "null");
  CHECK(slice(kNull, nullptr, nullptr) == "null");
  CHECK(slice(list, &text, nullptr) == kTypeError);
  CHECK(slice(text, &one, nullptr) == kTypeError);
}

TEST_CASE("lists and maps do not nest without end", "[query]") {
  Value deep(1);
  Status status;
  uint32_t levels = 0;
  while (status.ok() && levels < 2 * Value::kMaxDepth) {
    Result<Value> next = op::MakeList({deep});
    status = next.status();
    if (next.ok()) deep = *next;
    ++levels;
  }
  CHECK(status.code() == StatusCode::kResourceExhausted);
  CHECK(deep.Depth() == Value::kMaxDepth);
  CHECK_FALSE(op::MakeMap({{"a", deep}}).ok());
  // + builds lists too.
  Fixture fixture;
  CHECK_FALSE(op::Add(fixture.context, L({}), L({deep})).ok());
}

TEST_CASE("values that would outgrow the query's memory are refused", "[query]") {
  Fixture fixture;  // 64 MiB
  Value text(std::string(1000, 'x'));
  Status status;
  for (int i = 0; i < 40 && status.ok(); ++i) {
    Result<Value> doubled = op::Add(fixture.context, text, text);
    status = doubled.status();
    if (doubled.ok()) text = *doubled;
  }
  CHECK(status.code() == StatusCode::kResourceExhausted);
  CHECK(text.AsString().size() < (size_t{65} << 20));
  // What was made stays charged until its evaluation gives it back.
  CHECK(fixture.memory.used_bytes() == fixture.context.new_bytes());
  fixture.context.ReleaseNew(fixture.context.new_bytes());
  CHECK(fixture.memory.used_bytes() == 0);
}

TEST_CASE("comparing and searching large values notices an interrupt", "[query]") {
  Interrupt interrupt;
  interrupt.Cancel();
  FunctionContextOptions options;
  options.interrupt = &interrupt;
  FunctionContext context(options);
  const Value large(List(100'000, Value(1)));
  for (const op::BinaryOperation compare :
       {op::Equal, op::NotEqual, op::LessThan, op::LessThanOrEqual, op::GreaterThan,
        op::GreaterThanOrEqual}) {
    CHECK(compare(context, large, large).status().code() == StatusCode::kCancelled);
    CHECK(compare(context, Value(1), Value(2)).ok());
  }
  CHECK(op::In(context, Value(2), large).status().code() == StatusCode::kCancelled);
  CHECK(op::In(context, Value(2), L({Value(2)})).ok());
}

TEST_CASE("operators without an own error agree with their static types", "[query]") {
  const std::vector<Value> samples = {Value(true),
                                      Value(2),
                                      Value(1.5),
                                      Value("a"),
                                      L({}),
                                      Value(Date{0}),
                                      Value(LocalTime{0}),
                                      Value(Time{0, 0}),
                                      Value(LocalDateTime{0, 0}),
                                      Value(DateTime{0, 0, 0, ""}),
                                      Value(Duration{0, 1, 0, 0}),
                                      Value::FromMap({}),
                                      Value(NodeId(1))};
  struct Pair {
    op::BinaryOperation operation;
    TypeSet (*types)(TypeSet, TypeSet);
  };
  const Pair pairs[] = {
      {op::Add, op::AddResultType},           {op::Subtract, op::SubtractResultType},
      {op::Multiply, op::MultiplyResultType}, {op::Divide, op::DivideResultType},
      {op::Modulo, op::ModuloResultType},     {op::Power, op::PowerResultType}};
  Fixture fixture;
  for (const Pair& pair : pairs) {
    for (const Value& left : samples) {
      for (const Value& right : samples) {
        const TypeSet types = pair.types(left.type(), right.type());
        const Result<Value> result = pair.operation(fixture.context, left, right);
        CAPTURE(left.ToString(), right.ToString(), types.ToString());
        CHECK(types.IsEmpty() == !result.ok());
        if (result.ok()) CHECK(types.Contains(result->type()));
      }
    }
  }
  CHECK(op::AddResultType(kAnyType, kAnyType).Contains(ValueType::kString));
  CHECK(op::SubtractResultType(kStringType, kAnyType).IsEmpty());
  CHECK(op::SubtractResultType(kNullType, kStringType) == kNullType);
}

}  // namespace
}  // namespace kith::query

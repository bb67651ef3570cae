// SPDX-License-Identifier: Apache-2.0
// Lookup, compile-time checks and the rules that hold for every built-in function.
#include "query/function/registry.h"

#include <set>

#include "tests/base/random_value.h"
#include "tests/query/function_call.h"

namespace kith::query {
namespace {

using test::Fixture;
using test::kNull;
using test::kTypeError;

const FunctionRegistry& Builtins() {
  return FunctionRegistry::Builtins();
}

TEST_CASE("functions are found without regard to case", "[query]") {
  REQUIRE(Builtins().FindScalar("TOUPPER") != nullptr);
  CHECK(Builtins().FindScalar("toupper") == Builtins().FindScalar("toUpper"));
  CHECK(Builtins().FindScalar("Date.Truncate") != nullptr);
  CHECK(Builtins().FindScalar("count") == nullptr);
  CHECK(Builtins().FindAggregate("COUNT") != nullptr);
  CHECK(Builtins().FindScalar("") == nullptr);
}

TEST_CASE("an unknown name gets the nearest known one", "[query]") {
  CHECK(Builtins().NearestName("toUper") == "toUpper");
  CHECK(Builtins().NearestName("colect") == "collect");
  CHECK(Builtins().NearestName("xyzzy").empty());
  CHECK(Builtins().NearestName(std::string(100'000, 'a')).empty());
}

TEST_CASE("a name can be taken once", "[query]") {
  FunctionRegistry registry;
  ScalarFunction scalar;
  scalar.signature.name = "f";
  CHECK(registry.Register(scalar).ok());
  AggregateFunction aggregate;
  aggregate.signature.name = "F";
  CHECK(registry.Register(aggregate).code() == StatusCode::kAlreadyExists);
  CHECK(registry.Register(scalar).code() == StatusCode::kAlreadyExists);
}

TEST_CASE("a wrong number of arguments is a compile-time error", "[query]") {
  const FunctionSignature& substring = Builtins().FindScalar("substring")->signature;
  CHECK(CheckArgumentCount(substring, 2).ok());
  CHECK(CheckArgumentCount(substring, 3).ok());
  for (const size_t count : {size_t{0}, size_t{1}, size_t{4}}) {
    const Status status = CheckArgumentCount(substring, count);
    CHECK(status.code() == StatusCode::kSyntaxError);
    CHECK(status.detail() == "InvalidNumberOfArguments");
    CHECK(status.phase() == ErrorPhase::kCompileTime);
  }
  const FunctionSignature& coalesce = Builtins().FindScalar("coalesce")->signature;
  CHECK_FALSE(CheckArgumentCount(coalesce, 0).ok());
  CHECK(CheckArgumentCount(coalesce, 100).ok());
}

TEST_CASE("an argument that can never fit is a compile-time error", "[query]") {
  const FunctionSignature& left = Builtins().FindScalar("left")->signature;
  size_t wrong = 9;
  const TypeSet fits[] = {kAnyType, kNullType};
  CHECK(CheckArgumentTypes(left, fits, &wrong).ok());
  const TypeSet fails[] = {kStringType, kListType | ValueType::kString};
  const Status status = CheckArgumentTypes(left, fails, &wrong);
  CHECK(status.detail() == "InvalidArgumentType");
  CHECK(status.code() == StatusCode::kSyntaxError);
  CHECK(wrong == 1);
}

TEST_CASE("signatures read well", "[query]") {
  CHECK(Builtins().FindScalar("substring")->signature.ToString() ==
        "substring(text :: String, start :: Integer, [length :: Integer]) :: String");
  CHECK(Builtins().FindScalar("coalesce")->signature.ToString() ==
        "coalesce(input :: Any...) :: Any");
  CHECK(Builtins().FindScalar("pi")->signature.ToString() == "pi() :: Float");
}

TEST_CASE("every function is described, and its name is unlike all others", "[query]") {
  std::set<std::string> names;
  for (const FunctionSignature* signature : Builtins().Signatures()) {
    CAPTURE(signature->name);
    CHECK_FALSE(signature->description.empty());
    CHECK_FALSE(signature->category.empty());
    CHECK(names.insert(signature->name).second);
    CHECK(signature->min_arguments <= signature->parameters.size());
  }
  CHECK(names.size() > 100);
}

TEST_CASE("null propagates before types are checked", "[query]") {
  Fixture fixture;
  CHECK(fixture.Call("left", {Value(1), kNull}) == "null");
  CHECK(fixture.Call("left", {Value(1), Value(1)}) == kTypeError);
  CHECK(fixture.Call("coalesce", {kNull, Value(2)}) == "2");
}

TEST_CASE("no function crashes on or misdeclares its result for random arguments", "[query]") {
  const uint64_t seed = kith::test::FreshSeed();
  INFO("seed " << seed);
  kith::test::RandomValues random(seed);
  Fixture fixture;
  for (const FunctionSignature* signature : Builtins().Signatures()) {
    const ScalarFunction* function = Builtins().FindScalar(signature->name);
    if (function == nullptr) continue;
    for (int round = 0; round < 150; ++round) {
      std::vector<Value> arguments;
      const size_t most = std::min<size_t>(signature->max_arguments(), 4);
      const auto count = static_cast<size_t>(random.Between(
          static_cast<int64_t>(signature->min_arguments), static_cast<int64_t>(most)));
      while (arguments.size() < count) {
        const Value candidate = random.Any(2);
        const TypeSet types = signature->parameter(arguments.size()).types;
        if (types.Contains(candidate.type()) || random.Below(50) == 0)
          arguments.push_back(candidate);
      }
      const Result<Value> result = CallScalar(*function, fixture.context, arguments);
      std::string shown;
      for (const Value& argument : arguments) shown += argument.ToString() + " ";
      CAPTURE(signature->name, shown);
      if (!result.ok()) {
        CHECK(result.status().code() != StatusCode::kInternal);
        CHECK_FALSE(result.status().message().empty());
      } else if (!result->IsNull()) {
        CAPTURE(result->ToString());
        CHECK(signature->result.Contains(result->type()));
      }
    }
  }
}

}  // namespace
}  // namespace kith::query

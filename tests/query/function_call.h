// SPDX-License-Identifier: Apache-2.0
// Short ways to call functions and operators in tests, and a graph of a few entities by id.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "query/function/operators.h"
#include "query/function/registry.h"

namespace kith::query::test {

/// Nodes 1 and 2, relationship 5 from 1 to 2; anything else has been deleted.
class SmallGraph final : public GraphAccess {
 public:
  Result<Value> Labels(NodeId node) override {
    KITH_RETURN_IF_ERROR(Check(node.bits() == 1 || node.bits() == 2));
    return Value(List{Value("Person"), Value("Admin")});
  }
  Result<Value> Type(RelId relationship) override {
    KITH_RETURN_IF_ERROR(Check(relationship.bits() == 5));
    return Value("KNOWS");
  }
  Result<Value> Properties(const Value& entity) override {
    KITH_RETURN_IF_ERROR(Check(!entity.IsNode() || entity.AsNodeId().bits() <= 2));
    return Value::FromMap({{"name", Value("Ada")}, {"born", Value(1815)}});
  }
  Result<Value> Property(const Value& entity, std::string_view key) override {
    KITH_ASSIGN_OR_RETURN(const Value all, Properties(entity));
    const Value* found = all.Find(key);
    return found == nullptr ? Value() : *found;
  }
  Result<RelationshipEnds> Ends(RelId relationship) override {
    KITH_RETURN_IF_ERROR(Check(relationship.bits() == 5));
    return RelationshipEnds{NodeId(1), NodeId(2)};
  }

 private:
  static Status Check(bool exists) {
    if (exists) return Status::Ok();
    return Status(StatusCode::kEntityNotFound, "deleted").WithDetail("DeletedEntityAccess");
  }
};

struct Fixture {
  SmallGraph graph;
  MemoryBudget memory{"query memory", size_t{64} << 20};
  Interrupt interrupt;
  FunctionContext context{FunctionContextOptions{.transaction_time = {1000, 0},
                                                 .statement_time = {1001, 5'000'000},
                                                 .default_time_zone = "Z",
                                                 .random_seed = 7,
                                                 .graph = &graph,
                                                 .memory = &memory,
                                                 .interrupt = &interrupt}};

  Result<Value> Try(std::string_view name, const std::vector<Value>& arguments) {
    const ScalarFunction* function = FunctionRegistry::Builtins().FindScalar(name);
    INFO("function " << name);
    REQUIRE(function != nullptr);
    REQUIRE(CheckArgumentCount(function->signature, arguments.size()).ok());
    return CallScalar(*function, context, arguments);
  }

  /// The result's text, or the error's code and detail: "TypeError InvalidArgumentValue".
  std::string Call(std::string_view name, const std::vector<Value>& arguments) {
    return Text(Try(name, arguments));
  }

  std::string Aggregate(std::string_view name, const std::vector<std::vector<Value>>& rows,
                        bool distinct = false) {
    const AggregateFunction* function = FunctionRegistry::Builtins().FindAggregate(name);
    REQUIRE(function != nullptr);
    const auto state = NewAggregateState(*function, distinct);
    for (const std::vector<Value>& row : rows) {
      if (const Status status = state->Update(context, row); !status.ok()) return Text(status);
    }
    return Text(state->Finish(context));
  }

  /// The same, over two states that are merged after `split` rows.
  std::string Merged(std::string_view name, const std::vector<std::vector<Value>>& rows,
                     size_t split, bool distinct = false) {
    const AggregateFunction* function = FunctionRegistry::Builtins().FindAggregate(name);
    REQUIRE(function != nullptr);
    const auto first = NewAggregateState(*function, distinct);
    const auto second = NewAggregateState(*function, distinct);
    for (size_t i = 0; i < rows.size(); ++i) {
      REQUIRE((i < split ? first : second)->Update(context, rows[i]).ok());
    }
    if (const Status status = first->Merge(context, *second); !status.ok()) return Text(status);
    return Text(first->Finish(context));
  }

  static std::string Text(const Result<Value>& result) {
    return result.ok() ? result->ToString() : Text(result.status());
  }
  static std::string Text(const Status& status) {
    return std::string(StatusCodeName(status.code())) + " " + status.detail();
  }
};

inline const char* const kTypeError = "TypeError InvalidArgumentValue";
inline const char* const kOutOfRange = "ArgumentError NumberOutOfRange";
inline const char* const kOverflow = "ArithmeticError IntegerOverflow";

inline Value L(List list) {
  return Value(std::move(list));
}
inline const Value kNull;

}  // namespace kith::query::test

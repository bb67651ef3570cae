// SPDX-License-Identifier: Apache-2.0
// The functions of the language by name: signatures for the binder, bodies for the executor.
// Names are found without regard to case; each has one entry, which takes a set of types for each
// argument rather than overloads.
//
// Thread safety: Builtins() is immutable and shared. A registry of one's own may be read from many
// threads once nothing registers any more. Bodies are pure but for their context.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "query/function/function_context.h"
#include "query/function/type_set.h"

namespace kith::query {

struct FunctionParameter {
  std::string name;
  TypeSet types = kAnyType;
};

struct FunctionSignature {
  std::string name;      ///< As the documentation writes it: "toInteger", "date.truncate".
  std::string category;  ///< For SHOW FUNCTIONS: "String", "Scalar", "Temporal", ...
  std::string description;
  std::vector<FunctionParameter> parameters;
  /// Arguments from here on may be left out.
  size_t min_arguments = 0;
  /// The last parameter may be repeated without limit.
  bool variadic = false;
  TypeSet result = kAnyType;
  /// Same arguments, same result, in one statement. rand() and randomUUID() are not.
  bool deterministic = true;
  /// Reads the graph through the context, so it cannot be folded at compile time.
  bool reads_graph = false;
  /// Reads a clock or the default time zone: one value for a whole statement, but not for every run
  /// of a prepared one, so it cannot be folded at compile time.
  bool reads_clock = false;
  /// Any null argument makes the result null without calling the body.
  bool null_propagating = true;

  size_t max_arguments() const { return variadic ? SIZE_MAX : parameters.size(); }
  const FunctionParameter& parameter(size_t i) const {
    return parameters[i < parameters.size() ? i : parameters.size() - 1];
  }
  /// "left(text :: String, length :: Integer) :: String"
  std::string ToString() const;
};

/// Arguments have passed the signature's checks: number, types, and nulls when null_propagating.
using ScalarBody = Result<Value> (*)(FunctionContext& context, std::span<const Value> arguments);

struct ScalarFunction {
  FunctionSignature signature;
  ScalarBody body = nullptr;
};

/// The running state of one aggregate over one group. What it holds on the heap is charged to the
/// context's memory and given back when the state is destroyed.
class AggregateState {
 public:
  virtual ~AggregateState() = default;
  /// One row. Aggregates ignore a null first argument themselves.
  virtual Status Update(FunctionContext& context, std::span<const Value> arguments) = 0;
  /// Adds what `later`, a state of the same function, has seen after this one; `later` is then
  /// spent.
  virtual Status Merge(FunctionContext& context, AggregateState& later) = 0;
  virtual Result<Value> Finish(FunctionContext& context) = 0;
};

struct AggregateFunction {
  FunctionSignature signature;
  std::unique_ptr<AggregateState> (*new_state)() = nullptr;
};

class KITH_EXPORT FunctionRegistry {
 public:
  FunctionRegistry() = default;
  FunctionRegistry(const FunctionRegistry&) = delete;
  FunctionRegistry& operator=(const FunctionRegistry&) = delete;

  /// All functions of the language. Lives as long as the process.
  static const FunctionRegistry& Builtins();

  /// AlreadyExists when the name is taken by a scalar or an aggregate.
  Status Register(ScalarFunction function);
  Status Register(AggregateFunction function);

  /// Null when there is none. Pointers stay valid as long as the registry.
  const ScalarFunction* FindScalar(std::string_view name) const;
  const AggregateFunction* FindAggregate(std::string_view name) const;
  /// The known name most like an unknown one, for "did you mean"; empty when none is near.
  std::string_view NearestName(std::string_view name) const;
  /// All signatures by name, for SHOW FUNCTIONS.
  std::vector<const FunctionSignature*> Signatures() const;

 private:
  std::unordered_map<std::string, std::unique_ptr<ScalarFunction>> scalars_;
  std::unordered_map<std::string, std::unique_ptr<AggregateFunction>> aggregates_;
};

/// Compile-time checks. SyntaxError InvalidNumberOfArguments, or SyntaxError InvalidArgumentType
/// for an argument that can never have a type that the function takes; phase compile time. The
/// second names the argument through `*wrong_argument` (its index), when that is not null.
KITH_EXPORT Status CheckArgumentCount(const FunctionSignature& signature, size_t count);
KITH_EXPORT Status CheckArgumentTypes(const FunctionSignature& signature,
                                      std::span<const TypeSet> types, size_t* wrong_argument);

/// Calls a function: null propagation, type checks (TypeError InvalidArgumentValue), then the body.
/// The number of arguments has been checked at compile time.
KITH_EXPORT Result<Value> CallScalar(const ScalarFunction& function, FunctionContext& context,
                                     std::span<const Value> arguments);

/// A state of `function`; with `distinct` it passes on each Equivalent row of arguments once.
/// count(*) is the aggregate "count" without arguments.
KITH_EXPORT std::unique_ptr<AggregateState> NewAggregateState(const AggregateFunction& function,
                                                              bool distinct);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// The registry of all built-in functions.
#include "query/function/builtins.h"

#include <cassert>
#include <string>
#include <utility>

#include "query/function/temporal_functions.h"

namespace kith::query {
namespace {

Status RegisterAll(FunctionRegistry* registry) {
  KITH_RETURN_IF_ERROR(RegisterMathFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterStringFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterListFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterConversionFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterGraphFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterScalarFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterVectorFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterEmbeddingFunctions(registry));
  KITH_RETURN_IF_ERROR(RegisterTemporalFunctions(registry));
  return RegisterAggregateFunctions(registry);
}

}  // namespace

Status RegisterScalars(FunctionRegistry* registry, std::string_view category,
                       std::vector<ScalarRow> rows) {
  for (ScalarRow& row : rows) {
    FunctionSignature signature;
    signature.name = row.name;
    signature.category = category;
    signature.description = row.description;
    signature.min_arguments = row.parameters.size() - row.optional;
    signature.parameters = std::move(row.parameters);
    signature.variadic = row.variadic;
    signature.result = row.result;
    signature.deterministic = row.deterministic;
    signature.reads_clock = row.reads_clock;
    signature.reads_graph = row.reads_graph;
    signature.null_propagating = row.null_propagating;
    KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{std::move(signature), row.body}));
  }
  return Status::Ok();
}

const FunctionRegistry& FunctionRegistry::Builtins() {
  // Never destroyed, so that a statement on a thread that outlives main's statics is safe.
  static const FunctionRegistry* const builtins = [] {
    auto* registry = new FunctionRegistry();
    const Status status = RegisterAll(registry);
    assert(status.ok());
    (void)status;
    return registry;
  }();
  return *builtins;
}

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// How the built-in functions enter the registry: one function for each family, each in its file.
//
// Thread safety: called once, from FunctionRegistry::Builtins.
#pragma once

#include <string_view>
#include <vector>

#include "query/function/registry.h"

namespace kith::query {

/// One row of a family's table.
struct ScalarRow {
  std::string_view name;
  std::vector<FunctionParameter> parameters;
  TypeSet result;
  ScalarBody body;
  std::string_view description;
  size_t optional = 0;  ///< How many of the last parameters may be left out.
  bool variadic = false;
  bool deterministic = true;
  bool reads_clock = false;
  bool reads_graph = false;
  bool null_propagating = true;
};

Status RegisterScalars(FunctionRegistry* registry, std::string_view category,
                       std::vector<ScalarRow> rows);

Status RegisterMathFunctions(FunctionRegistry* registry);
Status RegisterStringFunctions(FunctionRegistry* registry);
Status RegisterListFunctions(FunctionRegistry* registry);
Status RegisterConversionFunctions(FunctionRegistry* registry);
Status RegisterGraphFunctions(FunctionRegistry* registry);
Status RegisterScalarFunctions(FunctionRegistry* registry);
Status RegisterVectorFunctions(FunctionRegistry* registry);
Status RegisterEmbeddingFunctions(FunctionRegistry* registry);
Status RegisterAggregateFunctions(FunctionRegistry* registry);

}  // namespace kith::query

// SPDX-License-Identifier: Apache-2.0
// embed(): a text becomes a vector of the database's model.
#include "query/function/builtins.h"

namespace kith::query {
namespace {

Result<Value> Embed(FunctionContext& context, std::span<const Value> arguments) {
  KITH_ASSIGN_OR_RETURN(const std::vector<float> vector,
                        context.EmbedText(arguments[0].AsString()));
  List list;
  list.reserve(vector.size());
  for (const float component : vector) list.emplace_back(double{component});
  return Value(std::move(list));
}

}  // namespace

Status RegisterEmbeddingFunctions(FunctionRegistry* registry) {
  return RegisterScalars(
      registry, "Vector",
      {{.name = "embed",
        .parameters = {{"text", kStringType}},
        .result = kListType,
        .body = Embed,
        .description = "The vector of a text, from the database's embedding model.",
        // Needs the model of the database that runs it, so it is not folded.
        .reads_graph = true}});
}

}  // namespace kith::query

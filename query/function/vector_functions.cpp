// SPDX-License-Identifier: Apache-2.0
// Similarities of two vectors, with the scores that vector indexes give: Neo4j's.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "query/function/builtins.h"
#include "query/function/function_error.h"

namespace kith::query {
namespace {

// What one pass over two vectors adds up.
struct VectorSums {
  double product = 0;
  double left_square = 0;
  double right_square = 0;
  double difference_square = 0;
};

Status CheckComponents(const List& vector) {
  if (vector.empty()) return TypeMismatch("a vector needs at least one component");
  for (const Value& component : vector) {
    if (component.IsNumber() && std::isfinite(component.AsNumber())) continue;
    return TypeMismatch(fmt::format("the components of a vector are finite numbers, not {}",
                                    DescribeValue(component)));
  }
  return Status::Ok();
}

Result<VectorSums> AddUp(const List& left, const List& right) {
  KITH_RETURN_IF_ERROR(CheckComponents(left));
  KITH_RETURN_IF_ERROR(CheckComponents(right));
  if (left.size() != right.size()) {
    return TypeMismatch(fmt::format(
        "two vectors are compared that have {} and {} dimensions; they must have the same",
        left.size(), right.size()));
  }
  VectorSums sums;
  for (size_t i = 0; i < left.size(); ++i) {
    const double a = left[i].AsNumber();
    const double b = right[i].AsNumber();
    sums.product += a * b;
    sums.left_square += a * a;
    sums.right_square += b * b;
    sums.difference_square += (a - b) * (a - b);
  }
  return sums;
}

Result<Value> CosineSimilarity(FunctionContext& /*context*/, std::span<const Value> arguments) {
  KITH_ASSIGN_OR_RETURN(const VectorSums sums, AddUp(arguments[0].AsList(), arguments[1].AsList()));
  // One root of the product is exact where the product is: parallel vectors score 1.
  double lengths = std::sqrt(sums.left_square * sums.right_square);
  if (lengths == 0 || !std::isfinite(lengths)) {
    lengths = std::sqrt(sums.left_square) * std::sqrt(sums.right_square);
  }
  if (lengths == 0 || !std::isfinite(lengths)) {
    return TypeMismatch(
        "cosine similarity needs vectors with a direction: not all zero, and not "
        "too long for a double");
  }
  return Value(std::clamp((1 + sums.product / lengths) / 2, 0.0, 1.0));
}

Result<Value> EuclideanSimilarity(FunctionContext& /*context*/, std::span<const Value> arguments) {
  KITH_ASSIGN_OR_RETURN(const VectorSums sums, AddUp(arguments[0].AsList(), arguments[1].AsList()));
  return Value(1 / (1 + sums.difference_square));
}

}  // namespace

Status RegisterVectorFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> vectors = {{"a", kListType}, {"b", kListType}};
  return RegisterScalars(
      registry, "Vector",
      {
          {"vector.similarity.cosine", vectors, kFloatType, CosineSimilarity,
           "How alike the directions of two vectors are, from 0 to 1."},
          {"vector.similarity.euclidean", vectors, kFloatType, EuclideanSimilarity,
           "1 / (1 + the squared distance of two vectors)."},
      });
}

}  // namespace kith::query

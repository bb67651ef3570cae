// SPDX-License-Identifier: Apache-2.0
// Lists of numbers as float32 vectors.
#include "index/vector/vector_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kith::index {
namespace {

// Lengths that keep products and squared distances of two vectors finite in 32 bits.
constexpr double kMostLength = 1e18;

Status BadVector(std::string what) {
  return Status(StatusCode::kInvalidArgument, "the vector " + std::move(what));
}

}  // namespace

const Value* VectorValueOf(const IndexDefinition& index, const storage::PropertyList& properties) {
  if (index.property_ids.empty()) return nullptr;
  const auto found =
      std::lower_bound(properties.begin(), properties.end(), index.property_ids.front(),
                       [](const auto& entry, PropertyId id) { return entry.first < id; });
  if (found == properties.end() || found->first != index.property_ids.front()) return nullptr;
  const Value& value = found->second;
  if (!value.IsList() || value.AsList().empty()) return nullptr;
  const bool numbers = std::all_of(value.AsList().begin(), value.AsList().end(),
                                   [](const Value& element) { return element.IsNumber(); });
  return numbers ? &value : nullptr;
}

std::vector<double> ComponentsOf(const Value& value) {
  std::vector<double> components;
  components.reserve(value.AsList().size());
  for (const Value& element : value.AsList()) components.push_back(element.AsNumber());
  return components;
}

Result<std::vector<float>> PrepareVector(VectorSimilarity similarity,
                                         std::span<const double> components) {
  double square = 0;
  for (size_t i = 0; i < components.size(); ++i) {
    if (!std::isfinite(components[i])) {
      return BadVector(fmt::format("has {} at place {}; its components must be finite numbers",
                                   Value(components[i]).ToString(), i));
    }
    square += components[i] * components[i];
  }
  const double length = std::sqrt(square);
  const bool cosine = similarity == VectorSimilarity::kCosine;
  if (length > kMostLength || !std::isfinite(length)) {
    return BadVector(fmt::format("has length {}; at most {} can be searched in 32-bit floats",
                                 length, kMostLength));
  }
  if (cosine && !(length >= 1 / kMostLength)) {
    return BadVector(
        "has length 0, and so no direction; cosine similarity needs a vector that is not all zero");
  }
  const double scale = cosine ? 1 / length : 1;
  std::vector<float> vector(components.size());
  std::transform(components.begin(), components.end(), vector.begin(),
                 [&](double component) { return static_cast<float>(component * scale); });
  return vector;
}

std::string VectorIndexText(const IndexDefinition& index) {
  return fmt::format("vector index '{}' on {}", index.name, index.Describe());
}

}  // namespace kith::index

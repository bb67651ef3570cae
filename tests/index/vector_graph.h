// SPDX-License-Identifier: Apache-2.0
// Vectors in a graph for tests: clustered random ones, an index over them, and exact answers.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tests/index/indexed_graph.h"

namespace kith::test {

using Components = std::vector<double>;

inline Value VectorValue(const Components& components) {
  List list;
  for (const double component : components) list.emplace_back(component);
  return Value(std::move(list));
}

/// Clusters of float32 vectors.
class RandomVectors {
 public:
  RandomVectors(uint64_t seed, size_t dimensions, size_t clusters = 20)
      : random_(seed), dimensions_(dimensions) {
    for (size_t i = 0; i < clusters; ++i) centres_.push_back(Normal(1));
  }

  Components Next() {
    const Components& centre = centres_[random_() % centres_.size()];
    Components vector = Normal(0.5);
    for (size_t i = 0; i < dimensions_; ++i) {
      vector[i] = static_cast<double>(static_cast<float>(vector[i] + centre[i]));
    }
    return vector;
  }
  uint64_t Below(uint64_t limit) { return random_() % limit; }

 private:
  Components Normal(double scale) {
    std::normal_distribution<double> normal(0, scale);
    Components vector(dimensions_);
    for (double& component : vector) component = normal(random_);
    return vector;
  }

  std::mt19937_64 random_;
  size_t dimensions_;
  std::vector<Components> centres_;
};

inline double ExactScore(index::VectorSimilarity similarity, const Components& a,
                         const Components& b) {
  double dot = 0;
  double aa = 0;
  double bb = 0;
  double square = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    square += (a[i] - b[i]) * (a[i] - b[i]);
  }
  switch (similarity) {
    case index::VectorSimilarity::kCosine: return (1 + dot / std::sqrt(aa * bb)) / 2;
    case index::VectorSimilarity::kEuclidean: return 1 / (1 + square);
    case index::VectorSimilarity::kDot: return dot;
  }
  return 0;
}

/// An index on :Doc(v), or :Doc's other property.
inline Result<index::SchemaChange> TryVectorIndex(IndexedGraph* graph, const std::string& name,
                                                  const index::VectorOptions& options,
                                                  const std::string& property = "v") {
  index::IndexRequest request;
  request.kind = index::IndexKind::kVector;
  request.name = name;
  request.labels = {"Doc"};
  request.properties = {property};
  request.vector = options;
  return graph->indexes->Create(request);
}

inline void VectorIndex(IndexedGraph* graph, const std::string& name,
                        const index::VectorOptions& options = {}) {
  const auto made = TryVectorIndex(graph, name, options);
  INFO(made.status().ToString());
  REQUIRE(made.ok());
}

inline std::vector<index::VectorHit> Nearest(IndexedGraph* graph, storage::ReadView& view,
                                             const std::string& name, const Components& query,
                                             const index::VectorSearchOptions& options = {}) {
  const auto catalog = graph->indexes->CatalogFor(&view);
  REQUIRE(catalog.ok());
  const index::IndexDefinition* definition = (*catalog)->Find(name);
  REQUIRE(definition != nullptr);
  const auto hits = graph->indexes->vectors().Search(&view, *definition, query, options);
  INFO(hits.status().ToString());
  REQUIRE(hits.ok());
  return *hits;
}

/// Merges only when a test asks for it.
inline index::IndexManagerOptions Quiet() {
  index::IndexManagerOptions options;
  options.background_merges = false;
  return options;
}

inline void Merge(IndexedGraph* graph) {
  const Status status = graph->indexes->MergeVectors(nullptr);
  INFO(status.ToString());
  REQUIRE(status.ok());
  graph->RequireVerified();
}

/// Nodes with a vector in `v`, in one transaction.
inline std::vector<NodeId> AddRandom(IndexedGraph* graph, RandomVectors* vectors, size_t count) {
  std::vector<NodeId> nodes;
  const auto writing = graph->Write();
  for (size_t i = 0; i < count; ++i) {
    nodes.push_back(graph->Create(*writing, {"Doc"}, {{"v", VectorValue(vectors->Next())}}));
  }
  REQUIRE(writing->Commit().ok());
  return nodes;
}

inline std::vector<uint64_t> Entities(const std::vector<index::VectorHit>& hits) {
  std::vector<uint64_t> entities;
  for (const index::VectorHit& hit : hits) entities.push_back(hit.entity);
  return entities;
}

/// Of all :Doc nodes of the view that have a list in `v`: the best first.
inline std::vector<index::VectorHit> ExactNearest(IndexedGraph* graph, storage::ReadView& view,
                                                  index::VectorSimilarity similarity,
                                                  const Components& query) {
  std::vector<index::VectorHit> hits;
  const auto label = graph->store->catalog().FindLabel("Doc");
  const auto property = graph->store->catalog().FindProperty("v");
  if (!label || !property) return hits;
  const std::vector<GroupId> groups = view.LabelGroups(*label).value();
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    REQUIRE(view.LabelNodes(group, *label, &members).ok());
    std::vector<NodeId> nodes;
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
    storage::Column column;
    REQUIRE(view.Gather(nodes, *property, &column).ok());
    for (size_t i = 0; i < nodes.size(); ++i) {
      const Value value = column.At(i);
      if (!value.IsList()) continue;
      Components components;
      for (const Value& element : value.AsList()) components.push_back(element.AsNumber());
      hits.push_back({nodes[i].bits(), ExactScore(similarity, query, components)});
    }
  }
  std::sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) {
    return a.score != b.score ? a.score > b.score : a.entity < b.entity;
  });
  return hits;
}

/// How many of the first `limit` exact ones were found.
inline size_t CountFound(const std::vector<index::VectorHit>& exact,
                         const std::vector<index::VectorHit>& found, size_t limit) {
  size_t count = 0;
  for (size_t i = 0; i < std::min(limit, exact.size()); ++i) {
    count += static_cast<size_t>(std::any_of(found.begin(), found.end(), [&](const auto& hit) {
      return hit.entity == exact[i].entity;
    }));
  }
  return count;
}

}  // namespace kith::test

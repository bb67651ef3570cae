// SPDX-License-Identifier: Apache-2.0
// Graphs that several threads link at once.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "index/vector/graph_walk.h"
#include "index/vector/segment_builder.h"
#include "tests/base/random_value.h"

namespace kith::index {
namespace {

constexpr size_t kLinkedDimensions = 24;

VectorOptions LinkedOptions(VectorSimilarity similarity) {
  VectorOptions options;
  options.dimensions = kLinkedDimensions;
  options.similarity = similarity;
  options.links = 8;
  options.build_breadth = 60;
  return options;
}

std::vector<float> RandomVector(std::mt19937_64* random) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(kLinkedDimensions);
  for (float& component : vector) component = normal(*random);
  return vector;
}

std::unique_ptr<Segment> Grown(const Segment* base, const std::vector<std::vector<float>>& rows,
                               const VectorOptions& options) {
  const size_t before = base == nullptr ? 0 : base->rows();
  SegmentBuilder builder(kLinkedDimensions, options, base, before + rows.size());
  for (size_t i = 0; i < rows.size(); ++i) builder.Add({before + i, 1}, rows[i]);
  SegmentBuildOptions build;
  build.vector = options;
  build.threads = 4;
  auto segment = builder.Finish(build);
  REQUIRE(segment.ok());
  return std::move(segment).value();
}

// Each link leads to another row of the layer, and to each at most once.
void CheckLinks(const Segment& segment) {
  size_t wrong = 0;
  for (uint32_t row = 0; row < segment.rows(); ++row) {
    for (int layer = 0; layer < segment.graph().levels[row]; ++layer) {
      const auto links = segment.Links(row, layer);
      wrong +=
          static_cast<size_t>(links.size() != std::set<int32_t>(links.begin(), links.end()).size());
      for (const int32_t link : links) {
        const auto other = static_cast<size_t>(link);
        wrong += static_cast<size_t>(other == row || segment.graph().levels[other] <= layer);
      }
    }
  }
  CHECK(wrong == 0);
}

double RecallOf(const Segment& segment, VectorSimilarity similarity, std::mt19937_64* random) {
  constexpr size_t kQueries = 100;
  std::vector<uint32_t> all(segment.rows());
  std::iota(all.begin(), all.end(), 0u);
  SegmentSearch search;
  search.breadth = 200;
  size_t found = 0;
  for (size_t q = 0; q < kQueries; ++q) {
    const QueryDistance query(similarity, RandomVector(random));
    const auto walked = SearchSegment(segment, query, search);
    const auto exact = CompareRows(segment, query, all, search);
    REQUIRE(walked.ok());
    REQUIRE(exact.ok());
    for (const Neighbour& one : *exact) {
      found += static_cast<size_t>(std::any_of(
          walked->begin(), walked->end(), [&](const auto& other) { return other.row == one.row; }));
    }
  }
  return static_cast<double>(found) / static_cast<double>(kQueries * search.limit);
}

}  // namespace

TEST_CASE("a graph that four threads link, and go on with, finds the neighbours", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const VectorSimilarity similarity : {VectorSimilarity::kEuclidean, VectorSimilarity::kDot}) {
    const VectorOptions options = LinkedOptions(similarity);
    std::vector<std::vector<float>> rows(3000);
    std::generate(rows.begin(), rows.end(), [&] { return RandomVector(&random); });
    const auto first = Grown(nullptr, rows, options);
    std::generate(rows.begin(), rows.end(), [&] { return RandomVector(&random); });
    const auto both = Grown(first.get(), rows, options);
    CHECK(both->rows() == 6000);
    CheckLinks(*first);
    CheckLinks(*both);
    // About .99 of squared distances; products have neighbours that are nobody's nearest.
    CHECK(RecallOf(*both, similarity, &random) > 0.8);
  }
}

TEST_CASE("rows with one vector are linked with each other", "[index]") {
  const std::vector<std::vector<float>> rows(1000, std::vector<float>(kLinkedDimensions, 1.0f));
  const auto segment = Grown(nullptr, rows, LinkedOptions(VectorSimilarity::kEuclidean));
  CheckLinks(*segment);
  const QueryDistance query(VectorSimilarity::kEuclidean, rows.front());
  SegmentSearch search;
  search.breadth = 64;
  const auto walked = WalkSegment(*segment, query, search);
  REQUIRE(walked.ok());
  REQUIRE(walked->has_value());
  CHECK((*walked)->size() == search.limit);
}

TEST_CASE("a segment of one row and of two", "[index]") {
  for (const size_t count : {1u, 2u}) {
    const std::vector<std::vector<float>> rows(count, std::vector<float>(kLinkedDimensions, 1.0f));
    const auto segment = Grown(nullptr, rows, LinkedOptions(VectorSimilarity::kDot));
    CheckLinks(*segment);
    CHECK(segment->Links(0, 0).size() == count - 1);
  }
}

}  // namespace kith::index

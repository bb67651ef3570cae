// SPDX-License-Identifier: Apache-2.0
// Distance kernels of every instruction set of this processor against double precision.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "index/vector/kernel/distance_kernels.h"
#include "index/vector/metric.h"
#include "tests/base/random_value.h"

namespace kith::index {
namespace {

std::vector<float> RandomFloats(std::mt19937_64* random, size_t size) {
  std::normal_distribution<float> normal;
  std::vector<float> floats(size);
  for (float& one : floats) one = normal(*random);
  return floats;
}

double ExactDot(const float* a, const float* b, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

double ExactSquared(const float* a, const float* b, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum;
}

TEST_CASE("distance kernels agree with double precision", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  size_t sets = 0;
  for (const char* name : {"portable", "avx2", "avx512"}) {
    const DistanceKernels* kernels = FindDistanceKernels(name);
    if (kernels == nullptr) continue;
    ++sets;
    CAPTURE(name);
    CHECK(std::string(kernels->name) == name);
    for (size_t size = kVectorPadding; size <= 1024; size += kVectorPadding) {
      const std::vector<float> query = RandomFloats(&random, size);
      std::vector<std::vector<float>> others;
      const float* rows[4];
      for (const float*& row : rows) {
        others.push_back(RandomFloats(&random, size));
        row = others.back().data();
      }
      float dots[4];
      float squares[4];
      kernels->dot4(query.data(), rows, size, dots);
      kernels->squared4(query.data(), rows, size, squares);
      const double tolerance = 1e-5 * static_cast<double>(size);
      for (size_t i = 0; i < 4; ++i) {
        const double dot = ExactDot(query.data(), rows[i], size);
        const double square = ExactSquared(query.data(), rows[i], size);
        REQUIRE(static_cast<double>(dots[i]) == Approx(dot).margin(tolerance));
        REQUIRE(static_cast<double>(kernels->dot(query.data(), rows[i], size)) ==
                Approx(dot).margin(tolerance));
        REQUIRE(static_cast<double>(squares[i]) == Approx(square).margin(tolerance));
        REQUIRE(static_cast<double>(kernels->squared(query.data(), rows[i], size)) ==
                Approx(square).margin(tolerance));
      }
    }
  }
  CHECK(sets >= 1);
  CHECK(FindDistanceKernels("abacus") == nullptr);
}

TEST_CASE("padding changes no distance", "[index]") {
  for (size_t dimensions = 1; dimensions <= 40; ++dimensions) {
    const std::vector<float> ones(dimensions, 1.0f);
    const std::vector<float> threes(dimensions, 3.0f);
    PaddedVectors rows(dimensions);
    // What lay in the memory before must not be taken for a component.
    rows.Append(threes);
    rows.Append(threes);
    rows.Clear();
    rows.Append(ones);
    rows.Append(threes);
    const double expected = static_cast<double>(dimensions);
    const QueryDistance squared(VectorSimilarity::kEuclidean, ones);
    CHECK(squared.To(rows.Row(0)) == 0);
    CHECK(static_cast<double>(squared.To(rows.Row(1))) == Approx(4 * expected));
    const QueryDistance dot(VectorSimilarity::kDot, ones);
    CHECK(static_cast<double>(dot.To(rows.Row(1))) == Approx(-3 * expected));
    CHECK(dot.Score(dot.To(rows.Row(1))) == Approx(3 * expected));
    CHECK(squared.Score(squared.To(rows.Row(1))) == Approx(1 / (1 + 4 * expected)));
  }
}

}  // namespace
}  // namespace kith::index

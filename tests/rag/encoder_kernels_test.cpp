// SPDX-License-Identifier: Apache-2.0
// Every table of kernels that this processor runs, against sums in double.
#include "rag/model/kernel/encoder_kernels.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace kith::rag {
namespace {

std::vector<float> Normal(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

double Gelu(double x) {
  return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0)));
}

std::vector<const EncoderKernels*> Available() {
  std::vector<const EncoderKernels*> all;
  for (const char* name : {"portable", "avx2", "avx512", "avx512vnni"}) {
    if (const EncoderKernels* kernels = FindEncoderKernels(name)) all.push_back(kernels);
  }
  return all;
}

struct Shape {
  size_t rows;
  size_t columns;
  size_t depth;
};

std::vector<float> Product(const GemmKernels& kernels, const Shape& shape,
                           const std::vector<float>& a, const std::vector<float>& weights,
                           const GemmEnd& end) {
  std::vector<float> packed(kernels.packed_bytes(shape.depth, shape.columns) / sizeof(float));
  kernels.pack(weights.data(), shape.depth, shape.columns, packed.data());
  std::vector<float> rounded(shape.rows * kernels.row_bytes(shape.depth) / sizeof(float));
  const void* rows = a.data();
  if (kernels.round != nullptr) {
    kernels.round(a.data(), shape.rows, shape.depth, rounded.data());
    rows = rounded.data();
  }
  std::vector<float> c(shape.rows * shape.columns + 1, 7.5f);
  kernels.gemm(rows, shape.rows, packed.data(), shape.depth, shape.columns, end, c.data());
  CHECK(c.back() == 7.5f);
  c.pop_back();
  return c;
}

// The largest error, relative to the size that sums of so many products have.
double GemmError(const GemmKernels& kernels, const Shape& shape, bool rich) {
  const std::vector<float> a = Normal(shape.rows * shape.depth, 1);
  const std::vector<float> weights = Normal(shape.columns * shape.depth, 2);
  const std::vector<float> bias = Normal(shape.columns, 3);
  const std::vector<float> residual = Normal(shape.rows * shape.columns, 4);
  GemmEnd end;
  if (rich) end = {bias.data(), residual.data(), true};
  const std::vector<float> c = Product(kernels, shape, a, weights, end);
  double worst = 0;
  for (size_t i = 0; i < c.size(); ++i) {
    const float* row = &a[i / shape.columns * shape.depth];
    const float* column = &weights[i % shape.columns * shape.depth];
    double sum = rich ? double{bias[i % shape.columns]} + residual[i] : 0;
    for (size_t k = 0; k < shape.depth; ++k) sum += double{row[k]} * column[k];
    worst = std::max(worst, std::abs((rich ? Gelu(sum) : sum) - c[i]));
  }
  return worst / std::sqrt(static_cast<double>(shape.depth));
}

const std::vector<Shape> kShapes = {{1, 1, 1},      {5, 7, 3},      {6, 16, 8},    {13, 33, 17},
                                    {12, 384, 384}, {29, 48, 1000}, {3, 40, 2500}, {127, 8, 5}};

TEST_CASE("matrix products of every shape", "[rag]") {
  constexpr double kLimits[] = {5e-6, 5e-3, 0.15};
  for (const EncoderKernels* kernels : Available()) {
    for (size_t precision = 0; precision < 3; ++precision) {
      for (const Shape& shape : kShapes) {
        CAPTURE(kernels->name, precision, shape.rows, shape.columns, shape.depth);
        CHECK(GemmError(kernels->products[precision], shape, false) < kLimits[precision]);
        CHECK(GemmError(kernels->products[precision], shape, true) < kLimits[precision]);
      }
    }
  }
}

// Rows and columns that are all at their largest give the largest sums there are.
TEST_CASE("sums of whole numbers neither overflow nor saturate", "[rag]") {
  const Shape shape = {7, 18, 3072};
  for (const EncoderKernels* kernels : Available()) {
    for (const size_t precision : {1, 2}) {
      for (const float sign : {1.0f, -1.0f}) {
        CAPTURE(kernels->name, precision, sign);
        const std::vector<float> a(shape.rows * shape.depth, sign * 0.5f);
        const std::vector<float> weights(shape.columns * shape.depth, 2.0f);
        const std::vector<float> c = Product(kernels->products[precision], shape, a, weights, {});
        for (const float value : c) CHECK(value == Approx(sign * 3072.0f).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("rows and columns of zeros stay zero", "[rag]") {
  const Shape shape = {2, 3, 9};
  const std::vector<float> zeros(shape.columns * shape.depth);
  const std::vector<float> ones(shape.columns * shape.depth, 1.0f);
  for (const EncoderKernels* kernels : Available()) {
    for (const GemmKernels& product : kernels->products) {
      CAPTURE(kernels->name);
      for (const float value : Product(product, shape, zeros, ones, {})) CHECK(value == 0.0f);
      for (const float value : Product(product, shape, ones, zeros, {})) CHECK(value == 0.0f);
    }
  }
}

TEST_CASE("attention of texts of every length", "[rag]") {
  constexpr size_t kHead = 12;
  constexpr size_t kStride = 3 * kHead;
  for (const EncoderKernels* kernels : Available()) {
    for (const size_t tokens : {1, 2, 31, 77, 130}) {
      CAPTURE(kernels->name, tokens);
      const std::vector<float> all = Normal(tokens * kStride, 5);
      std::vector<float> scratch(kernels->attention_scratch(tokens, kHead));
      std::vector<float> out(tokens * kHead);
      kernels->attention(all.data(), all.data() + kHead, all.data() + 2 * kHead, kStride, tokens,
                         kHead, scratch.data(), out.data(), kHead);
      double worst = 0;
      for (size_t i = 0; i < tokens; ++i) {
        std::vector<double> share(tokens);
        double sum = 0;
        for (size_t j = 0; j < tokens; ++j) {
          double score = 0;
          for (size_t d = 0; d < kHead; ++d) {
            score += double{all[i * kStride + d]} * all[j * kStride + kHead + d];
          }
          share[j] = std::exp(score / std::sqrt(double{kHead}));
          sum += share[j];
        }
        for (size_t d = 0; d < kHead; ++d) {
          double value = 0;
          for (size_t j = 0; j < tokens; ++j) {
            value += share[j] / sum * all[j * kStride + 2 * kHead + d];
          }
          worst = std::max(worst, std::abs(value - out[i * kHead + d]));
        }
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("layer normalisation", "[rag]") {
  for (const EncoderKernels* kernels : Available()) {
    CAPTURE(kernels->name);
    constexpr size_t kSize = 37;
    const std::vector<float> weight = Normal(kSize, 6);
    const std::vector<float> bias = Normal(kSize, 7);
    const std::vector<float> before = Normal(3 * kSize, 8);
    std::vector<float> rows = before;
    kernels->layer_norm(rows.data(), 3, kSize, weight.data(), bias.data(), 1e-12f);
    for (size_t r = 0; r < 3; ++r) {
      double mean = 0;
      for (size_t i = 0; i < kSize; ++i) mean += before[r * kSize + i] / double{kSize};
      double variance = 0;
      for (size_t i = 0; i < kSize; ++i) {
        variance += std::pow(before[r * kSize + i] - mean, 2) / double{kSize};
      }
      for (size_t i = 0; i < kSize; ++i) {
        const double expected =
            (before[r * kSize + i] - mean) / std::sqrt(variance) * weight[i] + bias[i];
        CHECK(rows[r * kSize + i] == Approx(expected).margin(1e-5));
      }
    }
  }
}

}  // namespace
}  // namespace kith::rag

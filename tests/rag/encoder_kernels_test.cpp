// SPDX-License-Identifier: Apache-2.0
// Every table of kernels that this processor runs, against sums in double.
#include "rag/model/kernel/encoder_kernels.h"

#include <array>
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
  for (const char* name : {"portable", "avx2", "avx512"}) {
    if (const EncoderKernels* kernels = FindEncoderKernels(name)) all.push_back(kernels);
  }
  return all;
}

double GemmError(const EncoderKernels& kernels, size_t rows, size_t columns, size_t depth,
                 bool rich) {
  const std::vector<float> a = Normal(rows * depth, 1);
  const std::vector<float> weights = Normal(columns * depth, 2);
  const std::vector<float> bias = Normal(columns, 3);
  const std::vector<float> residual = Normal(rows * columns, 4);
  std::vector<float> packed(kernels.packed_floats(depth, columns));
  kernels.pack(weights.data(), depth, columns, packed.data());
  std::vector<float> c(rows * columns + 1, 7.5f);
  GemmEnd end;
  if (rich) end = {bias.data(), residual.data(), true};
  kernels.gemm(a.data(), depth, rows, packed.data(), depth, columns, end, c.data(), columns);
  CHECK(c.back() == 7.5f);
  double worst = 0;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) {
      double sum = rich ? double{bias[j]} + residual[i * columns + j] : 0;
      for (size_t k = 0; k < depth; ++k) sum += double{a[i * depth + k]} * weights[j * depth + k];
      const double expected = rich ? Gelu(sum) : sum;
      worst = std::max(worst, std::abs(expected - c[i * columns + j]) / (1 + std::abs(expected)));
    }
  }
  return worst;
}

TEST_CASE("matrix products of every shape", "[rag]") {
  for (const EncoderKernels* kernels : Available()) {
    CAPTURE(kernels->name);
    for (const auto [rows, columns, depth] : std::vector<std::array<size_t, 3>>{
             {1, 1, 1}, {5, 7, 3}, {6, 16, 8}, {13, 33, 17}, {12, 384, 384}, {29, 48, 1000}}) {
      CAPTURE(rows, columns, depth);
      CHECK(GemmError(*kernels, rows, columns, depth, false) < 1e-4);
      CHECK(GemmError(*kernels, rows, columns, depth, true) < 1e-4);
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

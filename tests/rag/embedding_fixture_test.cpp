// SPDX-License-Identifier: Apache-2.0
// 1,000 vectors of all-MiniLM-L6-v2 beside those of sentence-transformers in double precision
// (embedding_fixture.py made them). Needs the model: its folder is KITH_MODEL, or it was fetched.
#include <simdjson.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "rag/model/embedder.h"
#include "rag/model/model_folder.h"

namespace kith::rag {
namespace {

constexpr size_t kTexts = 1000;
constexpr size_t kDimension = 384;
#ifdef KITH_SANITIZED
/// Of the texts every so many. A sanitizer checks each access of the kernels, which all texts make
/// alike; whether the numbers are right, a release build says.
constexpr size_t kStep = 10;
#else
constexpr size_t kStep = 1;
#endif

std::ifstream OpenFixture(const char* ending) {
  std::ifstream in(std::string(KITH_SOURCE_DIR) + "/tests/rag/embedding_fixture" + ending,
                   std::ios::binary);
  REQUIRE(in);
  return in;
}

std::vector<std::string> ReadTexts() {
  std::ifstream in = OpenFixture(".jsonl");
  std::vector<std::string> texts;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    texts.emplace_back(parser.parse(line).get_string().value());
  }
  REQUIRE(texts.size() == kTexts);
  return texts;
}

/// An IEEE 754 half that is a component of a vector: neither infinite nor not a number.
double OfHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return bits >> 15 != 0 ? -magnitude : magnitude;
}

std::vector<double> ReadVectors() {
  std::ifstream in = OpenFixture(".f16");
  std::vector<unsigned char> bytes(2 * kTexts * kDimension);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(in);
  std::vector<double> vectors;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    vectors.push_back(OfHalf(static_cast<uint16_t>(bytes[i] | bytes[i + 1] << 8)));
  }
  return vectors;
}

double Distance(const float* a, const double* b) {
  double product = 0;
  double squares[2] = {};
  for (size_t i = 0; i < kDimension; ++i) {
    product += a[i] * b[i];
    squares[0] += double{a[i]} * a[i];
    squares[1] += b[i] * b[i];
  }
  return 1 - product / std::sqrt(squares[0] * squares[1]);
}

// 1 - cosine: no text farther than `most`, and 99 of 100 not farther than `usual`.
struct Limit {
  Precision precision;
  double usual;
  double most;
};

TEST_CASE("vectors of MiniLM are those of sentence-transformers", "[rag]") {
  const char* named = std::getenv("KITH_MODEL");
  const std::string model = named == nullptr ? "all-MiniLM-L6-v2" : named;
  if (!OpenEmbeddingModel(model).ok()) {
    WARN("skipped: the model all-MiniLM-L6-v2 is not here; kith model get all-MiniLM-L6-v2");
    return;
  }
  const std::vector<std::string> texts = ReadTexts();
  std::vector<std::string_view> views;
  for (size_t i = 0; i < kTexts; i += kStep) views.push_back(texts[i]);
  if (kStep > 1) WARN("with a sanitizer only " << views.size() << " of " << kTexts << " texts");
  const std::vector<double> expected = ReadVectors();
  // In 8 bits the worst are texts of hardly any token, such as ".".
  for (const auto& [precision, usual, most] :
       {Limit{Precision::kFloat32, 1e-7, 1e-6}, Limit{Precision::kInt16, 1e-4, 1e-3},
        Limit{Precision::kInt8, 2e-2, 3e-2}}) {
    const auto embedder = Embedder::Open(model, {.precision = precision});
    REQUIRE(embedder.ok());
    REQUIRE((*embedder)->model().dimension == kDimension);
    std::vector<float> vectors(views.size() * kDimension);
    REQUIRE((*embedder)->Embed(views, vectors.data()).ok());
    std::vector<std::pair<double, size_t>> farthest;
    for (size_t i = 0; i < views.size(); ++i) {
      const float* made = &vectors[i * kDimension];
      farthest.emplace_back(Distance(made, &expected[i * kStep * kDimension]), i);
    }
    std::sort(farthest.rbegin(), farthest.rend());
    CAPTURE(static_cast<int>(precision), views[farthest[0].second]);
    CHECK(farthest[0].first < most);
    CHECK(farthest[views.size() / 100].first < usual);
  }
}

}  // namespace
}  // namespace kith::rag

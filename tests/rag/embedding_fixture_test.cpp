// SPDX-License-Identifier: Apache-2.0
// The vectors of all-MiniLM-L6-v2 beside those of sentence-transformers in double precision
// (embedding_fixture.py made them). Needs the model: its folder is KITH_MODEL, or it was fetched.
#include <simdjson.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "rag/model/embedder.h"

namespace kith::rag {
namespace {

struct ExpectedVector {
  std::string text;
  std::vector<double> vector;
};

std::vector<ExpectedVector> ReadFixture() {
  std::ifstream in(std::string(KITH_SOURCE_DIR) + "/tests/rag/embedding_fixture.jsonl");
  REQUIRE(in);
  std::vector<ExpectedVector> all;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    const simdjson::dom::element json = parser.parse(line);
    ExpectedVector expected;
    expected.text = std::string_view(json["text"]);
    for (const simdjson::dom::element number : simdjson::dom::array(json["vector"])) {
      expected.vector.push_back(number);
    }
    all.push_back(std::move(expected));
  }
  return all;
}

double Cosine(const std::vector<float>& a, const std::vector<double>& b) {
  double product = 0;
  double squares[2] = {};
  for (size_t i = 0; i < b.size(); ++i) {
    product += a[i] * b[i];
    squares[0] += double{a[i]} * a[i];
    squares[1] += b[i] * b[i];
  }
  return product / std::sqrt(squares[0] * squares[1]);
}

TEST_CASE("vectors of MiniLM are those of sentence-transformers", "[rag]") {
  const char* named = std::getenv("KITH_MODEL");
  const std::string model = named == nullptr ? "all-MiniLM-L6-v2" : named;
  if (!OpenEmbeddingModel(model).ok()) {
    WARN("skipped: the model all-MiniLM-L6-v2 is not here; kith model get all-MiniLM-L6-v2");
    return;
  }
  const std::vector<ExpectedVector> fixture = ReadFixture();
  // In 8 bits the worst are texts of hardly any token, such as "."; passages keep within 1e-2.
  const std::pair<Precision, double> limits[] = {
      {Precision::kFloat32, 1e-6}, {Precision::kInt16, 1e-3}, {Precision::kInt8, 3e-2}};
  for (const auto& [precision, limit] : limits) {
    const auto embedder = Embedder::Open(model, {.precision = precision});
    REQUIRE(embedder.ok());
    for (const ExpectedVector& expected : fixture) {
      CAPTURE(static_cast<int>(precision), expected.text);
      const auto vector = (*embedder)->EmbedOne(expected.text);
      REQUIRE(vector.ok());
      REQUIRE(vector->size() == expected.vector.size());
      CHECK(1 - Cosine(*vector, expected.vector) < limit);
    }
  }
}

}  // namespace
}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Retrieval in a database that is open with a model: vectors alone, beside text and graph, and what
// is said when there are none. The model has random weights, so what is near is not known before.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "tests/rag/model_file.h"
#include "tests/rag/vector_database.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

constexpr const char* kTexts[] = {"The lake is deep and cold.", "A tower stands by the sea.",
                                  "Bread is baked at dawn.", "Ships sail to the north.",
                                  "Wool is spun in winter."};
constexpr const char* kQuestion = "How deep is the lake?";

void IngestTexts(VectorDatabase* database) {
  size_t number = 0;
  for (const char* text : kTexts) {
    REQUIRE(database->pipeline->IngestText(std::to_string(number++) + ".txt", text).ok());
  }
}

Retrieval Found(VectorDatabase* database, const char* question, const std::string& route) {
  RetrieveOptions options;
  options.route = route;
  auto found = database->pipeline->Retrieve(question, options);
  INFO(found.status().ToString());
  REQUIRE(found.ok());
  return *std::move(found);
}

double CosineOf(const std::vector<float>& a, const std::vector<float>& b) {
  const auto product = [](const auto& x, const auto& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  };
  return product(a, b) / std::sqrt(product(a, a) * product(b, b));
}

TEST_CASE("the route dense orders by cosine alone", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path(), 1);
  VectorDatabase database;
  database.UseModel(folder.path());
  IngestTexts(&database);
  const std::vector<float> question = *(*database.model->Open())->EmbedOne(kQuestion);
  std::vector<double> cosines;
  for (const auto& [text, vector] : database.Vectors()) {
    cosines.push_back(CosineOf(question, vector));
  }
  std::sort(cosines.rbegin(), cosines.rend());
  const Retrieval found = Found(&database, kQuestion, "dense");
  REQUIRE(found.passages.size() == cosines.size());
  for (size_t i = 0; i < cosines.size(); ++i) {
    CHECK(found.passages[i].score == Approx(cosines[i]).margin(1e-6));
    CHECK_THAT(found.passages[i].found_by, Catch::Contains("dense"));
    CHECK(found.passages[i].path.front().kind == "dense");
  }
  CHECK(found.evidence.edges.front().type == "RESEMBLES");
}

TEST_CASE("vectors bring what no word and no name does", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path(), 1);
  VectorDatabase database;
  database.UseModel(folder.path());
  IngestTexts(&database);
  CHECK(Found(&database, "Zebras quietly jump", "text").passages.empty());
  const Retrieval found = Found(&database, "Zebras quietly jump", "");
  REQUIRE(found.passages.size() == std::size(kTexts));
  for (const Passage& passage : found.passages) {
    CHECK(passage.found_by == "dense");
    CHECK(passage.path.front().kind == "dense");
  }
  const Retrieval both = Found(&database, kQuestion, "");
  CHECK(both.passages.size() == std::size(kTexts));
  CHECK(std::is_sorted(both.passages.begin(), both.passages.end(),
                       [](const auto& a, const auto& b) { return a.score > b.score; }));
}

TEST_CASE("without vectors retrieval is what it is without a model", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path(), 1);
  VectorDatabase database;
  IngestTexts(&database);
  const Retrieval before = Found(&database, kQuestion, "");
  RetrieveOptions dense;
  dense.route = "dense";
  CHECK_THAT(database.pipeline->Retrieve(kQuestion, dense).status().message(),
             Catch::Contains("open it with --embedding-model"));

  database.UseModel(folder.path());
  const Retrieval after = Found(&database, kQuestion, "");
  REQUIRE(after.passages.size() == before.passages.size());
  for (size_t i = 0; i < before.passages.size(); ++i) {
    CHECK(after.passages[i].chunk == before.passages[i].chunk);
    CHECK(after.passages[i].score == before.passages[i].score);
    CHECK(after.passages[i].found_by == before.passages[i].found_by);
  }
  CHECK_THAT(database.pipeline->Retrieve(kQuestion, dense).status().message(),
             Catch::Contains("CALL rag.embed()"));
  // A reason says so: nobody would notice otherwise.
  REQUIRE(after.route.reasons.size() == before.route.reasons.size() + 1);
  CHECK_THAT(after.route.reasons.back(), Catch::StartsWith("5 of 5 chunks have no vector"));

  REQUIRE(database.Embed().ok());
  CHECK(Found(&database, kQuestion, "dense").passages.size() == std::size(kTexts));
  CHECK(Found(&database, kQuestion, "").route.reasons == before.route.reasons);
}

TEST_CASE("an index that no chunk is in yet changes nothing", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path(), 1);
  constexpr const char* kBridge = "# Halden Bridge\n\nIt spans the lake.\n";
  // Its words outside the name are weighed otherwise where there are vectors.
  constexpr const char* kNamed = "How deep is the lake below Halden Bridge?";
  VectorDatabase database;
  IngestTexts(&database);
  REQUIRE(database.pipeline->IngestText("bridge.md", kBridge).ok());
  const Retrieval before = Found(&database, kNamed, "");

  database.UseModel(folder.path());
  REQUIRE(database.pipeline->IngestText("bridge.md", kBridge)->documents_unchanged == 1);
  REQUIRE(database.IndexDimensions() == kLetterDimension);
  const Retrieval after = Found(&database, kNamed, "");
  REQUIRE(after.passages.size() == before.passages.size());
  for (size_t i = 0; i < before.passages.size(); ++i) {
    CHECK(after.passages[i].chunk == before.passages[i].chunk);
    CHECK(after.passages[i].score == before.passages[i].score);
  }
  RetrieveOptions dense;
  dense.route = "dense";
  CHECK_THAT(database.pipeline->Retrieve(kNamed, dense).status().message(),
             Catch::Contains("CALL rag.embed()"));
}

TEST_CASE("a question to vectors of another model is refused", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/one", 1);
  WriteLetterModel(folder.path() + "/two", 2);
  VectorDatabase database;
  database.UseModel(folder.path() + "/one");
  IngestTexts(&database);
  database.UseModel(folder.path() + "/two");
  const auto refused = database.pipeline->Retrieve(kQuestion);
  CHECK(refused.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refused.status().message(), Catch::Contains("rag.embed()"));
  RetrieveOptions text;
  text.route = "text";
  CHECK(database.pipeline->Retrieve(kQuestion, text).ok());
}

}  // namespace
}  // namespace kith::rag

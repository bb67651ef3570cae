// SPDX-License-Identifier: Apache-2.0
// Embedding models in GGUF files, where this build has llama.cpp. KITH_GGUF_EMBED names one of
// all-MiniLM-L6-v2, in float16 or better, that bench/bert_to_gguf.py has made; KITH_GGUF one that
// writes text.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "rag/generate/language_model.h"
#include "rag/model/embedder.h"
#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

const std::string kTexts[] = {"Who built the bridge?",
                              "",
                              "A lighthouse keeper wrote every storm into a ledger.",
                              "Der Fluss fließt langsam durch die alte Stadt.",
                              "这座桥是在洪水之后重建的。",
                              "x"};

/// Empty, and says so: there is none to test with.
std::string GgufEmbeddingModel() {
  const char* path = std::getenv("KITH_GGUF_EMBED");
  if (path != nullptr && HasLanguageModels()) return path;
  WARN("skipped: " << (HasLanguageModels() ? "KITH_GGUF_EMBED names no model file"
                                           : "this build has no llama.cpp"));
  return {};
}

std::vector<float> EmbedTexts(const Embedder& embedder, size_t repeats = 1) {
  std::vector<std::string_view> views;
  for (size_t i = 0; i < repeats; ++i) views.insert(views.end(), kTexts, std::end(kTexts));
  std::vector<float> vectors(views.size() * embedder.model().dimension);
  REQUIRE(embedder.Embed(views, vectors.data()).ok());
  return vectors;
}

double Product(const float* a, const float* b, size_t size) {
  double product = 0;
  for (size_t i = 0; i < size; ++i) product += double{a[i]} * b[i];
  return product;
}

TEST_CASE("a GGUF file gives the vectors that the encoder gives", "[rag]") {
  const std::string path = GgufEmbeddingModel();
  if (path.empty()) return;
  const auto embedder = Embedder::Open(path);
  INFO(embedder.status().ToString());
  REQUIRE(embedder.ok());
  const EmbeddingModel& model = (*embedder)->model();
  CHECK(model.name == std::filesystem::path(path).filename().string());
  CHECK(model.checksum.size() == 32);
  CHECK(model.pooling == Pooling::kMean);
  CHECK(model.normalised);
  const std::vector<float> vectors = EmbedTexts(**embedder);
  for (size_t i = 0; i < std::size(kTexts); ++i) {
    const float* vector = &vectors[i * model.dimension];
    CHECK(std::abs(Product(vector, vector, model.dimension) - 1) < 1e-5);
  }
  const char* named = std::getenv("KITH_MODEL");
  const auto own = Embedder::Open(named == nullptr ? "all-MiniLM-L6-v2" : named);
  if (!own.ok()) {
    WARN("skipped: the model all-MiniLM-L6-v2 is not here; kith model get all-MiniLM-L6-v2");
    return;
  }
  REQUIRE((*own)->model().dimension == model.dimension);
  const std::vector<float> expected = EmbedTexts(**own);
  for (size_t i = 0; i < std::size(kTexts); ++i) {
    CAPTURE(kTexts[i]);
    CHECK(Product(&vectors[i * model.dimension], &expected[i * model.dimension], model.dimension) >
          0.999);
  }
}

TEST_CASE("texts of a GGUF model may be many, long, or stopped", "[rag]") {
  const std::string path = GgufEmbeddingModel();
  if (path.empty()) return;
  const auto embedder = *Embedder::Open(path, {.threads = 2});
  CHECK(embedder->threads() == 2);
  const size_t dimension = embedder->model().dimension;
  const std::vector<float> once = EmbedTexts(*embedder);
  const auto is_once = [&](const std::vector<float>& many) {
    for (size_t i = 0; i < many.size() / dimension; ++i) {
      const float* expected = &once[i % std::size(kTexts) * dimension];
      if (Product(&many[i * dimension], expected, dimension) < 0.9999) return false;
    }
    return true;
  };
  CHECK(is_once(EmbedTexts(*embedder, 40)));
  // Several threads at once.
  std::vector<float> beside[2];
  {
    std::jthread other([&] { beside[0] = EmbedTexts(*embedder, 10); });
    beside[1] = EmbedTexts(*embedder, 10);
  }
  CHECK(is_once(beside[0]));
  CHECK(is_once(beside[1]));
  // What is beyond the model's length is left out.
  std::string text = "bridge";
  for (size_t i = 0; i < 3 * embedder->max_tokens(); ++i) text += " bridge";
  const auto vector = embedder->EmbedOne(text);
  REQUIRE(vector.ok());
  CHECK(Product(vector->data(), embedder->EmbedOne(text + " tower")->data(), dimension) > 0.99999);
  Interrupt interrupt;
  interrupt.Cancel();
  CHECK(embedder->EmbedOne("x", &interrupt).status().code() == StatusCode::kCancelled);
  EmbedOptions options;
  options.progress = [](const EmbedProgress&) { return false; };
  const std::string_view views[] = {"x"};
  std::vector<float> one(dimension);
  CHECK(embedder->Embed(views, one.data(), options).code() == StatusCode::kCancelled);
  CHECK(embedder->Embed({}, nullptr).ok());
}

TEST_CASE("the same GGUF file under another name is the same model", "[rag]") {
  const std::string path = GgufEmbeddingModel();
  if (path.empty()) return;
  const TemporaryFolder folder;
  const std::string other = folder.path() + "/other.gguf";
  std::filesystem::create_symlink(std::filesystem::absolute(path), other);
  CHECK((*Embedder::Open(other))->model().checksum == (*Embedder::Open(path))->model().checksum);
}

TEST_CASE("a GGUF file that makes no vectors is refused with the reason", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.gguf";
  WriteBytes(path, "GGUF");
  const auto refusal = [&](const std::string& file) { return Embedder::Open(file).status(); };
  if (!HasLanguageModels()) {
    CHECK(refusal(path).code() == StatusCode::kUnsupported);
    CHECK_THAT(refusal(path).message(), Catch::Contains("./dev llama"));
    return;
  }
  CHECK(refusal(path).code() == StatusCode::kCorruption);
  WriteBytes(path, "PK\x03\x04 a wheel, say");
  CHECK_THAT(refusal(path).message(), Catch::Contains("no GGUF file"));
  CHECK(refusal(folder.path() + "/none.gguf").code() == StatusCode::kNotFound);
  if (const char* writer = std::getenv("KITH_GGUF")) {
    CHECK(refusal(writer).code() == StatusCode::kInvalidArgument);
    CHECK_THAT(refusal(writer).message(), Catch::Contains("is no embedding model"));
  }
  const std::string embedding = GgufEmbeddingModel();
  if (embedding.empty()) return;
  std::ifstream in(embedding, std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  for (const size_t bytes : {size_t{100}, size_t{1} << 20, whole.size() - 1}) {
    CAPTURE(bytes);
    WriteBytes(path, std::string_view(whole).substr(0, bytes));
    CHECK(refusal(path).code() == StatusCode::kCorruption);
  }
}

}  // namespace
}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Texts to vectors on several threads, stopping, and what a model says of itself.
#include "rag/model/encoder_embedder.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

constexpr size_t kHidden = 24;

EmbeddingModelFiles ModelIn(const std::string& folder) {
  std::vector<std::string> vocabulary = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (char c = 'a'; c <= 'z'; ++c) vocabulary.push_back(std::string(1, c));
  for (char c = 'a'; c <= 'z'; ++c) vocabulary.push_back(std::string("##") + c);
  EncoderConfig config;
  config.vocabulary = vocabulary.size();
  config.positions = 40;
  config.layers = 2;
  config.hidden = kHidden;
  config.heads = 3;
  config.intermediate = 52;
  const std::string weights = folder + "/model.safetensors";
  WriteBytes(weights, SafetensorsBytes(RandomBert(config, 3)));
  return {.name = "small",
          .folder = folder,
          .weights = weights,
          .checksum = "0123456789abcdef0123456789abcdef",
          .config = config,
          .max_tokens = 32,
          .tokenizer = *WordPiece::Make(vocabulary)};
}

std::unique_ptr<Embedder> Open(const std::string& folder, size_t threads) {
  auto embedder = EncoderEmbedder::Open(ModelIn(folder), {.threads = threads});
  REQUIRE(embedder.ok());
  return std::move(embedder).value();
}

std::vector<std::string> RandomTexts(size_t count) {
  std::mt19937 random(11);
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    for (size_t length = random() % 60; length > 0; --length) {
      text += random() % 5 == 0 ? ' ' : static_cast<char>('a' + random() % 26);
    }
  }
  return texts;
}

TEST_CASE("vectors do not depend on threads or on other texts", "[rag]") {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = RandomTexts(300);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<float> alone;
  for (const size_t threads : {1, 4}) {
    const auto embedder = Open(folder.path(), threads);
    std::vector<float> vectors(texts.size() * kHidden);
    size_t done = 0;
    EmbedOptions options;
    options.progress = [&](const EmbedProgress& progress) {
      CHECK(progress.texts_done > done);
      CHECK(progress.texts_total == texts.size());
      CHECK(progress.tokens_done >= 2 * progress.texts_done);
      done = progress.texts_done;
      return true;
    };
    REQUIRE(embedder->Embed(views, vectors.data(), options).ok());
    if (threads == 1) {
      CHECK(done == texts.size());
      for (const std::string_view text : views) {
        const auto vector = embedder->EmbedOne(text);
        REQUIRE(vector.ok());
        alone.insert(alone.end(), vector->begin(), vector->end());
      }
    }
    CHECK(vectors == alone);
  }
}

TEST_CASE("what is beyond a model's length is left out", "[rag]") {
  const TemporaryFolder folder;
  const auto embedder = Open(folder.path(), 1);
  std::string text = "x";
  for (size_t i = 3; i < embedder->max_tokens(); ++i) text += " x";
  const auto vector = embedder->EmbedOne(text);
  REQUIRE(vector.ok());
  CHECK(*vector == *embedder->EmbedOne(text + " y z"));
  CHECK(*vector != *embedder->EmbedOne(text.substr(2)));
  CHECK(*embedder->EmbedOne("") == *embedder->EmbedOne(" \n"));
}

TEST_CASE("embedding stops when told to", "[rag]") {
  const TemporaryFolder folder;
  const auto embedder = Open(folder.path(), 2);
  const std::vector<std::string> texts = RandomTexts(2000);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<float> vectors(texts.size() * kHidden);
  Interrupt interrupt;
  interrupt.Cancel();
  EmbedOptions options;
  options.interrupt = &interrupt;
  CHECK(embedder->Embed(views, vectors.data(), options).code() == StatusCode::kCancelled);
  options.interrupt = nullptr;
  options.progress = [](const EmbedProgress&) { return false; };
  // With several threads the calling one may come too late to stop anything.
  const auto single = Open(folder.path(), 1);
  CHECK(single->Embed(views, vectors.data(), options).code() == StatusCode::kCancelled);
  CHECK(single->Embed({}, nullptr).ok());
}

TEST_CASE("a model says what its vectors depend on", "[rag]") {
  const TemporaryFolder folder;
  const auto embedder = Open(folder.path(), 1);
  CHECK(embedder->model() ==
        EmbeddingModel{"small", "0123456789abcdef0123456789abcdef", kHidden, Pooling::kMean, true});
  CHECK(Embedder::Open(folder.path() + "/none").status().code() == StatusCode::kNotFound);
}

}  // namespace
}  // namespace kith::rag

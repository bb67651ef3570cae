// SPDX-License-Identifier: Apache-2.0
// What a prompt shows keeps its places in the next one of its conversation, so that a model need
// not read it again: by the prompts alone, and with a real model (KITH_GGUF), which says how much
// it found read.
#include "rag/generate/model_prompt.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>

#include "rag/generate/conversation_prompts.h"

namespace kith::rag {
namespace {

Result<size_t> BytesOf(std::string_view text) {
  return text.size();
}

/// Passages of these chunks, best first.
class Found {
 public:
  explicit Found(std::initializer_list<uint32_t> chunks) {
    for (const uint32_t chunk : chunks) {
      Passage& passage = found_.emplace_back();
      passage.chunk = NodeId(GroupId(1), chunk);
      passage.title = "Bridge " + std::to_string(chunk);
      const std::string text =
          "The bridge of Ford " + std::to_string(chunk) + " was opened in the year " +
          std::to_string(1900 + chunk) +
          " by the mayor of the town, after nine years of work that the town had "
          "paid for with a tax on bread, on salt and on the ferry.";
      SourcedPassage sourced;
      sourced.passage = &passage;
      sourced.text.AppendCopied(text, 0);
      sourced.language = "en";
      passages_.push_back(std::move(sourced));
    }
  }

  Result<ModelPrompt> Prompt(const TokenCounter& count, std::span<const ShownText> last) const {
    const PromptLimits limits{.prompt_tokens = 4000, .passage_tokens = 4000, .passages = 4};
    return MakeModelPrompt(Input(), limits, count, last);
  }
  /// The chunks that it shows.
  std::vector<uint32_t> Shown(std::span<const ShownText> last) const {
    const auto prompt = Prompt(BytesOf, last);
    REQUIRE(prompt.ok());
    std::vector<uint32_t> chunks;
    for (const ShownText& text : TextsOf(*prompt, Input())) chunks.push_back(text.chunk.slot());
    return chunks;
  }
  GeneratorInput Input() const { return {question_, passages_, {}, {}, 0}; }

 private:
  rag::Question question_{
      .text = "When was it opened?", .language = "en", .entities = {}, .rest = ""};
  std::deque<Passage> found_;
  std::vector<SourcedPassage> passages_;
};

std::vector<ShownText> LastShown(std::initializer_list<uint32_t> chunks) {
  const Found found(chunks);
  const auto prompt = found.Prompt(BytesOf, {});
  REQUIRE(prompt.ok());
  return TextsOf(*prompt, found.Input());
}

using Chunks = std::vector<uint32_t>;

TEST_CASE("passages that were shown before keep their places", "[rag]") {
  CHECK(Found({1, 2, 3}).Shown({}) == Chunks{1, 2, 3});
  CHECK(Found({3, 4, 1, 2}).Shown(LastShown({1, 2, 3})) == Chunks{1, 2, 3, 4});
  // Behind one that does not come again nothing is as it was.
  CHECK(Found({3, 4, 1}).Shown(LastShown({1, 2, 3})) == Chunks{1, 3, 4});
  CHECK(Found({3, 2}).Shown(LastShown({1, 2, 3})) == Chunks{3, 2});
  // What is shown is what is best, whatever was before: four passages of these.
  CHECK(Found({5, 6, 7, 8, 1}).Shown(LastShown({1, 2})) == Chunks{5, 6, 7, 8});
  CHECK(Found({5, 6, 7, 1, 8}).Shown(LastShown({1, 2})) == Chunks{1, 5, 6, 7});
}

TEST_CASE("conversations are told apart, and forgotten in time", "[rag]") {
  ConversationPrompts prompts;
  CHECK(prompts.LastOf("a").empty());
  prompts.Remember("a", LastShown({1}));
  prompts.Remember("b", LastShown({2, 3}));
  prompts.Remember("a", LastShown({4}));
  CHECK(prompts.LastOf("a") == LastShown({4}));
  CHECK(prompts.LastOf("b") == LastShown({2, 3}));
  for (int i = 0; i < 63; ++i) prompts.Remember(std::to_string(i), LastShown({1}));
  CHECK(prompts.LastOf("b").empty());
  CHECK(!prompts.LastOf("a").empty());
}

TEST_CASE("a model reads passages of the same conversation once", "[rag]") {
  const char* path = std::getenv("KITH_GGUF");
  if (!HasLanguageModels() || path == nullptr) {
    WARN("skipped: KITH_GGUF names no model file, or this build has no llama.cpp");
    return;
  }
  ModelOptions options;
  options.threads = 1;
  const auto model = LoadLanguageModel(path, options);
  REQUIRE(model.ok());
  const auto count = [&](std::string_view text) { return (*model)->CountTokens(text); };
  GenerateOptions generate;
  generate.max_tokens = 1;
  const auto reused = [&](const Found& found, std::span<const ShownText> last) {
    const auto prompt = found.Prompt(count, last);
    REQUIRE(prompt.ok());
    const auto made = (*model)->Generate(prompt->messages, generate);
    REQUIRE(made.ok());
    return made->reused_tokens;
  };
  reused(Found({1, 2, 3}), {});
  // By score alone only the rules are the same.
  const size_t by_score = reused(Found({3, 1, 2}), {});
  const size_t kept = reused(Found({2, 4, 1, 3}), LastShown({1, 2, 3}));
  CAPTURE(by_score, kept);
  CHECK(kept > by_score + 60);
}

}  // namespace
}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Several threads use one real language model at once: the GGUF file named by KITH_GGUF
// (SmolLM2-135M-Instruct is enough), where this build has llama.cpp.
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <thread>

#include "rag/generate/language_model.h"

namespace kith::rag {
namespace {

using Role = ChatMessage::Role;

/// Null, and said so, when there is none to test with.
std::unique_ptr<LanguageModel> LoadShared(ModelOptions options) {
  const char* path = std::getenv("KITH_GGUF");
  if (!HasLanguageModels() || path == nullptr) {
    WARN("skipped: " << (HasLanguageModels() ? "KITH_GGUF names no model file"
                                             : "this build has no llama.cpp"));
    return nullptr;
  }
  options.threads = 1;
  auto model = LoadLanguageModel(path, options);
  INFO(model.status().ToString());
  REQUIRE(model.ok());
  return std::move(*model);
}

std::vector<ChatMessage> Chat(const std::string& text) {
  return {{Role::kSystem, "Answer in one short sentence."}, {Role::kUser, text}};
}

// What the model is sure of: whichever way numbers are rounded, the word is the same.
const std::array<std::pair<const char*, const char*>, 8> kCapitals = {{{"France", "Paris"},
                                                                       {"Italy", "Rome"},
                                                                       {"Spain", "Madrid"},
                                                                       {"Portugal", "Lisbon"},
                                                                       {"Japan", "Tokyo"},
                                                                       {"Russia", "Moscow"},
                                                                       {"Greece", "Athens"},
                                                                       {"Austria", "Vienna"}}};

std::string CapitalOf(size_t country) {
  return std::string("What is the capital of ") + kCapitals[country].first + "?";
}

/// Runs them on threads of their own, and waits for all.
void RunAtOnce(size_t threads, const std::function<void(size_t)>& body) {
  std::vector<std::thread> running;
  for (size_t i = 0; i < threads; ++i) running.emplace_back(body, i);
  for (std::thread& thread : running) thread.join();
}

TEST_CASE("eight callers at once get what each gets alone", "[rag]") {
  const auto model = LoadShared({});
  if (model == nullptr) return;
  CHECK(model->facts().callers == 8);
  GenerateOptions options;
  options.max_tokens = 24;
  std::array<Generation, 8> together;
  std::array<Status, 8> failed;
  std::array<std::string, 8> streamed;
  RunAtOnce(8, [&](size_t i) {
    GenerateOptions own = options;
    own.on_text = [&](std::string_view piece) {
      streamed[i] += piece;
      return true;
    };
    auto made = model->Generate(Chat(CapitalOf(i)), own);
    failed[i] = made.status();
    if (made.ok()) together[i] = std::move(*made);
  });
  size_t same = 0;
  for (size_t i = 0; i < 8; ++i) {
    CAPTURE(i, failed[i].ToString(), together[i].text);
    CHECK_THAT(together[i].text, Catch::Contains(kCapitals[i].second));
    CHECK(streamed[i] == together[i].text);
    const auto alone = model->Generate(Chat(CapitalOf(i)), options);
    REQUIRE(alone.ok());
    CHECK_THAT(alone->text, Catch::Contains(kCapitals[i].second));
    same += alone->text == together[i].text ? 1 : 0;
  }
  // Sums in another order may end in another digit: a word nearly as likely may come instead.
  CHECK(same >= 6);
}

TEST_CASE("callers who end early or fail do not disturb the others", "[rag]") {
  const auto model = LoadShared({.context_tokens = 512});
  if (model == nullptr) return;
  std::string book;
  for (int i = 0; i < 1000; ++i) book += "word ";
  std::array<Status, 4> ends;
  std::array<Generation, 4> made;
  RunAtOnce(4, [&](size_t i) {
    GenerateOptions options;
    options.max_tokens = 24;
    Interrupt interrupt;
    options.interrupt = &interrupt;
    size_t pieces = 0;
    if (i == 1) {
      options.on_text = [&](std::string_view piece) {
        if (!piece.empty() && ++pieces == 3) interrupt.Cancel();
        return true;
      };
    }
    if (i == 3) options.on_text = [&](std::string_view piece) { return piece.empty(); };
    auto answer = model->Generate(Chat(i == 2 ? book : CapitalOf(i)), options);
    ends[i] = answer.status();
    if (answer.ok()) made[i] = std::move(*answer);
  });
  CHECK(ends[0].ok());
  CHECK_THAT(made[0].text, Catch::Contains("Paris"));
  CHECK(ends[1].code() == StatusCode::kCancelled);
  CHECK(ends[2].code() == StatusCode::kInvalidArgument);
  CHECK(ends[3].ok());
  CHECK(made[3].end == GenerationEnd::kCaller);
}

TEST_CASE("callers for whom the context has no room wait for it", "[rag]") {
  // Of one full context, as each may need.
  const auto model = LoadShared({.context_tokens = 256});
  if (model == nullptr) return;
  CHECK(model->facts().cache_tokens == 256);
  std::array<Generation, 4> made;
  RunAtOnce(4, [&](size_t i) {
    auto answer = model->Generate(Chat(CapitalOf(i)), {});
    if (answer.ok()) made[i] = std::move(*answer);
  });
  for (size_t i = 0; i < 4; ++i) CHECK_THAT(made[i].text, Catch::Contains(kCapitals[i].second));
}

TEST_CASE("what was read makes room when the cache is full, the oldest first", "[rag]") {
  const auto model = LoadShared({.context_tokens = 512});
  if (model == nullptr) return;
  GenerateOptions options;
  options.max_tokens = 1;
  std::string filling;
  for (int i = 0; i < 200; ++i) filling += " word";
  const auto tokens_read = [&](const std::string& begin) {
    const auto made = model->Generate(Chat(begin + filling), options);
    REQUIRE(made.ok());
    return made->prompt_tokens - made->reused_tokens;
  };
  // Two of these fit, three do not.
  tokens_read("First");
  tokens_read("Second");
  CHECK(tokens_read("First") == 1);
  CHECK(tokens_read("Third") > 150);
  CHECK(tokens_read("First") == 1);
  CHECK(tokens_read("Second") > 150);
}

TEST_CASE("a beginning that calls share is read once", "[rag]") {
  const auto model = LoadShared({});
  if (model == nullptr) return;
  GenerateOptions options;
  options.max_tokens = 4;
  const auto first = model->Generate(Chat(CapitalOf(0)), options);
  REQUIRE(first.ok());
  CHECK(first->reused_tokens == 0);
  // Another question after the same rules, while the first conversation keeps its place.
  const auto other = model->Generate(Chat("Name a colour that you like, and say why."), options);
  REQUIRE(other.ok());
  CHECK(other->reused_tokens > 5);
  auto talk = Chat(CapitalOf(0));
  talk.push_back({Role::kAssistant, first->text});
  talk.push_back({Role::kUser, "And of Italy?"});
  const auto second = model->Generate(talk, options);
  REQUIRE(second.ok());
  CHECK(second->reused_tokens >= first->prompt_tokens);
}

}  // namespace
}  // namespace kith::rag

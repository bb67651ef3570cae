// SPDX-License-Identifier: Apache-2.0
// Language models: what is no model is refused with its reason, in every build; and a real one, the
// GGUF file named by KITH_GGUF (SmolLM2-135M-Instruct is enough), where this build has llama.cpp.
#include "rag/generate/language_model.h"

#include <simdjson.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

using Role = ChatMessage::Role;

/// Empty, and said so, when there is none to test with.
std::string ModelPath() {
  const char* path = std::getenv("KITH_GGUF");
  if (HasLanguageModels() && path != nullptr) return path;
  WARN("skipped: " << (HasLanguageModels() ? "KITH_GGUF names no model file"
                                           : "this build has no llama.cpp"));
  return {};
}

std::unique_ptr<LanguageModel> Load(ModelOptions options = {}) {
  // Several threads wait for each other after each step, which takes long on a busy machine.
  options.threads = 1;
  auto model = LoadLanguageModel(ModelPath(), options);
  INFO(model.status().ToString());
  REQUIRE(model.ok());
  return std::move(*model);
}

std::vector<ChatMessage> Question(const std::string& text) {
  return {{Role::kSystem, "Answer in one short sentence."}, {Role::kUser, text}};
}

/// A file's bytes in the order in which GGUF has them.
class GgufBytes {
 public:
  GgufBytes& Number(uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) text_ += static_cast<char>(number >> 8 * i);
    return *this;
  }
  GgufBytes& Text(std::string_view text) {
    Number(text.size(), 8);
    text_ += text;
    return *this;
  }
  GgufBytes& StringKey(std::string_view key, std::string_view value) {
    return Text(key).Number(8, 4).Text(value);
  }
  const std::string& bytes() const { return text_; }

 private:
  std::string text_ = "GGUF";
};

/// An embedding model as far as its head tells: one tensor of four numbers.
std::string EmbeddingModel() {
  GgufBytes file;
  file.Number(3, 4).Number(1, 8).Number(2, 8).StringKey("general.architecture", "bert");
  file.Text("bert.pooling_type").Number(4, 4).Number(1, 4);
  file.Text("token_embd.weight").Number(1, 4).Number(4, 8).Number(0, 4).Number(0, 8);
  std::string bytes = file.bytes();
  bytes.resize((bytes.size() + 31) / 32 * 32 + 32, '\0');
  return bytes;
}

TEST_CASE("what is no language model is refused with the reason", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.gguf";
  const auto refusal = [&] { return LoadLanguageModel(path).status(); };
  if (!HasLanguageModels()) {
    CHECK(refusal().code() == StatusCode::kUnsupported);
    CHECK_THAT(refusal().message(), Catch::Contains("./dev llama"));
    return;
  }
  CHECK(refusal().code() == StatusCode::kNotFound);
  WriteBytes(path, "PK\x03\x04 a wheel, say");
  CHECK(refusal().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refusal().message(), Catch::Contains("no GGUF file"));
  WriteBytes(path, "");
  CHECK_THAT(refusal().message(), Catch::Contains("no GGUF file"));
  WriteBytes(path, "GGUF");
  CHECK(refusal().code() == StatusCode::kCorruption);
  WriteBytes(path, EmbeddingModel());
  CHECK(refusal().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refusal().message(), Catch::Contains("embedding model (bert)"));
  WriteBytes(path, EmbeddingModel().substr(0, EmbeddingModel().size() - 20));
  CHECK(refusal().code() == StatusCode::kCorruption);
  CHECK_THAT(refusal().message(), Catch::Contains("cut short"));
  WriteBytes(path, GgufBytes().Number(3, 4).Number(0, 8).Number(0, 8).bytes());
  CHECK_THAT(refusal().message(), Catch::Contains("without a model"));
  CHECK(LoadLanguageModel(folder.path()).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a damaged model file is an error, wherever the damage is", "[rag]") {
  const std::string model = ModelPath();
  if (model.empty()) return;
  std::ifstream in(model, std::ios::binary);
  std::string head(3 << 20, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.gguf";
  // Cut short anywhere.
  for (const size_t bytes : {5, 23, 24, 100, 5000, 1 << 20, 3 << 20}) {
    CAPTURE(bytes);
    WriteBytes(path, std::string_view(head).substr(0, bytes));
    CHECK(LoadLanguageModel(path).status().code() == StatusCode::kCorruption);
  }
  // Any byte of the metadata wrong: an error, or a model; never the end of the process.
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string whole = [&] {
    std::ifstream all(model, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(all), {});
  }();
  WriteBytes(path, whole);
  for (int round = 0; round < 8; ++round) {
    const size_t at = 4 + random() % 4000;
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(random()));
    file.close();
    CAPTURE(at);
    const auto loaded = LoadLanguageModel(path);
    if (!loaded.ok()) CHECK(!loaded.status().message().empty());
    file.open(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(whole[at]);
  }
}

TEST_CASE("a model answers, streams, and says how it ended", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load();
  CHECK(model->facts().architecture == "llama");
  CHECK(model->facts().context_tokens == kDefaultContextTokens);
  CHECK(model->CountTokens("one two three").value() >= 3);
  GenerateOptions options;
  std::string streamed;
  options.on_text = [&](std::string_view piece) {
    streamed += piece;
    return true;
  };
  const auto answer = model->Generate(Question("What is the capital of France?"), options);
  REQUIRE(answer.ok());
  CHECK_THAT(answer->text, Catch::Contains("Paris"));
  CHECK(streamed == answer->text);
  CHECK(answer->end == GenerationEnd::kModel);
  CHECK(answer->tokens > 0);
  CHECK(answer->first_token_ms > 0);
  CHECK(answer->first_token_ms <= answer->total_ms);
  // The same again: all of the prompt but its last token is there already.
  const auto again = model->Generate(Question("What is the capital of France?"), options);
  REQUIRE(again.ok());
  CHECK(again->text == answer->text);
  CHECK(again->reused_tokens == again->prompt_tokens - 1);
}

TEST_CASE("a model that never stops is bounded", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load({.context_tokens = 256});
  GenerateOptions options;
  // A grammar without an end.
  options.grammar = "root ::= [a-z ] root";
  options.max_tokens = 12;
  auto answer = model->Generate(Question("Go on for ever."), options);
  REQUIRE(answer.ok());
  CHECK(answer->end == GenerationEnd::kTokens);
  CHECK(answer->tokens == 12);
  options.max_tokens = 100000;
  answer = model->Generate(Question("Go on for ever."), options);
  REQUIRE(answer.ok());
  CHECK(answer->end == GenerationEnd::kContext);
  options.max_ms = 1;
  answer = model->Generate(Question("Go on for ever, in other words."), options);
  REQUIRE(answer.ok());
  CHECK(answer->end == GenerationEnd::kTime);
  options.max_ms = 0;
  size_t pieces = 0;
  options.on_text = [&](std::string_view piece) { return piece.empty() || ++pieces < 3; };
  answer = model->Generate(Question("Go on for ever."), options);
  REQUIRE(answer.ok());
  CHECK(answer->end == GenerationEnd::kCaller);
  options.on_text = nullptr;
  Interrupt cancelled;
  cancelled.Cancel();
  options.interrupt = &cancelled;
  CHECK(model->Generate(Question("Go on for ever."), options).status().code() ==
        StatusCode::kCancelled);
  // And is as before afterwards.
  answer = model->Generate(Question("What is the capital of France?"), {});
  REQUIRE(answer.ok());
  CHECK_THAT(answer->text, Catch::Contains("Paris"));
}

TEST_CASE("another thread cancels a generation", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load();
  Interrupt interrupt;
  GenerateOptions options;
  options.grammar = "root ::= [a-z ] root";
  options.max_tokens = 100000;
  options.interrupt = &interrupt;
  std::thread canceller;
  options.on_text = [&](std::string_view) {
    if (!canceller.joinable()) canceller = std::thread([&] { interrupt.Cancel(); });
    return true;
  };
  const auto answer = model->Generate(Question("Go on for ever."), options);
  canceller.join();
  CHECK(answer.status().code() == StatusCode::kCancelled);
}

TEST_CASE("what the reader of a text throws ends it, and nothing else", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load();
  GenerateOptions options;
  for (const bool known : {true, false}) {
    options.on_text = [&](std::string_view piece) -> bool {
      if (piece.empty()) return true;
      if (known) throw std::runtime_error("the window was closed");
      throw 7;
    };
    const Status status = model->Generate(Question("Name a colour."), options).status();
    CHECK(status.code() == StatusCode::kInternal);
    if (known) CHECK_THAT(status.message(), Catch::Contains("the window was closed"));
    const auto answer = model->Generate(Question("What is the capital of France?"), {});
    REQUIRE(answer.ok());
    CHECK_THAT(answer->text, Catch::Contains("Paris"));
  }
}

TEST_CASE("waiting for another's answer can be ended by all that ends one's own", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load({.callers = 1});
  Interrupt cancelled;
  cancelled.Cancel();
  GenerateOptions first;
  first.max_tokens = 2;
  // While the model is the first caller's alone, the others come and go.
  first.on_text = [&](std::string_view piece) {
    if (piece.empty()) return true;
    GenerateOptions other;
    other.max_ms = 1;
    std::thread([&] {
      const auto late = model->Generate(Question("Name a colour."), other);
      CHECK((late.ok() && late->end == GenerationEnd::kTime && late->text.empty()));
      other.max_ms = 0;
      other.interrupt = &cancelled;
      CHECK(model->Generate(Question("Name a colour."), other).status().code() ==
            StatusCode::kCancelled);
      other.interrupt = nullptr;
      other.on_text = [](std::string_view) { return false; };
      const auto left = model->Generate(Question("Name a colour."), other);
      CHECK((left.ok() && left->end == GenerationEnd::kCaller));
      other.on_text = [](std::string_view) -> bool { throw 7; };
      CHECK(model->Generate(Question("Name a colour."), other).status().code() ==
            StatusCode::kInternal);
    }).join();
    return true;
  };
  const auto answer = model->Generate(Question("What is the capital of France?"), first);
  REQUIRE(answer.ok());
  CHECK(answer->tokens == 2);
}

TEST_CASE("prompts and options that cannot be are refused", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load({.context_tokens = 256});
  std::string book;
  for (int i = 0; i < 500; ++i) book += "word ";
  const Status longer = model->Generate(Question(book), {}).status();
  CHECK(longer.code() == StatusCode::kInvalidArgument);
  CHECK_THAT(longer.message(), Catch::Contains("context"));
  GenerateOptions options;
  options.grammar = "root ::= (";
  CHECK_THAT(model->Generate(Question("Hi"), options).status().message(),
             Catch::Contains("grammar cannot be read"));
  // What would exhaust the stack.
  const size_t brackets = 200000;
  options.grammar =
      "root ::= [\"] # \"\n" + std::string(brackets, '(') + "\"a\"" + std::string(brackets, ')');
  CHECK_THAT(model->Generate(Question("Hi"), options).status().message(),
             Catch::Contains("brackets 200000 deep"));
  options = {};
  options.sampling.temperature = -1;
  CHECK(model->Generate(Question("Hi"), options).status().code() == StatusCode::kInvalidArgument);
  CHECK(LoadLanguageModel(ModelPath(), {.context_tokens = 1}).status().code() ==
        StatusCode::kInvalidArgument);
  MemoryBudget memory("test", 1 << 20);
  const Status full = LoadLanguageModel(ModelPath(), {.memory = &memory}).status();
  CHECK(full.code() == StatusCode::kResourceExhausted);
  CHECK(memory.used_bytes() == 0);
}

TEST_CASE("a grammar and a stop text end the answer where they say", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load();
  GenerateOptions options;
  options.grammar = R"(root ::= "{\"city\": \"" [A-Za-z ]+ "\"}")";
  const auto answer = model->Generate(Question("What is the capital of France?"), options);
  REQUIRE(answer.ok());
  CHECK_THAT(answer->text, Catch::Matches("\\{\"city\": \"[A-Za-z ]+\"\\}"));
  options = {};
  options.stops = {"capital"};
  const auto cut = model->Generate(Question("What is the capital of France?"), options);
  REQUIRE(cut.ok());
  CHECK(cut->end == GenerationEnd::kStop);
  CHECK_THAT(cut->text, !Catch::Contains("capital"));
}

TEST_CASE("an answer keeps to a JSON schema", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load();
  GenerateOptions options;
  options.json_schema = R"({"type": "object", "required": ["city", "kinds"], "properties": {
      "city": {"type": "string", "maxLength": 20}, "people": {"type": "integer"},
      "kinds": {"type": "array", "items": {"enum": ["river", "sea"]}, "minItems": 1,
                "maxItems": 2}}})";
  const auto answer = model->Generate(Question("Describe the capital of France as JSON."), options);
  REQUIRE(answer.ok());
  CAPTURE(answer->text);
  CHECK(answer->end == GenerationEnd::kModel);
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  REQUIRE(parser.parse(answer->text).get(json) == simdjson::SUCCESS);
  CHECK(std::string_view(json["city"]).size() <= 20 * 4);
  for (const std::string_view kind : json["kinds"]) CHECK((kind == "river" || kind == "sea"));
  options.grammar = "root ::= [a-z]";
  CHECK(model->Generate(Question("Hi"), options).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a text cannot spell control tokens", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load();
  // As a control token it would be one token, as text it is several.
  const auto plain = Question("a b");
  const auto spelled = Question("a <|im_end|> b");
  CHECK(model->CountTokens(spelled).value() >= model->CountTokens(plain).value() + 4);
}

TEST_CASE("what a conversation has read is not read again, nor lost to another one", "[rag]") {
  if (ModelPath().empty()) return;
  const auto model = Load({.kept_bytes = 64 << 20});
  std::vector<ChatMessage> talk = Question("What is the capital of France?");
  const auto first = model->Generate(talk, {});
  REQUIRE(first.ok());
  CHECK(first->reused_tokens == 0);
  talk.push_back({Role::kAssistant, first->text});
  talk.push_back({Role::kUser, "And of Italy?"});
  const auto second = model->Generate(talk, {});
  REQUIRE(second.ok());
  CHECK(second->reused_tokens >= first->prompt_tokens);
  // Another conversation comes between.
  REQUIRE(model->Generate(std::vector<ChatMessage>{{Role::kUser, "Name a colour."}}, {}).ok());
  talk.push_back({Role::kAssistant, second->text});
  talk.push_back({Role::kUser, "And of Spain?"});
  const auto third = model->Generate(talk, {});
  REQUIRE(third.ok());
  CHECK(third->reused_tokens >= second->prompt_tokens);
  // The same words as without anything to reuse.
  const auto fresh = Load()->Generate(talk, {});
  REQUIRE(fresh.ok());
  CHECK(fresh->reused_tokens == 0);
  CHECK(fresh->prompt_tokens == third->prompt_tokens);
}

TEST_CASE("keys and values of a byte each take 47% less", "[rag]") {
  if (ModelPath().empty()) return;
  const auto half = Load();
  const auto bytes = Load({.cache = CacheType::kByte});
  CHECK(static_cast<double>(bytes->facts().cache_bytes) <
        0.55 * static_cast<double>(half->facts().cache_bytes));
  const auto answer = bytes->Generate(Question("What is the capital of France?"), {});
  REQUIRE(answer.ok());
  CHECK_THAT(answer->text, Catch::Contains("Paris"));
}

}  // namespace
}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// A language model's speed: tokens read and written in a second, against llama.cpp's bare calls on
// the same file in the same run (what its own llama-bench measures); time to the first token of a
// conversation's first and second turn; bytes of keys and values.
//
//   ./dev bench generation FILE.gguf [THREADS] [ROUNDS]
//
// Rounds alternate, and the best of each counts: other work on the machine only ever slows down.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "rag/generate/language_model.h"

#ifdef KITH_HAS_LLAMA
#include <ggml-cpu.h>
#include <llama.h>
#endif

namespace kith::rag {
namespace {

constexpr size_t kReadTokens = 512;
constexpr size_t kWrittenTokens = 64;

struct Speed {
  double read = 0;     ///< Tokens a second.
  double written = 0;  ///< Tokens a second.

  void Best(const Speed& other) {
    read = std::max(read, other.read);
    written = std::max(written, other.written);
  }
};

std::vector<ChatMessage> Passages(size_t words) {
  std::string text = "Go on with this text.";
  for (size_t i = 0; i < words; ++i) text += " The bridge was opened in 1931.";
  return {{ChatMessage::Role::kUser, text}};
}

/// Without an end, so that every run writes as many tokens.
GenerateOptions Endless(size_t tokens) {
  GenerateOptions options;
  options.max_tokens = tokens;
  options.grammar = "root ::= [^#] root";
  return options;
}

Result<Speed> Measure(LanguageModel* model, size_t round) {
  // A prompt of its own each round: nothing of it may be there already.
  std::vector<ChatMessage> messages = Passages(60);
  messages[0].text.insert(0, fmt::format("{} ", round));
  KITH_ASSIGN_OR_RETURN(const Generation made, model->Generate(messages, Endless(kWrittenTokens)));
  const double read_tokens = static_cast<double>(made.prompt_tokens - made.reused_tokens);
  Speed speed;
  speed.read = read_tokens / made.first_token_ms * 1000;
  speed.written =
      static_cast<double>(made.tokens - 1) / (made.total_ms - made.first_token_ms) * 1000;
  return speed;
}

#ifdef KITH_HAS_LLAMA

/// llama.cpp's calls and nothing else, as in llama-bench: tokens that mean nothing, no sampling.
class Bare {
 public:
  Bare(const char* path, size_t threads) {
    llama_model_params model = llama_model_default_params();
    model.n_gpu_layers = 0;
    model_ = llama_model_load_from_file(path, model);
    llama_context_params context = llama_context_default_params();
    context.n_ctx = 2048;
    context.n_batch = context.n_ubatch = kReadTokens;
    context.n_threads = context.n_threads_batch = static_cast<int32_t>(threads);
    context_ = llama_init_from_model(model_, context);
    ggml_threadpool_params pool = ggml_threadpool_params_default(static_cast<int>(threads));
    threads_ = ggml_threadpool_new(&pool);
    llama_attach_threadpool(context_, threads_, nullptr);
  }
  ~Bare() {
    llama_free(context_);
    ggml_threadpool_free(threads_);
    llama_model_free(model_);
  }

  Speed Measure() {
    llama_memory_clear(llama_get_memory(context_), false);
    std::vector<llama_token> tokens(kReadTokens);
    for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<llama_token>(100 + i * 7);
    const double read_s = Time([&] {
      llama_decode(context_,
                   llama_batch_get_one(tokens.data(), static_cast<int32_t>(tokens.size())));
      llama_synchronize(context_);
    });
    const double written_s = Time([&] {
      for (size_t i = 0; i < kWrittenTokens; ++i) {
        llama_decode(context_, llama_batch_get_one(&tokens[i], 1));
        llama_synchronize(context_);
      }
    });
    return {kReadTokens / read_s, kWrittenTokens / written_s};
  }

 private:
  template <typename Body>
  static double Time(Body body) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  llama_model* model_;
  llama_context* context_;
  ggml_threadpool* threads_;
};

#endif

Status Turns(LanguageModel* model) {
  std::vector<ChatMessage> talk = Passages(120);
  KITH_ASSIGN_OR_RETURN(const Generation first, model->Generate(talk, Endless(16)));
  talk.push_back({ChatMessage::Role::kAssistant, first.text});
  talk.push_back({ChatMessage::Role::kUser, "And when was it widened?"});
  KITH_ASSIGN_OR_RETURN(const Generation second, model->Generate(talk, Endless(16)));
  fmt::print("first token: turn 1 {:.0f} ms ({} tokens read), turn 2 {:.0f} ms ({} of {} read)\n",
             first.first_token_ms, first.prompt_tokens - first.reused_tokens, second.first_token_ms,
             second.prompt_tokens - second.reused_tokens, second.prompt_tokens);
  return Status::Ok();
}

Status Run(const char* path, size_t threads, size_t rounds) {
  ModelOptions options;
  options.threads = threads;
  KITH_ASSIGN_OR_RETURN(const auto model, LoadLanguageModel(path, options));
  options.cache = CacheType::kByte;
  KITH_ASSIGN_OR_RETURN(const auto small, LoadLanguageModel(path, options));
  const ModelFacts& facts = model->facts();
  fmt::print("{}, {} threads; keys and values of {} tokens: {} MB, as q8_0 {} MB\n", facts.name,
             threads, facts.context_tokens, facts.cache_bytes >> 20,
             small->facts().cache_bytes >> 20);
  Speed kith;
  Speed bare;
#ifdef KITH_HAS_LLAMA
  Bare library(path, threads);
#endif
  for (size_t round = 0; round < rounds; ++round) {
    KITH_ASSIGN_OR_RETURN(const Speed speed, Measure(model.get(), round));
    kith.Best(speed);
#ifdef KITH_HAS_LLAMA
    bare.Best(library.Measure());
#endif
  }
  fmt::print("kith:      {:7.1f} tokens/s read, {:6.1f} written\n", kith.read, kith.written);
  fmt::print("llama.cpp: {:7.1f} tokens/s read, {:6.1f} written\n", bare.read, bare.written);
  return Turns(model.get());
}

}  // namespace
}  // namespace kith::rag

int main(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr, "usage: generation FILE.gguf [THREADS] [ROUNDS]\n");
    return 2;
  }
  const auto number = [&](int at, size_t otherwise) {
    return at < count ? std::strtoull(arguments[at], nullptr, 10) : otherwise;
  };
  const kith::Status run = kith::rag::Run(arguments[1], number(2, 2), number(3, 5));
  if (!run.ok()) fmt::print(stderr, "{}\n", run.ToString());
  return run.ok() ? 0 : 1;
}

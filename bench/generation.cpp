// SPDX-License-Identifier: Apache-2.0
// A language model's speed: tokens read and written in a second, by one caller and by several at
// once, against llama.cpp's bare calls on the same file in the same run (what its own llama-bench
// measures); time to the first token of a conversation's first and second turn; bytes of keys and
// values.
//
//   ./dev bench generation FILE.gguf [THREADS] [ROUNDS]
//
// Rounds alternate; the median of each counts, and of the rounds' ratios.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rag/generate/language_model.h"

#ifdef KITH_HAS_LLAMA
#include <ggml-cpu.h>
#include <llama.h>
#endif

namespace kith::rag {
namespace {

constexpr size_t kPassTokens = 512;
constexpr size_t kWrittenTokens = 64;

constexpr size_t kMostCallers = 8;

/// Tokens a second.
struct Speed {
  double read = 0;
  double written = 0;
  size_t read_tokens = 0;  ///< That were read.
};

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// What the rounds measured.
struct Rounds {
  std::vector<double> kith;
  std::vector<double> bare;

  void Print(std::string_view what) const {
    std::vector<double> ratios;
    for (size_t i = 0; i < bare.size(); ++i) ratios.push_back(kith[i] / bare[i]);
    fmt::print("{:<22} kith {:7.1f} tokens/s, llama.cpp {:7.1f}, ratio {:.2f}\n", what,
               Median(kith), Median(bare), Median(ratios));
  }
};

template <typename Body>
double Seconds(Body body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

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

/// Tokens a second after the first one.
double WrittenRate(const Generation& made) {
  return static_cast<double>(made.tokens - 1) / (made.total_ms - made.first_token_ms) * 1000;
}

Result<Speed> Measure(LanguageModel* model) {
  KITH_ASSIGN_OR_RETURN(const Generation made,
                        model->Generate(Passages(60), Endless(kWrittenTokens)));
  const size_t read = made.prompt_tokens - made.reused_tokens;
  return Speed{static_cast<double>(read) / made.first_token_ms * 1000, WrittenRate(made), read};
}

/// Tokens a second that so many callers are written together, once their prompts are read.
Result<double> WriteTogether(LanguageModel* model, size_t callers) {
  std::vector<Result<Generation>> made(callers, Generation());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      const std::vector<ChatMessage> messages = {
          {ChatMessage::Role::kUser, fmt::format("Tell story {}.", i)}};
      made[i] = model->Generate(messages, Endless(kWrittenTokens));
    });
  }
  for (std::thread& thread : threads) thread.join();
  double rate = 0;
  for (const Result<Generation>& one : made) {
    KITH_RETURN_IF_ERROR(one.status());
    rate += WrittenRate(*one);
  }
  return rate;
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
    context.n_seq_max = kMostCallers;
    context.kv_unified = true;
    context.n_batch = context.n_ubatch = kPassTokens;
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

  Speed Measure(size_t read_tokens) {
    llama_memory_clear(llama_get_memory(context_), false);
    std::vector<llama_token> tokens(read_tokens);
    for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<llama_token>(100 + i * 7);
    const double read_s = Seconds([&] {
      for (size_t at = 0; at < tokens.size(); at += kPassTokens) {
        const size_t pass = std::min(kPassTokens, tokens.size() - at);
        llama_decode(context_, llama_batch_get_one(&tokens[at], static_cast<int32_t>(pass)));
      }
      llama_synchronize(context_);
    });
    const double written_s = Seconds([&] {
      for (size_t i = 0; i < kWrittenTokens; ++i) {
        llama_decode(context_, llama_batch_get_one(&tokens[i], 1));
        llama_synchronize(context_);
      }
    });
    return {static_cast<double>(read_tokens) / read_s, kWrittenTokens / written_s, read_tokens};
  }

  /// Tokens a second of so many sequences, a token of each in a pass.
  double WriteTogether(size_t sequences) {
    llama_memory_clear(llama_get_memory(context_), false);
    llama_batch batch = llama_batch_init(kMostCallers, 0, 1);
    batch.n_tokens = static_cast<int32_t>(sequences);
    const double seconds = Seconds([&] {
      for (size_t step = 0; step < kWrittenTokens; ++step) {
        for (size_t i = 0; i < sequences; ++i) {
          batch.token[i] = static_cast<llama_token>(100 + i * 7 + step);
          batch.pos[i] = static_cast<llama_pos>(step);
          batch.n_seq_id[i] = 1;
          batch.seq_id[i][0] = static_cast<llama_seq_id>(i);
          batch.logits[i] = 1;
        }
        llama_decode(context_, batch);
        llama_synchronize(context_);
      }
    });
    llama_batch_free(batch);
    return static_cast<double>(sequences * kWrittenTokens) / seconds;
  }

 private:
  llama_model* model_;
  llama_context* context_;
  ggml_threadpool* threads_;
};

#endif

/// First tokens of a conversation's first two turns. A text of its own each round.
Status Turns(LanguageModel* model, size_t rounds) {
  std::vector<double> first_ms;
  std::vector<double> second_ms;
  std::vector<double> ratios;
  std::string read;
  for (size_t round = 0; round < rounds; ++round) {
    std::vector<ChatMessage> talk = Passages(120);
    talk[0].text.insert(0, fmt::format("Talk {}. ", round));
    KITH_ASSIGN_OR_RETURN(const Generation first, model->Generate(talk, Endless(16)));
    talk.push_back({ChatMessage::Role::kAssistant, first.text});
    talk.push_back({ChatMessage::Role::kUser, "And when was it widened?"});
    KITH_ASSIGN_OR_RETURN(const Generation second, model->Generate(talk, Endless(16)));
    first_ms.push_back(first.first_token_ms);
    second_ms.push_back(second.first_token_ms);
    ratios.push_back(first.first_token_ms / second.first_token_ms);
    read = fmt::format("{} and {} tokens read", first.prompt_tokens - first.reused_tokens,
                       second.prompt_tokens - second.reused_tokens);
  }
  fmt::print("first token: turn 1 {:.0f} ms, turn 2 {:.0f} ms, {:.1f} times sooner ({})\n",
             Median(first_ms), Median(second_ms), Median(ratios), read);
  return Status::Ok();
}

/// Both, in alternating rounds; each figure with a context that holds nothing yet, as the
/// library's.
Status Compare(const char* path, const ModelOptions& options, size_t rounds) {
  Rounds read;
  Rounds written;
  std::map<size_t, Rounds> together;
#ifdef KITH_HAS_LLAMA
  Bare library(path, options.threads);
#endif
  for (size_t round = 0; round < rounds; ++round) {
    KITH_ASSIGN_OR_RETURN(const auto reader, LoadLanguageModel(path, options));
    KITH_ASSIGN_OR_RETURN(const Speed speed, Measure(reader.get()));
    read.kith.push_back(speed.read);
    written.kith.push_back(speed.written);
#ifdef KITH_HAS_LLAMA
    const Speed bare = library.Measure(speed.read_tokens);
    read.bare.push_back(bare.read);
    written.bare.push_back(bare.written);
#endif
    for (size_t callers = 1; callers <= kMostCallers; callers *= 2) {
      KITH_ASSIGN_OR_RETURN(const auto writer, LoadLanguageModel(path, options));
      KITH_ASSIGN_OR_RETURN(const double rate, WriteTogether(writer.get(), callers));
      together[callers].kith.push_back(rate);
#ifdef KITH_HAS_LLAMA
      together[callers].bare.push_back(library.WriteTogether(callers));
#endif
    }
  }
  read.Print("read");
  written.Print("written");
  for (const auto& [callers, rates] : together) {
    rates.Print(fmt::format("written, {} callers", callers));
  }
  return Status::Ok();
}

Status Run(const char* path, size_t threads, size_t rounds) {
  ModelOptions options;
  options.threads = threads;
  KITH_ASSIGN_OR_RETURN(const auto model, LoadLanguageModel(path, options));
  {
    ModelOptions byte = options;
    byte.cache = CacheType::kByte;
    KITH_ASSIGN_OR_RETURN(const auto small, LoadLanguageModel(path, byte));
    const double less = 1 - static_cast<double>(small->facts().cache_bytes) /
                                static_cast<double>(model->facts().cache_bytes);
    fmt::print(
        "{}, {} threads; keys and values of {} tokens: {:.1f} MB, as q8_0 {:.1f} MB, {:.0f}% "
        "less\n",
        model->facts().name, threads, model->facts().cache_tokens,
        static_cast<double>(model->facts().cache_bytes) / 1e6,
        static_cast<double>(small->facts().cache_bytes) / 1e6, less * 100);
  }
  KITH_RETURN_IF_ERROR(Compare(path, options, rounds));
  return Turns(model.get(), rounds);
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

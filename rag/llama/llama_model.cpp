// SPDX-License-Identifier: Apache-2.0
// One model, one context with a sequence for each call in it: what calls read and wrote stays
// there, and a prompt that begins with the same tokens begins behind them.
#include "rag/llama/llama_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "rag/generate/batched_decoder.h"
#include "rag/generate/end_watch.h"
#include "rag/generate/text_stream.h"
#include "rag/llama/chat_prompt.h"
#include "rag/llama/llama_decoder.h"
#include "rag/llama/llama_library.h"
#include "rag/llama/model_file.h"
#include "rag/llama/token_sampler.h"
#include "rag/llama/tokens.h"

namespace kith::rag {
namespace {

constexpr size_t kMaxThreads = 16;
constexpr size_t kMaxCallers = 64;
constexpr size_t kBatchTokens = 512;  // Of a pass through the model.
/// For what ended calls leave behind, besides one for each call that runs.
constexpr size_t kIdleSequences = 8;

std::string MetadataOf(const llama_model* model, const std::string& key) {
  std::array<char, 256> value{};
  const int32_t bytes = llama_model_meta_val_str(model, key.c_str(), value.data(), value.size());
  return bytes < 0 ? std::string() : std::string(value.data());
}

/// Keys and values of one token. Layers may have fewer heads than the first, which is counted.
uint64_t CacheBytesOfToken(const llama_model* model, const std::string& architecture,
                           CacheType type) {
  const auto length = [&](const char* what) -> uint64_t {
    const std::string text = MetadataOf(model, architecture + ".attention." + what);
    const auto heads = static_cast<uint64_t>(std::max(1, llama_model_n_head(model)));
    const auto width = static_cast<uint64_t>(llama_model_n_embd(model));
    return text.empty() ? width / heads : std::strtoull(text.c_str(), nullptr, 10);
  };
  const uint64_t numbers = static_cast<uint64_t>(std::max(1, llama_model_n_layer(model))) *
                           static_cast<uint64_t>(std::max(1, llama_model_n_head_kv(model))) *
                           (length("key_length") + length("value_length"));
  // q8_0 has a 16-bit scale for 32 numbers.
  return type == CacheType::kByte ? numbers * 34 / 32 : numbers * 2;
}

class LlamaModel final : public LanguageModel {
 public:
  LlamaModel(LlamaPointer<llama_model> model, const ModelOptions& options)
      : model_(std::move(model)),
        vocab_(llama_model_get_vocab(model_.get())),
        memory_(options.memory) {}
  ~LlamaModel() override {
    if (memory_ != nullptr) memory_->Release(charged_bytes_);
  }

  Status Prepare(const std::string& path, const ModelOptions& options);

  const ModelFacts& facts() const override { return facts_; }
  Result<size_t> CountTokens(std::string_view text) const override;
  Result<size_t> CountTokens(std::span<const ChatMessage> messages) const override;
  Result<Generation> Generate(std::span<const ChatMessage> messages,
                              const GenerateOptions& options) override;

 private:
  /// What one call of Generate works on.
  struct Call {
    const GenerateOptions& options;
    EndWatch watch{&options};
    Generation made;
  };

  void ReadFacts(const std::string& path, const ModelOptions& options);
  Status CheckLimits(const std::string& path, const ModelOptions& options) const;
  Status MakeDecoder(const ModelOptions& options);
  Result<bool> GoesOn(const Status& step, Call* call) const;
  Result<bool> ReadPrompt(std::span<const llama_token> prompt, Seat* seat, Call* call);
  Status Write(Seat* seat, TokenSampler* sampler, Call* call);
  Status Run(std::span<const llama_token> prompt, Call* call);

  LlamaPointer<llama_model> model_;
  const llama_vocab* vocab_;
  std::unique_ptr<LlamaDecoder> context_;    // Goes before the model.
  std::unique_ptr<BatchedDecoder> decoder_;  // Goes before the context.
  ModelFacts facts_;
  std::string chat_template_;
  MemoryBudget* memory_;
  size_t charged_bytes_ = 0;
};

void LlamaModel::ReadFacts(const std::string& path, const ModelOptions& options) {
  facts_.name = MetadataOf(model_.get(), "general.name");
  if (facts_.name.empty()) facts_.name = std::filesystem::path(path).filename().string();
  facts_.architecture = MetadataOf(model_.get(), "general.architecture");
  facts_.trained_tokens = static_cast<size_t>(std::max(0, llama_model_n_ctx_train(model_.get())));
  facts_.weight_bytes = llama_model_size(model_.get());
  facts_.context_tokens = options.context_tokens;
  if (facts_.context_tokens == 0) {
    facts_.context_tokens = std::min(kDefaultContextTokens, facts_.trained_tokens);
  }
  // A state instead of a cache cannot be cut back to where another call begins.
  const bool has_state =
      llama_model_is_recurrent(model_.get()) || llama_model_is_hybrid(model_.get());
  facts_.callers = has_state ? 1 : options.callers;
  if (const char* text = llama_model_chat_template(model_.get(), nullptr)) chat_template_ = text;
}

Status LlamaModel::CheckLimits(const std::string& path, const ModelOptions& options) const {
  constexpr size_t kMaxContextTokens = 4 << 20;
  if (llama_model_has_encoder(model_.get()) || llama_model_is_diffusion(model_.get())) {
    return Status(StatusCode::kUnsupported,
                  fmt::format("{} is of the kind {}, which does not write one token after another",
                              path, facts_.architecture));
  }
  if (facts_.context_tokens < 2 * kMinAnswerTokens || facts_.context_tokens > kMaxContextTokens) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("the context has {} tokens; give {} to {}", facts_.context_tokens,
                              2 * kMinAnswerTokens, kMaxContextTokens));
  }
  if (options.callers < 1 || options.callers > kMaxCallers) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("{} calls are to run at once; give 1 to {}", options.callers, kMaxCallers));
  }
  return Status::Ok();
}

Status LlamaModel::MakeDecoder(const ModelOptions& options) {
  const size_t processors = std::max(1U, std::thread::hardware_concurrency());
  LlamaDecoderOptions context;
  context.tokens = facts_.cache_tokens;
  context.sequences = facts_.callers == 1 ? 1 : facts_.callers + kIdleSequences;
  context.batch_tokens = std::min(kBatchTokens, facts_.context_tokens);
  context.threads = options.threads == 0 ? std::min(processors, kMaxThreads) : options.threads;
  context.cache = options.cache;
  auto made = LlamaDecoder::Create(model_.get(), context);
  KITH_RETURN_IF_ERROR(made.status().WithContext("the model " + facts_.name));
  context_ = std::move(*made);
  decoder_ = std::make_unique<BatchedDecoder>(
      context_.get(), BatchedDecoder::Options{
                          {context.sequences, facts_.callers, context.tokens},
                          {.tokens = context.batch_tokens},
                      });
  return Status::Ok();
}

Status LlamaModel::Prepare(const std::string& path, const ModelOptions& options) {
  ReadFacts(path, options);
  KITH_RETURN_IF_ERROR(CheckLimits(path, options));
  const uint64_t token_bytes =
      std::max<uint64_t>(1, CacheBytesOfToken(model_.get(), facts_.architecture, options.cache));
  facts_.cache_tokens = facts_.context_tokens + options.kept_bytes / token_bytes;
  facts_.cache_bytes = token_bytes * facts_.cache_tokens;
  if (memory_ != nullptr) {
    KITH_RETURN_IF_ERROR(
        memory_->Charge(facts_.cache_bytes).WithContext("the model " + facts_.name));
    charged_bytes_ = facts_.cache_bytes;
  }
  // Asks for the template, which may be one that the library does not know.
  const ChatMessage message{ChatMessage::Role::kUser, "?"};
  KITH_RETURN_IF_ERROR(CountTokens(std::span(&message, 1)).status());
  return MakeDecoder(options);
}

Result<size_t> LlamaModel::CountTokens(std::string_view text) const {
  return GuardLlama("the text could not be cut into tokens", [&]() -> Result<size_t> {
    KITH_ASSIGN_OR_RETURN(const auto tokens, Tokenize(vocab_, text, false, false));
    return tokens.size();
  });
}

Result<size_t> LlamaModel::CountTokens(std::span<const ChatMessage> messages) const {
  return GuardLlama("the messages could not be cut into tokens", [&]() -> Result<size_t> {
    KITH_ASSIGN_OR_RETURN(const auto tokens, MakePrompt(vocab_, chat_template_, messages));
    return tokens.size();
  });
}

/// After a step of the call: false when the caller or the time ended it.
Result<bool> LlamaModel::GoesOn(const Status& step, Call* call) const {
  call->watch.Rethrow();
  KITH_RETURN_IF_ERROR(call->watch.Interrupted());
  if (const auto end = call->watch.Reached()) {
    call->made.end = *end;
    return false;
  }
  KITH_RETURN_IF_ERROR(step);
  return true;
}

/// False when the caller or the time ended it.
Result<bool> LlamaModel::ReadPrompt(std::span<const llama_token> prompt, Seat* seat, Call* call) {
  call->made.prompt_tokens = prompt.size();
  const size_t room = facts_.context_tokens - prompt.size();
  const size_t answer = std::min(room, call->options.max_tokens);
  KITH_ASSIGN_OR_RETURN(const bool entered,
                        GoesOn(seat->Enter(prompt, prompt.size() + answer), call));
  if (!entered) return false;
  call->made.reused_tokens = seat->held();
  return GoesOn(seat->Decode(prompt.subspan(seat->held())), call);
}

Status LlamaModel::Write(Seat* seat, TokenSampler* sampler, Call* call) {
  Generation& made = call->made;
  TextStream stream(call->options.stops, call->options.on_text);
  for (;;) {
    if (made.tokens >= call->options.max_tokens) {
      made.end = GenerationEnd::kTokens;
      break;
    }
    if (seat->held() >= facts_.context_tokens) {
      made.end = GenerationEnd::kContext;
      break;
    }
    const llama_token token = sampler->Next(seat->logits().data());
    if (made.tokens == 0) made.first_token_ms = call->watch.Ms();
    if (llama_vocab_is_eog(vocab_, token)) break;
    made.tokens += 1;
    if (!stream.Add(PieceOf(vocab_, token))) {
      made.end = stream.stopped() ? GenerationEnd::kStop : GenerationEnd::kCaller;
      break;
    }
    KITH_ASSIGN_OR_RETURN(const bool goes_on, GoesOn(seat->Decode(std::span(&token, 1)), call));
    if (!goes_on) break;
  }
  if (made.end != GenerationEnd::kStop && made.end != GenerationEnd::kCaller) stream.Finish();
  made.text = stream.TakeText();
  return Status::Ok();
}

Status LlamaModel::Run(std::span<const llama_token> prompt, Call* call) {
  if (prompt.size() + kMinAnswerTokens > facts_.context_tokens) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("the prompt has {} tokens; of the context's {} it may have {}: "
                              "shorten it, or give more context tokens",
                              prompt.size(), facts_.context_tokens,
                              facts_.context_tokens - kMinAnswerTokens));
  }
  KITH_ASSIGN_OR_RETURN(const auto sampler, TokenSampler::Create(vocab_, call->options));
  Seat seat(decoder_.get(), &call->watch);
  KITH_ASSIGN_OR_RETURN(const bool read, ReadPrompt(prompt, &seat, call));
  return read ? Write(&seat, sampler.get(), call) : Status::Ok();
}

Result<Generation> LlamaModel::Generate(std::span<const ChatMessage> messages,
                                        const GenerateOptions& options) {
  Call call{.options = options, .made = {}};
  TakeLlamaErrors();
  return GuardLlama("the model " + facts_.name + " failed", [&]() -> Result<Generation> {
    KITH_ASSIGN_OR_RETURN(const auto prompt, MakePrompt(vocab_, chat_template_, messages));
    KITH_RETURN_IF_ERROR(Run(prompt, &call));
    call.made.total_ms = call.watch.Ms();
    return std::move(call.made);
  });
}

}  // namespace

Result<std::unique_ptr<LanguageModel>> LoadLlamaModel(const std::string& path,
                                                      const ModelOptions& options) {
  KITH_ASSIGN_OR_RETURN(LlamaPointer<llama_model> model,
                        LoadModelFile(path, ModelTask::kWriteText, options.interrupt));
  return GuardLlama("the model file " + path + " could not be loaded",
                    [&]() -> Result<std::unique_ptr<LanguageModel>> {
                      auto loaded = std::make_unique<LlamaModel>(std::move(model), options);
                      KITH_RETURN_IF_ERROR(loaded->Prepare(path, options));
                      return std::unique_ptr<LanguageModel>(std::move(loaded));
                    });
}

}  // namespace kith::rag

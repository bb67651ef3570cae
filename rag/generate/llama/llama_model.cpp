// SPDX-License-Identifier: Apache-2.0
// One model, one context, one sequence in it: what the last call read and wrote stays there, and a
// prompt that begins with the same tokens begins behind them.
#include "rag/generate/llama/llama_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "rag/generate/llama/chat_prompt.h"
#include "rag/generate/llama/kept_prefixes.h"
#include "rag/generate/llama/llama_library.h"
#include "rag/generate/llama/model_file.h"
#include "rag/generate/llama/token_sampler.h"
#include "rag/generate/text_stream.h"

namespace kith::rag {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxThreads = 16;
constexpr size_t kBatchTokens = 512;  // Read at once.
constexpr std::chrono::milliseconds kTurnPoll{5};
/// So often the caller is asked whether to go on while the model reads.
constexpr std::chrono::milliseconds kCallerPoll{50};

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

/// What ends a call early. Polled by the library between the steps of a computation, on the thread
/// that called it.
class EndWatch {
 public:
  explicit EndWatch(const GenerateOptions* options) : options_(*options) {
    constexpr uint64_t kMostMs = uint64_t{1} << 40;
    if (options_.max_ms == 0) return;
    deadline_ = begin_ + std::chrono::milliseconds(std::min(options_.max_ms, kMostMs));
  }

  double Ms() const {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin_).count();
  }
  Status Interrupted() const {
    return options_.interrupt == nullptr ? Status::Ok() : options_.interrupt->Check();
  }
  /// The end that the time or the caller has come to, if any.
  std::optional<GenerationEnd> Reached() const {
    if (ended_by_caller_) return GenerationEnd::kCaller;
    return Clock::now() >= deadline_ ? std::optional(GenerationEnd::kTime) : std::nullopt;
  }
  void AskCaller() {
    asked_ = Clock::now();
    if (options_.on_text && !options_.on_text({})) ended_by_caller_ = true;
  }
  /// What AskCaller threw where nothing may be thrown.
  void Rethrow() const {
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
  }

  static bool Abort(void* watch) { return static_cast<EndWatch*>(watch)->MustEnd(); }

 private:
  bool MustEnd() {
    try {
      if (Clock::now() - asked_ >= kCallerPoll) AskCaller();
    } catch (...) {
      thrown_ = std::current_exception();
      return true;
    }
    return Reached().has_value() || !Interrupted().ok();
  }

  const GenerateOptions& options_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point asked_ = begin_;
  bool ended_by_caller_ = false;
  std::exception_ptr thrown_;
};

class LlamaModel final : public LanguageModel {
 public:
  LlamaModel(LlamaPointer<llama_model> model, const ModelOptions& options)
      : model_(std::move(model)),
        vocab_(llama_model_get_vocab(model_.get())),
        prefixes_(options.kept_bytes),
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
  Status MakeContext(const ModelOptions& options);
  size_t Reuse(std::span<const llama_token> prompt);
  Status Decode(std::span<const llama_token> tokens, EndWatch* watch);
  Result<bool> TakeTurn(std::unique_lock<std::mutex>* turn, Call* call);
  Result<bool> ReadPrompt(std::span<const llama_token> prompt, Call* call);
  Status Write(TokenSampler* sampler, Call* call);
  Status Run(std::span<const llama_token> prompt, Call* call);
  void Rest(const Status& ended);

  LlamaPointer<llama_model> model_;
  const llama_vocab* vocab_;
  LlamaPointer<ggml_threadpool> threads_;  // Asleep between calls.
  LlamaPointer<llama_context> context_;    // Goes before the model and the threads.
  ModelFacts facts_;
  std::string chat_template_;
  KeptPrefixes prefixes_;
  MemoryBudget* memory_;
  size_t charged_bytes_ = 0;
  std::mutex lock_;
  std::vector<llama_token> held_;  ///< What sequence 0 of the context holds.
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
  if (const char* text = llama_model_chat_template(model_.get(), nullptr)) chat_template_ = text;
}

Status LlamaModel::MakeContext(const ModelOptions& options) {
  const size_t processors = std::max(1U, std::thread::hardware_concurrency());
  const size_t threads = options.threads == 0 ? std::min(processors, kMaxThreads) : options.threads;
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<uint32_t>(facts_.context_tokens);
  params.n_batch = static_cast<uint32_t>(std::min(kBatchTokens, facts_.context_tokens));
  params.n_ubatch = params.n_batch;
  params.n_threads = static_cast<int32_t>(threads);
  params.n_threads_batch = static_cast<int32_t>(threads);
  params.no_perf = true;
  if (options.cache == CacheType::kByte) {
    params.type_k = GGML_TYPE_Q8_0;
    params.type_v = GGML_TYPE_Q8_0;
    // Values can be stored so only for this way of computing the attention.
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
  }
  context_.reset(llama_init_from_model(model_.get(), params));
  ggml_threadpool_params pool = ggml_threadpool_params_default(static_cast<int>(threads));
  pool.paused = true;
  threads_.reset(ggml_threadpool_new(&pool));
  if (context_ != nullptr && threads_ != nullptr) {
    llama_attach_threadpool(context_.get(), threads_.get(), nullptr);
    return Status::Ok();
  }
  return LlamaFailure(StatusCode::kResourceExhausted,
                      fmt::format("there is no memory for a context of {} tokens of {} ({} MB); "
                                  "give fewer context tokens",
                                  facts_.context_tokens, facts_.name, facts_.cache_bytes >> 20));
}

Status LlamaModel::Prepare(const std::string& path, const ModelOptions& options) {
  constexpr size_t kMaxContextTokens = 4 << 20;
  ReadFacts(path, options);
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
  facts_.cache_bytes =
      CacheBytesOfToken(model_.get(), facts_.architecture, options.cache) * facts_.context_tokens;
  if (memory_ != nullptr) {
    const size_t bytes = facts_.cache_bytes + options.kept_bytes;
    KITH_RETURN_IF_ERROR(memory_->Charge(bytes).WithContext("the model " + facts_.name));
    charged_bytes_ = bytes;
  }
  // Asks for the template, which may be one that the library does not know.
  const ChatMessage message{ChatMessage::Role::kUser, "?"};
  KITH_RETURN_IF_ERROR(CountTokens(std::span(&message, 1)).status());
  return MakeContext(options);
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

/// Leaves in the context what it holds of the prompt's beginning, but never all of the prompt: its
/// last token has to be decoded for the answer's first.
size_t LlamaModel::Reuse(std::span<const llama_token> prompt) {
  prefixes_.Switch(context_.get(), prompt, &held_);
  size_t common = std::min(CommonTokens(held_, prompt), prompt.size() - 1);
  llama_memory_t memory = llama_get_memory(context_.get());
  // Models with a state instead of a cache cannot forget a part of it.
  if (!llama_memory_seq_rm(memory, 0, static_cast<llama_pos>(common), -1)) {
    llama_memory_clear(memory, false);
    common = 0;
  }
  held_.resize(common);
  return common;
}

/// Runs the model over at most a batch of tokens and appends them to those held. When it fails,
/// what is held is what got into the context; Cancelled when the watch ended it.
Status LlamaModel::Decode(std::span<const llama_token> tokens, EndWatch* watch) {
  const size_t before = held_.size();
  held_.insert(held_.end(), tokens.begin(), tokens.end());
  const int32_t code = llama_decode(
      context_.get(), llama_batch_get_one(&held_[before], static_cast<int32_t>(tokens.size())));
  if (code == 0) return Status::Ok();
  llama_memory_t memory = llama_get_memory(context_.get());
  llama_memory_seq_rm(memory, 0, static_cast<llama_pos>(before), -1);
  held_.resize(before);
  watch->Rethrow();
  if (code == 2) return Status(StatusCode::kCancelled, "the model was stopped");
  return LlamaFailure(code == 1 ? StatusCode::kResourceExhausted : StatusCode::kInternal,
                      fmt::format("the model failed behind token {} with code {}", before, code));
}

/// Waits until no other thread uses the model. False when the caller or the time ended it.
Result<bool> LlamaModel::TakeTurn(std::unique_lock<std::mutex>* turn, Call* call) {
  while (!turn->try_lock()) {
    KITH_RETURN_IF_ERROR(call->watch.Interrupted());
    call->watch.AskCaller();
    if (const auto end = call->watch.Reached()) {
      call->made.end = *end;
      return false;
    }
    std::this_thread::sleep_for(kTurnPoll);
  }
  return true;
}

/// False when the caller or the time ended it.
Result<bool> LlamaModel::ReadPrompt(std::span<const llama_token> prompt, Call* call) {
  call->made.prompt_tokens = prompt.size();
  call->made.reused_tokens = Reuse(prompt);
  while (held_.size() < prompt.size()) {
    const size_t tokens =
        std::min(size_t{llama_n_batch(context_.get())}, prompt.size() - held_.size());
    const Status decoded = Decode(prompt.subspan(held_.size(), tokens), &call->watch);
    KITH_RETURN_IF_ERROR(call->watch.Interrupted());
    if (const auto end = call->watch.Reached()) {
      call->made.end = *end;
      return false;
    }
    KITH_RETURN_IF_ERROR(decoded);
  }
  return true;
}

Status LlamaModel::Write(TokenSampler* sampler, Call* call) {
  Generation& made = call->made;
  TextStream stream(call->options.stops, call->options.on_text);
  const auto limit = [&]() -> std::optional<GenerationEnd> {
    if (made.tokens >= call->options.max_tokens) return GenerationEnd::kTokens;
    if (held_.size() >= facts_.context_tokens) return GenerationEnd::kContext;
    return call->watch.Reached();
  };
  for (;;) {
    KITH_RETURN_IF_ERROR(call->watch.Interrupted());
    if (const auto reached = limit()) {
      made.end = *reached;
      break;
    }
    const llama_token token = sampler->Next(context_.get());
    if (made.tokens == 0) made.first_token_ms = call->watch.Ms();
    if (llama_vocab_is_eog(vocab_, token)) break;
    made.tokens += 1;
    if (!stream.Add(PieceOf(vocab_, token))) {
      made.end = stream.stopped() ? GenerationEnd::kStop : GenerationEnd::kCaller;
      break;
    }
    const Status decoded = Decode(std::span(&token, 1), &call->watch);
    if (!decoded.ok() && decoded.code() != StatusCode::kCancelled) return decoded;
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
  llama_set_abort_callback(context_.get(), &EndWatch::Abort, &call->watch);
  KITH_ASSIGN_OR_RETURN(const bool read, ReadPrompt(prompt, call));
  return read ? Write(sampler.get(), call) : Status::Ok();
}

/// After a turn that ended so.
void LlamaModel::Rest(const Status& ended) {
  llama_set_abort_callback(context_.get(), nullptr, nullptr);
  ggml_threadpool_pause(threads_.get());
  if (ended.code() != StatusCode::kInternal) return;
  // Whatever state the failure left is not to be built upon.
  held_.clear();
  llama_memory_clear(llama_get_memory(context_.get()), false);
}

Result<Generation> LlamaModel::Generate(std::span<const ChatMessage> messages,
                                        const GenerateOptions& options) {
  Call call{.options = options, .made = {}};
  std::unique_lock turn(lock_, std::defer_lock);
  TakeLlamaErrors();
  auto made = GuardLlama("the model " + facts_.name + " failed", [&]() -> Result<Generation> {
    KITH_ASSIGN_OR_RETURN(const bool taken, TakeTurn(&turn, &call));
    if (taken) {
      KITH_ASSIGN_OR_RETURN(const auto prompt, MakePrompt(vocab_, chat_template_, messages));
      KITH_RETURN_IF_ERROR(Run(prompt, &call));
    }
    call.made.total_ms = call.watch.Ms();
    return std::move(call.made);
  });
  if (turn.owns_lock()) Rest(made.status());
  return made;
}

bool KeepLoading(float /*progress*/, void* interrupt) {
  return interrupt == nullptr || static_cast<const Interrupt*>(interrupt)->Check().ok();
}

}  // namespace

Result<std::unique_ptr<LanguageModel>> LoadLlamaModel(const std::string& path,
                                                      const ModelOptions& options) {
  KITH_RETURN_IF_ERROR(StartLlama());
  KITH_RETURN_IF_ERROR(CheckModelFile(path));
  const std::string fact = "the model file " + path + " could not be loaded";
  return GuardLlama(fact, [&]() -> Result<std::unique_ptr<LanguageModel>> {
    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = 0;
    params.progress_callback = &KeepLoading;
    params.progress_callback_user_data = const_cast<Interrupt*>(options.interrupt);
    LlamaPointer<llama_model> model(llama_model_load_from_file(path.c_str(), params));
    if (model == nullptr) {
      if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
      return LlamaFailure(StatusCode::kUnsupported, fact);
    }
    auto loaded = std::make_unique<LlamaModel>(std::move(model), options);
    KITH_RETURN_IF_ERROR(loaded->Prepare(path, options));
    return std::unique_ptr<LanguageModel>(std::move(loaded));
  });
}

}  // namespace kith::rag

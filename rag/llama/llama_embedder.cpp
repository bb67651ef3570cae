// SPDX-License-Identifier: Apache-2.0
// Passes of a few texts each, a sequence for each text, through one context. Callers take turns.
#include "rag/llama/llama_embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "rag/llama/llama_library.h"
#include "rag/llama/model_file.h"
#include "rag/llama/tokens.h"
#include "rag/model/model_checksum.h"

namespace kith::rag {
namespace {

constexpr size_t kMaxEmbedThreads = 16;
// A text is read in one pass, whose memory grows with the square of its tokens.
constexpr size_t kMaxTextTokens = 2048;
// The library computes the attention between all tokens of a pass, those of other texts too.
constexpr size_t kPassTokens = 256;
constexpr size_t kPassTexts = 64;

using Tokens = std::vector<llama_token>;

std::optional<Pooling> PoolingOf(enum llama_pooling_type type) {
  switch (type) {
    case LLAMA_POOLING_TYPE_MEAN: return Pooling::kMean;
    case LLAMA_POOLING_TYPE_CLS: return Pooling::kCls;
    case LLAMA_POOLING_TYPE_LAST: return Pooling::kLast;
    default: return std::nullopt;
  }
}

bool PollInterrupt(void* interrupt) {
  return interrupt != nullptr && !static_cast<const Interrupt*>(interrupt)->Check().ok();
}

class LlamaEmbedder final : public Embedder {
 public:
  LlamaEmbedder(LlamaPointer<llama_model> model, size_t threads)
      : llama_(std::move(model)),
        vocab_(llama_model_get_vocab(llama_.get())),
        threads_(threads),
        max_tokens_(std::clamp<size_t>(
            static_cast<size_t>(std::max(0, llama_model_n_ctx_train(llama_.get()))), 2,
            kMaxTextTokens)),
        batch_(static_cast<int32_t>(std::max(max_tokens_, kPassTokens))) {}

  Status Prepare(const ResolvedModel& model);

  const EmbeddingModel& model() const override { return model_; }
  size_t max_tokens() const override { return max_tokens_; }
  size_t threads() const override { return threads_; }
  Status Embed(std::span<const std::string_view> texts, float* vectors,
               const EmbedOptions& options = {}) const override;

 private:
  Status MakeContext();
  Result<Tokens> TokensOf(std::string_view text) const;
  Status Pass(std::span<const Tokens> texts, const Interrupt* interrupt, float* vectors) const;
  void FillBatch(std::span<const Tokens> texts) const;
  Status CopyVectors(size_t texts, float* vectors) const;

  LlamaPointer<llama_model> llama_;
  const llama_vocab* vocab_;
  size_t threads_;
  size_t max_tokens_;
  EmbeddingModel model_;
  LlamaPointer<ggml_threadpool> pool_;   // Outlives the context.
  LlamaPointer<llama_context> context_;  // Guarded by mutex_, with the batch.
  mutable LlamaBatch batch_;
  mutable std::mutex mutex_;
};

Status LlamaEmbedder::MakeContext() {
  llama_context_params params = llama_context_default_params();
  params.embeddings = true;
  params.n_ctx = static_cast<uint32_t>(std::max(max_tokens_, kPassTokens));
  params.n_batch = params.n_ctx;
  params.n_ubatch = params.n_ctx;
  params.n_seq_max = kPassTexts;
  params.kv_unified = true;
  params.n_threads = static_cast<int32_t>(threads_);
  params.n_threads_batch = params.n_threads;
  params.no_perf = true;
  context_.reset(llama_init_from_model(llama_.get(), params));
  ggml_threadpool_params pool = ggml_threadpool_params_default(params.n_threads);
  pool.paused = true;
  pool_.reset(ggml_threadpool_new(&pool));
  if (context_ == nullptr || pool_ == nullptr) {
    return LlamaFailure(StatusCode::kResourceExhausted,
                        fmt::format("there is no memory for passes of {} tokens", params.n_ctx));
  }
  llama_attach_threadpool(context_.get(), pool_.get(), nullptr);
  return Status::Ok();
}

Status LlamaEmbedder::Prepare(const ResolvedModel& model) {
  KITH_RETURN_IF_ERROR(MakeContext());
  const auto pooling = PoolingOf(llama_pooling_type(context_.get()));
  if (!pooling) {
    return Status(StatusCode::kUnsupported,
                  fmt::format("{} has no pooling by the mean, the first or the last token; give "
                              "another embedding model",
                              model.path));
  }
  model_.name = model.name;
  model_.dimension = static_cast<size_t>(llama_model_n_embd_out(llama_.get()));
  model_.pooling = *pooling;
  // The file by itself: under another name it is no other model.
  KITH_ASSIGN_OR_RETURN(model_.checksum, ChecksumOf({model.path}, model.path));
  return Status::Ok();
}

Result<Tokens> LlamaEmbedder::TokensOf(std::string_view text) const {
  return GuardLlama("a text could not be cut into tokens", [&]() -> Result<Tokens> {
    KITH_ASSIGN_OR_RETURN(Tokens tokens, Tokenize(vocab_, text, false, true));
    if (tokens.size() > max_tokens_) {
      // What frames a text stays its frame.
      const llama_token last = tokens.back();
      tokens.resize(max_tokens_);
      if (llama_vocab_is_control(vocab_, last)) tokens.back() = last;
    }
    // A model without a frame has no token in an empty text.
    if (tokens.empty()) tokens.push_back(std::max(0, llama_vocab_eos(vocab_)));
    return tokens;
  });
}

void LlamaEmbedder::FillBatch(std::span<const Tokens> texts) const {
  llama_batch& batch = batch_.get();
  batch.n_tokens = 0;
  for (size_t text = 0; text < texts.size(); ++text) {
    for (size_t i = 0; i < texts[text].size(); ++i) {
      const int32_t at = batch.n_tokens++;
      batch.token[at] = texts[text][i];
      batch.pos[at] = static_cast<llama_pos>(i);
      batch.n_seq_id[at] = 1;
      batch.seq_id[at][0] = static_cast<llama_seq_id>(text);
      batch.logits[at] = 1;
    }
  }
}

Status LlamaEmbedder::CopyVectors(size_t texts, float* vectors) const {
  for (size_t text = 0; text < texts; ++text, vectors += model_.dimension) {
    const float* vector = llama_get_embeddings_seq(context_.get(), static_cast<int32_t>(text));
    double square = 0;
    for (size_t i = 0; vector != nullptr && i < model_.dimension; ++i) {
      square += double{vector[i]} * vector[i];
    }
    if (vector == nullptr || !std::isfinite(square)) {
      return Status(StatusCode::kCorruption, "the model " + model_.name +
                                                 " gives no vector of finite numbers; its file is "
                                                 "damaged or not supported");
    }
    const float scale = square > 0 ? static_cast<float>(1 / std::sqrt(square)) : 0;
    for (size_t i = 0; i < model_.dimension; ++i) vectors[i] = vector[i] * scale;
  }
  return Status::Ok();
}

Status LlamaEmbedder::Pass(std::span<const Tokens> texts, const Interrupt* interrupt,
                           float* vectors) const {
  const std::lock_guard lock(mutex_);
  TakeLlamaErrors();
  return GuardLlama("a pass of the model " + model_.name + " failed", [&]() -> Status {
    FillBatch(texts);
    llama_context* const context = context_.get();
    llama_set_abort_callback(context, &PollInterrupt, const_cast<Interrupt*>(interrupt));
    const llama_memory_t memory = llama_get_memory(context);
    // An encoder keeps nothing of a pass; a decoder's keys and values of the last one go.
    if (memory != nullptr) llama_memory_clear(memory, true);
    const int32_t code = memory == nullptr ? llama_encode(context, batch_.get())
                                           : llama_decode(context, batch_.get());
    llama_set_abort_callback(context, nullptr, nullptr);
    if (interrupt != nullptr) KITH_RETURN_IF_ERROR(interrupt->Check());
    if (code == 0) return CopyVectors(texts.size(), vectors);
    return LlamaFailure(
        StatusCode::kInternal,
        fmt::format("a pass over {} tokens failed with code {}", batch_.get().n_tokens, code));
  });
}

Status LlamaEmbedder::Embed(std::span<const std::string_view> texts, float* vectors,
                            const EmbedOptions& options) const {
  EmbedProgress progress{.texts_total = texts.size()};
  std::vector<Tokens> waiting;
  size_t waiting_tokens = 0;
  const auto pass = [&]() -> Status {
    KITH_RETURN_IF_ERROR(
        Pass(waiting, options.interrupt, vectors + progress.texts_done * model_.dimension));
    progress.texts_done += waiting.size();
    progress.tokens_done += std::exchange(waiting_tokens, 0);
    waiting.clear();
    if (!options.progress || options.progress(progress)) return Status::Ok();
    return Status(StatusCode::kCancelled, "embedding was cancelled");
  };
  for (const std::string_view text : texts) {
    KITH_ASSIGN_OR_RETURN(Tokens tokens, TokensOf(text));
    const bool full = waiting_tokens + tokens.size() > kPassTokens || waiting.size() == kPassTexts;
    if (full && !waiting.empty()) KITH_RETURN_IF_ERROR(pass());
    waiting_tokens += tokens.size();
    waiting.push_back(std::move(tokens));
  }
  return waiting.empty() ? Status::Ok() : pass();
}

}  // namespace

Result<std::unique_ptr<Embedder>> OpenLlamaEmbedder(const ResolvedModel& model,
                                                    const EmbedderOptions& options) {
  KITH_ASSIGN_OR_RETURN(LlamaPointer<llama_model> loaded,
                        LoadModelFile(model.path, ModelTask::kMakeVectors, nullptr));
  const std::string fact = "the model file " + model.path + " could not be loaded";
  return GuardLlama(fact, [&]() -> Result<std::unique_ptr<Embedder>> {
    const size_t processors = std::max(1U, std::thread::hardware_concurrency());
    const size_t threads =
        options.threads == 0 ? std::min(processors, kMaxEmbedThreads) : options.threads;
    auto embedder = std::make_unique<LlamaEmbedder>(std::move(loaded), threads);
    KITH_RETURN_IF_ERROR(embedder->Prepare(model));
    return std::unique_ptr<Embedder>(std::move(embedder));
  });
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See llama_decoder.h.
#include "rag/llama/llama_decoder.h"

#include <fmt/format.h>

namespace kith::rag {
namespace {

bool PollStop(void* stop) {
  return (*static_cast<const std::function<bool()>*>(stop))();
}

}  // namespace

Result<std::unique_ptr<LlamaDecoder>> LlamaDecoder::Create(llama_model* model,
                                                           const LlamaDecoderOptions& options) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<uint32_t>(options.tokens);
  params.n_batch = static_cast<uint32_t>(options.batch_tokens);
  params.n_ubatch = params.n_batch;
  params.n_seq_max = static_cast<uint32_t>(options.sequences);
  params.kv_unified = true;
  params.n_threads = static_cast<int32_t>(options.threads);
  params.n_threads_batch = params.n_threads;
  params.no_perf = true;
  if (options.cache == CacheType::kByte) {
    params.type_k = GGML_TYPE_Q8_0;
    params.type_v = GGML_TYPE_Q8_0;
    // Values can be stored so only for this way of computing the attention.
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
  }
  LlamaPointer<llama_context> context(llama_init_from_model(model, params));
  ggml_threadpool_params pool = ggml_threadpool_params_default(params.n_threads);
  pool.paused = true;
  LlamaPointer<ggml_threadpool> threads(ggml_threadpool_new(&pool));
  if (context == nullptr || threads == nullptr) {
    return LlamaFailure(StatusCode::kResourceExhausted,
                        fmt::format("there is no memory for a context of {} tokens; give fewer "
                                    "context tokens",
                                    options.tokens));
  }
  llama_attach_threadpool(context.get(), threads.get(), nullptr);
  const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  return std::unique_ptr<LlamaDecoder>(
      new LlamaDecoder(std::move(threads), std::move(context), vocabulary, options.batch_tokens));
}

LlamaDecoder::LlamaDecoder(LlamaPointer<ggml_threadpool> threads,
                           LlamaPointer<llama_context> context, int32_t vocabulary,
                           size_t batch_tokens)
    : threads_(std::move(threads)),
      context_(std::move(context)),
      memory_(llama_get_memory(context_.get())),
      vocabulary_(static_cast<size_t>(vocabulary)),
      batch_(static_cast<int32_t>(batch_tokens)) {}

/// Whether the sequence can go on behind its first `tokens`. Layers that look back a limited way
/// may have dropped what no token behind the last one sees.
bool LlamaDecoder::IsWhole(llama_seq_id sequence, size_t tokens) const {
  return llama_memory_seq_pos_min(memory_, sequence) <= 0 ||
         llama_memory_seq_pos_max(memory_, sequence) + 1 == static_cast<llama_pos>(tokens);
}

bool LlamaDecoder::Cut(size_t sequence, size_t tokens) {
  const auto id = static_cast<llama_seq_id>(sequence);
  // Models with a state instead of a cache cannot forget a part of it.
  if (IsWhole(id, tokens) && llama_memory_seq_rm(memory_, id, static_cast<llama_pos>(tokens), -1)) {
    return true;
  }
  llama_memory_seq_rm(memory_, id, -1, -1);
  return false;
}

bool LlamaDecoder::Share(size_t from, size_t to, size_t tokens) {
  const auto source = static_cast<llama_seq_id>(from);
  if (!IsWhole(source, tokens)) return false;
  llama_memory_seq_cp(memory_, source, static_cast<llama_seq_id>(to), 0,
                      static_cast<llama_pos>(tokens));
  return true;
}

void LlamaDecoder::FillBatch(std::span<const PassPart> parts) {
  llama_batch& batch = batch_.get();
  batch.n_tokens = 0;
  for (const PassPart& part : parts) {
    for (size_t i = 0; i < part.tokens.size(); ++i) {
      const int32_t at = batch.n_tokens++;
      batch.token[at] = part.tokens[i];
      batch.pos[at] = static_cast<llama_pos>(part.position + i);
      batch.n_seq_id[at] = 1;
      batch.seq_id[at][0] = static_cast<llama_seq_id>(part.sequence);
      batch.logits[at] = part.logits != nullptr && i + 1 == part.tokens.size();
    }
  }
}

void LlamaDecoder::CopyLogits(std::span<const PassPart> parts) const {
  size_t end = 0;
  for (const PassPart& part : parts) {
    end += part.tokens.size();
    if (part.logits == nullptr) continue;
    const float* logits = llama_get_logits_ith(context_.get(), static_cast<int32_t>(end - 1));
    part.logits->assign(logits, logits + vocabulary_);
  }
}

Status LlamaDecoder::Decode(std::span<const PassPart> parts, const std::function<bool()>& stop) {
  return GuardLlama("a pass through the model failed", [&]() -> Status {
    FillBatch(parts);
    llama_set_abort_callback(context_.get(), &PollStop, const_cast<std::function<bool()>*>(&stop));
    const int32_t code = llama_decode(context_.get(), batch_.get());
    llama_set_abort_callback(context_.get(), nullptr, nullptr);
    if (code == 0) {
      CopyLogits(parts);
      return Status::Ok();
    }
    if (code == 2) return Status(StatusCode::kCancelled, "the model was stopped");
    return LlamaFailure(code == 1 ? StatusCode::kResourceExhausted : StatusCode::kInternal,
                        fmt::format("a pass over {} tokens of {} calls failed with code {}",
                                    batch_.get().n_tokens, parts.size(), code));
  });
}

}  // namespace kith::rag

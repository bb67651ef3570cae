// SPDX-License-Identifier: Apache-2.0
// A context of llama.cpp as the sequences of a batched decoder. All sequences share one cache of
// keys and values; what two begin with in common is in it once.
//
// Thread safety: one thread at a time.
#pragma once

#include <llama.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "engine/base/result.h"
#include "rag/generate/language_model.h"
#include "rag/generate/sequence_decoder.h"
#include "rag/llama/llama_library.h"

namespace kith::rag {

struct LlamaDecoderOptions {
  size_t tokens = 0;  ///< Of all sequences together.
  size_t sequences = 1;
  size_t batch_tokens = 0;  ///< Of a pass.
  size_t threads = 1;
  CacheType cache = CacheType::kHalf;
};

class LlamaDecoder final : public SequenceDecoder {
 public:
  /// `model` is borrowed. ResourceExhausted when there is no memory for it.
  static Result<std::unique_ptr<LlamaDecoder>> Create(llama_model* model,
                                                      const LlamaDecoderOptions& options);

  bool Cut(size_t sequence, size_t tokens) override;
  bool Share(size_t from, size_t to, size_t tokens) override;
  Status Decode(std::span<const PassPart> parts, const std::function<bool()>& stop) override;
  void Rest() override { ggml_threadpool_pause(threads_.get()); }

 private:
  LlamaDecoder(LlamaPointer<ggml_threadpool> threads, LlamaPointer<llama_context> context,
               int32_t vocabulary, size_t batch_tokens);

  bool IsWhole(llama_seq_id sequence, size_t tokens) const;
  void FillBatch(std::span<const PassPart> parts);
  void CopyLogits(std::span<const PassPart> parts) const;

  LlamaPointer<ggml_threadpool> threads_;  // Asleep between calls.
  LlamaPointer<llama_context> context_;    // Goes before the threads.
  llama_memory_t memory_;                  // The context's.
  size_t vocabulary_;
  LlamaBatch batch_;
};

}  // namespace kith::rag

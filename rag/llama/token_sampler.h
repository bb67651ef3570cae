// SPDX-License-Identifier: Apache-2.0
// Chooses the next token: a chain of samplers, and a grammar that may refuse its choice.
//
// Thread safety: a sampler belongs to one call of Generate.
#pragma once

#include <llama.h>

#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "rag/generate/language_model.h"
#include "rag/llama/llama_library.h"

namespace kith::rag {

class TokenSampler {
 public:
  /// `vocab` is borrowed. InvalidArgument when the grammar cannot be read or a number is out of its
  /// range.
  static Result<std::unique_ptr<TokenSampler>> Create(const llama_vocab* vocab,
                                                      const GenerateOptions& options);

  /// `logits`: one for each token of the vocabulary.
  llama_token Next(const float* logits);

 private:
  TokenSampler(const llama_vocab* vocab, const SamplingOptions& sampling,
               LlamaPointer<llama_sampler> grammar);

  bool Allows(llama_token token);
  llama_token Choose(const float* logits, bool by_grammar);

  const llama_vocab* vocab_;
  bool takes_best_;  ///< Without looking at anything but the logits.
  LlamaPointer<llama_sampler> chain_;
  LlamaPointer<llama_sampler> grammar_;  ///< Null without one.
  std::vector<llama_token_data> candidates_;
};

}  // namespace kith::rag

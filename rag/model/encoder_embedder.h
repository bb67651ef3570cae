// SPDX-License-Identifier: Apache-2.0
// An embedding model of the BERT family by Kith's own encoder.
//
// A text's vector does not depend on the other texts of a call, nor on the number of threads: texts
// are never padded, and every row of a batch is computed by itself.
//
// Thread safety: immutable; any thread may embed, several at once.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "rag/model/bert_encoder.h"
#include "rag/model/embedder.h"
#include "rag/model/model_folder.h"

namespace kith::rag {

class EncoderEmbedder final : public Embedder {
 public:
  /// Errors: those of BertEncoder::Load.
  static Result<std::unique_ptr<Embedder>> Open(EmbeddingModelFiles files,
                                                const EmbedderOptions& options = {});

  const EmbeddingModel& model() const override { return model_; }
  size_t max_tokens() const override { return files_.max_tokens; }
  size_t threads() const override { return options_.threads; }
  Status Embed(std::span<const std::string_view> texts, float* vectors,
               const EmbedOptions& options = {}) const override;

 private:
  class Run;
  EncoderEmbedder(EmbeddingModelFiles files, const EmbedderOptions& options,
                  std::unique_ptr<BertEncoder> encoder);

  EmbeddingModelFiles files_;
  EmbedderOptions options_;
  EmbeddingModel model_;
  std::unique_ptr<BertEncoder> encoder_;
};

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Texts in, vectors out: an embedding model with its tokeniser, on the processor.
//
// A text's vector does not depend on the other texts of a call, nor on the number of threads: texts
// are never padded, and every row of a batch is computed by itself.
//
// Thread safety: immutable; any thread may embed, several at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "rag/model/bert_encoder.h"
#include "rag/model/model_folder.h"

namespace kith::rag {

struct EmbedderOptions {
  Precision precision = Precision::kInt16;
  size_t threads = 0;  ///< Of one Embed, the caller's among them; 0: one for each processor.
};

/// What must be the same for two vectors to be comparable.
struct EmbeddingModel {
  std::string name;
  std::string checksum;  ///< Of the files that the vectors depend on.
  size_t dimension = 0;
  Pooling pooling = Pooling::kMean;
  bool normalised = true;  ///< Vectors have length 1.

  bool operator==(const EmbeddingModel&) const = default;
};

/// How far an Embed is.
struct EmbedProgress {
  size_t texts_done = 0;
  size_t texts_total = 0;
  uint64_t tokens_done = 0;
};

struct EmbedOptions {
  const Interrupt* interrupt = nullptr;
  /// Called now and then by the calling thread, and at the end; false stops with Cancelled.
  std::function<bool(const EmbedProgress&)> progress;
};

class Embedder {
 public:
  /// Opens a model by name or path. Errors: those of OpenEmbeddingModel and BertEncoder::Load.
  static Result<std::unique_ptr<Embedder>> Open(const std::string& name_or_path,
                                                const EmbedderOptions& options = {});
  static Result<std::unique_ptr<Embedder>> Open(EmbeddingModelFiles files,
                                                const EmbedderOptions& options = {});

  const EmbeddingModel& model() const { return model_; }
  /// Tokens of a text beyond this many, with the two that frame it, are left out.
  size_t max_tokens() const { return files_.max_tokens; }
  /// Of one Embed.
  size_t threads() const { return options_.threads; }

  /// Writes vectors[texts][dimension]. Cancelled or Timeout when stopped; then some of the vectors
  /// may be there.
  Status Embed(std::span<const std::string_view> texts, float* vectors,
               const EmbedOptions& options = {}) const;
  /// The vector of one text, on the calling thread.
  Result<std::vector<float>> EmbedOne(std::string_view text,
                                      const Interrupt* interrupt = nullptr) const;

 private:
  class Run;
  Embedder(EmbeddingModelFiles files, const EmbedderOptions& options,
           std::unique_ptr<BertEncoder> encoder);

  EmbeddingModelFiles files_;
  EmbedderOptions options_;
  EmbeddingModel model_;
  std::unique_ptr<BertEncoder> encoder_;
};

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Texts in, vectors out: an embedding model with its tokeniser, on the processor. A folder as
// sentence-transformers writes it is computed by Kith's own encoder, a .gguf file by llama.cpp,
// where this build has it.
//
// Thread safety: any thread may embed, several at once.
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
#include "rag/model/encoder.h"
#include "rag/model/kernel/encoder_kernels.h"

namespace kith::rag {

struct EmbedderOptions {
  Precision precision = Precision::kInt16;  ///< Of the encoder; a .gguf file has its own.
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
  /// Opens a model by name or path (see ResolveModel in model_store.h). Errors: those of
  /// EncoderEmbedder::Open for a folder; for a .gguf file those of LoadLanguageModel, and
  /// InvalidArgument when it makes no vectors.
  static Result<std::unique_ptr<Embedder>> Open(const std::string& name_or_path,
                                                const EmbedderOptions& options = {});
  virtual ~Embedder() = default;

  virtual const EmbeddingModel& model() const = 0;
  /// Tokens of a text beyond this many, with those that frame it, are left out.
  virtual size_t max_tokens() const = 0;
  /// Of one Embed.
  virtual size_t threads() const = 0;

  /// Writes vectors[texts][dimension]. Cancelled or Timeout when stopped; then some of the vectors
  /// may be there.
  virtual Status Embed(std::span<const std::string_view> texts, float* vectors,
                       const EmbedOptions& options = {}) const = 0;
  /// The vector of one text, on the calling thread.
  Result<std::vector<float>> EmbedOne(std::string_view text,
                                      const Interrupt* interrupt = nullptr) const;
};

}  // namespace kith::rag

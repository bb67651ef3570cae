// SPDX-License-Identifier: Apache-2.0
// Chooses what computes a model: the encoder, llama.cpp, or an error that says how to get it.
#include "rag/model/embedder.h"

#include "rag/model/encoder_embedder.h"
#include "rag/model/model_store.h"

#ifdef KITH_HAS_LLAMA
#include "rag/llama/llama_embedder.h"
#endif

namespace kith::rag {
namespace {

#ifdef KITH_HAS_LLAMA

Result<std::unique_ptr<Embedder>> OpenGguf(const ResolvedModel& model,
                                           const EmbedderOptions& options) {
  return OpenLlamaEmbedder(model, options);
}

#else

Result<std::unique_ptr<Embedder>> OpenGguf(const ResolvedModel& model,
                                           const EmbedderOptions& /*options*/) {
  return Status(StatusCode::kUnsupported,
                "this build of Kith has no llama.cpp, so it cannot run the model " + model.path +
                    "; in Kith's source run ./dev llama, then build again; or give the folder of "
                    "an embedding model, which needs no llama.cpp");
}

#endif

}  // namespace

Result<std::unique_ptr<Embedder>> Embedder::Open(const std::string& name_or_path,
                                                 const EmbedderOptions& options) {
  KITH_ASSIGN_OR_RETURN(const ResolvedModel model, ResolveModel(name_or_path));
  // A known model is told by what it is for, not by its file.
  if (model.known == nullptr && model.path.ends_with(".gguf")) return OpenGguf(model, options);
  KITH_ASSIGN_OR_RETURN(EmbeddingModelFiles files, OpenEmbeddingModel(name_or_path));
  return EncoderEmbedder::Open(std::move(files), options);
}

Result<std::vector<float>> Embedder::EmbedOne(std::string_view text,
                                              const Interrupt* interrupt) const {
  std::vector<float> vector(model().dimension);
  EmbedOptions options;
  options.interrupt = interrupt;
  KITH_RETURN_IF_ERROR(Embed(std::span(&text, 1), vector.data(), options));
  return vector;
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Chooses what is behind a LanguageModel: llama.cpp, or an error that says how to get it.
#include "rag/generate/language_model.h"

#ifdef KITH_HAS_LLAMA
#include "rag/llama/llama_model.h"
#endif

namespace kith::rag {

#ifdef KITH_HAS_LLAMA

bool HasLanguageModels() {
  return true;
}

Result<std::unique_ptr<LanguageModel>> LoadLanguageModel(const std::string& path,
                                                         const ModelOptions& options) {
  return LoadLlamaModel(path, options);
}

#else

bool HasLanguageModels() {
  return false;
}

Result<std::unique_ptr<LanguageModel>> LoadLanguageModel(const std::string& path,
                                                         const ModelOptions& /*options*/) {
  return Status(StatusCode::kUnsupported,
                "this build of Kith has no llama.cpp, so it cannot run the model " + path +
                    "; in Kith's source run ./dev llama, then build again; without a model, "
                    "questions are answered with sentences of the documents");
}

#endif

}  // namespace kith::rag

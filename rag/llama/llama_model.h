// SPDX-License-Identifier: Apache-2.0
// The adapter of llama.cpp. Compiled only where it was found; only these sources see its types.
#pragma once

#include <memory>
#include <string>

#include "rag/generate/language_model.h"

namespace kith::rag {

/// As LoadLanguageModel.
Result<std::unique_ptr<LanguageModel>> LoadLlamaModel(const std::string& path,
                                                      const ModelOptions& options);

}  // namespace kith::rag

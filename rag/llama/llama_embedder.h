// SPDX-License-Identifier: Apache-2.0
// An embedding model out of a GGUF file: what llama.cpp computes, pooled as the file says and
// brought to length 1.
#pragma once

#include <memory>

#include "rag/model/embedder.h"
#include "rag/model/model_store.h"

namespace kith::rag {

/// As Embedder::Open of a .gguf file.
Result<std::unique_ptr<Embedder>> OpenLlamaEmbedder(const ResolvedModel& model,
                                                    const EmbedderOptions& options);

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Loads a GGUF file, after a look into it, so that a wrong file has an error that says which.
//
// Thread safety: functions of the file; any thread may load.
#pragma once

#include <string>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "rag/llama/llama_library.h"

namespace kith::rag {

/// What a model is wanted for.
enum class ModelTask : uint8_t { kWriteText, kMakeVectors };

/// The weights are mapped. `interrupt` may be null. Errors as of LoadLanguageModel; InvalidArgument
/// when the file is whole and its model for the other task.
Result<LlamaPointer<llama_model>> LoadModelFile(const std::string& path, ModelTask task,
                                                const Interrupt* interrupt);

}  // namespace kith::rag

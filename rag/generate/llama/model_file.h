// SPDX-License-Identifier: Apache-2.0
// Looks into a GGUF file before it is loaded, so that a wrong file has an error that says which.
//
// Thread safety: pure functions of the file.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace kith::rag {

/// OK when `path` looks like a model that writes text. Else as LoadLanguageModel.
Status CheckModelFile(const std::string& path);

}  // namespace kith::rag

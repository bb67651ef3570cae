// SPDX-License-Identifier: Apache-2.0
// Messages to tokens, by the chat template of the model's file. The template's own text may spell
// control tokens; that of the messages is only text.
//
// Thread safety: pure functions; a vocabulary is immutable.
#pragma once

#include <llama.h>

#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "rag/generate/language_model.h"

namespace kith::rag {

/// The whole prompt, up to where the answer begins. `chat_template` empty: the messages one after
/// another, for models that were not trained for chat. Unsupported when the library does not know
/// the template.
Result<std::vector<llama_token>> MakePrompt(const llama_vocab* vocab,
                                            const std::string& chat_template,
                                            std::span<const ChatMessage> messages);

}  // namespace kith::rag

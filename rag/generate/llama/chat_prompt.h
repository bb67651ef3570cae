// SPDX-License-Identifier: Apache-2.0
// Messages to tokens, by the chat template of the model's file. The template's own text may spell
// control tokens; that of the messages is only text.
//
// Thread safety: pure functions; a vocabulary is immutable.
#pragma once

#include <llama.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/generate/language_model.h"

namespace kith::rag {

/// `control`: names of control tokens stand for them. `first`: the text begins the prompt.
/// InvalidArgument when the text is longer than the library can count.
Result<std::vector<llama_token>> Tokenize(const llama_vocab* vocab, std::string_view text,
                                          bool control, bool first);

/// The whole prompt, up to where the answer begins. `chat_template` empty: the messages one after
/// another, for models that were not trained for chat. Unsupported when the library does not know
/// the template.
Result<std::vector<llama_token>> MakePrompt(const llama_vocab* vocab,
                                            const std::string& chat_template,
                                            std::span<const ChatMessage> messages);

/// The bytes of a token; a control token has none. They may be part of a character.
std::string PieceOf(const llama_vocab* vocab, llama_token token);

}  // namespace kith::rag

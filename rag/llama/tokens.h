// SPDX-License-Identifier: Apache-2.0
// Text to tokens of a GGUF file's vocabulary, and back.
//
// Thread safety: pure functions; a vocabulary is immutable.
#pragma once

#include <llama.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace kith::rag {

/// `control`: names of control tokens stand for them. `first`: the text begins what the model
/// reads, with the tokens that frame it, where the model has such.
/// InvalidArgument when the text is longer than the library can count.
Result<std::vector<llama_token>> Tokenize(const llama_vocab* vocab, std::string_view text,
                                          bool control, bool first);

/// The bytes of a token; a control token has none. They may be part of a character.
std::string PieceOf(const llama_vocab* vocab, llama_token token);

}  // namespace kith::rag

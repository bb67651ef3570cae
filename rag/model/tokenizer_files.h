// SPDX-License-Identifier: Apache-2.0
// A tokeniser, out of a model's tokenizer.json or, where there is none, its vocab.txt and
// tokenizer_config.json.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "rag/model/word_piece.h"

namespace kith::rag {

struct TokenizerFiles {
  std::vector<std::string> vocabulary;  ///< By id.
  WordPieceOptions options;
  std::vector<std::string> read;  ///< The files that all this is from.
};

/// NotFound when `folder` has neither file; Corruption, and Unsupported for another tokeniser than
/// BERT's, name the file.
Result<TokenizerFiles> ReadTokenizerFiles(const std::string& folder);

}  // namespace kith::rag

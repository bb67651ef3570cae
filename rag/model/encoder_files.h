// SPDX-License-Identifier: Apache-2.0
// The shape of an encoder, out of a model's config.json and the files with which
// sentence-transformers says how tokens become a vector.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "rag/model/encoder.h"

namespace kith::rag {

struct EncoderFiles {
  /// Where config.json, the weights and the tokeniser lie: the model's folder, or one in it.
  std::string transformer_folder;
  EncoderConfig config;
  size_t max_tokens = 0;          ///< At most config.positions.
  bool lowercase_first = false;   ///< Texts are lower-cased before the tokeniser sees them.
  std::vector<std::string> read;  ///< The files that all this is from.
};

/// Without modules.json: the mean of all tokens as it is, which is what sentence-transformers does.
/// NotFound when there is no config.json; Corruption and Unsupported name the file.
Result<EncoderFiles> ReadEncoderFiles(const std::string& folder);

}  // namespace kith::rag

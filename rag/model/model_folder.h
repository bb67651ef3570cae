// SPDX-License-Identifier: Apache-2.0
// A folder with an embedding model of the BERT family, as sentence-transformers lays it out:
// config.json, model.safetensors, tokenizer.json or vocab.txt, and how tokens become a vector
// (modules.json, 1_Pooling/config.json). Reads files only; never the network.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/result.h"
#include "rag/model/encoder.h"
#include "rag/model/word_piece.h"

namespace kith::rag {

/// What OpenEmbeddingModel read, ready for BertEncoder::Load(weights, config).
struct EmbeddingModelFiles {
  std::string name;      ///< The table's name, or the name of the folder.
  std::string folder;    ///< Absolute.
  std::string weights;   ///< Absolute; a safetensors file.
  std::string checksum;  ///< 32 hexadecimal digits over every file that the vectors depend on.
  EncoderConfig config;
  size_t max_tokens = 0;  ///< Of a text, with [CLS] and [SEP]; at most config.positions.
  WordPiece tokenizer;    ///< Its vocabulary is not larger than config.vocabulary.
};

/// Finds `name_or_path` (see ResolveModel in model_store.h) and reads all but the weights, whose
/// bytes only go into the checksum. NotFound when there is no such model or a file is missing;
/// Corruption naming the file when one is cut short or not what it should be; Unsupported for a
/// model of another family, with another tokeniser or another pooling.
Result<EmbeddingModelFiles> OpenEmbeddingModel(const std::string& name_or_path);

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// Shape, tokeniser and checksum, each from the files that say it.
#include "rag/model/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "rag/model/encoder_files.h"
#include "rag/model/model_checksum.h"
#include "rag/model/model_store.h"
#include "rag/model/safetensors.h"
#include "rag/model/tokenizer_files.h"

namespace kith::rag {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights = "model.safetensors";

/// NotFound or Unsupported, when there is something else in its place.
Status CheckWeights(const std::string& folder) {
  std::error_code error;
  if (fs::is_regular_file(folder + "/" + kWeights, error)) return Status::Ok();
  for (const char* other :
       {"model.safetensors.index.json", "pytorch_model.bin", "tf_model.h5", "model.onnx"}) {
    if (!fs::exists(folder + "/" + other, error)) continue;
    return Status(StatusCode::kUnsupported,
                  fmt::format("{} has its weights in {}; Kith reads one file {}, which "
                              "sentence-transformers' save_pretrained writes",
                              folder, other, kWeights));
  }
  return Status(
      StatusCode::kNotFound,
      fmt::format("{} has no {}; give the folder of an embedding model", folder, kWeights));
}

Status CheckIsFolder(const ResolvedModel& model) {
  if (model.known != nullptr && model.known->kind != ModelKind::kEmbedding) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} generates text and makes no vectors; kith model list names the "
                              "embedding models",
                              model.name));
  }
  std::error_code error;
  if (fs::is_directory(model.path, error)) return Status::Ok();
  return Status(StatusCode::kUnsupported,
                fmt::format("{} is a file; give the folder with the config.json and {} of an "
                            "embedding model, or a .gguf file",
                            model.path, kWeights));
}

Result<WordPiece> MakeTokenizer(TokenizerFiles files, const EncoderFiles& encoder) {
  if (files.vocabulary.size() > encoder.config.vocabulary) {
    return Status(StatusCode::kCorruption,
                  fmt::format("{}: the tokeniser has {} tokens, and config.json has \"vocab_size\" "
                              "{}; the model's files do not belong together",
                              encoder.transformer_folder, files.vocabulary.size(),
                              encoder.config.vocabulary));
  }
  files.options.lowercase = files.options.lowercase || encoder.lowercase_first;
  auto tokenizer = WordPiece::Make(files.vocabulary, std::move(files.options));
  if (!tokenizer.ok()) return tokenizer.status().WithContext(files.read.front());
  return tokenizer;
}

}  // namespace

Result<EmbeddingModelFiles> OpenEmbeddingModel(const std::string& name_or_path) {
  KITH_ASSIGN_OR_RETURN(const ResolvedModel model, ResolveModel(name_or_path));
  KITH_RETURN_IF_ERROR(CheckIsFolder(model));
  KITH_ASSIGN_OR_RETURN(const EncoderFiles encoder, ReadEncoderFiles(model.path));
  KITH_RETURN_IF_ERROR(CheckWeights(encoder.transformer_folder));
  const std::string weights = encoder.transformer_folder + "/" + kWeights;
  // Finds a file that was cut short before anybody waits for its tensors.
  KITH_RETURN_IF_ERROR(SafetensorsFile::Open(weights).status());
  KITH_ASSIGN_OR_RETURN(TokenizerFiles files, ReadTokenizerFiles(encoder.transformer_folder));
  std::vector<std::string> read = encoder.read;
  read.insert(read.end(), files.read.begin(), files.read.end());
  read.push_back(weights);
  KITH_ASSIGN_OR_RETURN(WordPiece tokenizer, MakeTokenizer(std::move(files), encoder));
  KITH_ASSIGN_OR_RETURN(std::string checksum, ChecksumOf(std::move(read), model.path));
  return EmbeddingModelFiles{.name = model.name,
                             .folder = model.path,
                             .weights = weights,
                             .checksum = std::move(checksum),
                             .config = encoder.config,
                             .max_tokens = encoder.max_tokens,
                             .tokenizer = std::move(tokenizer)};
}

}  // namespace kith::rag

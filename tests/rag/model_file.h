// SPDX-License-Identifier: Apache-2.0
// Small model files for tests, written as the formats have them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rag/model/encoder.h"

namespace kith::rag {

struct NamedTensor {
  std::string name;
  std::vector<size_t> shape;
  std::vector<float> values;
};

/// The bytes of a safetensors file of float32 tensors.
inline std::string SafetensorsBytes(const std::vector<NamedTensor>& tensors) {
  std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
  std::string data;
  for (const NamedTensor& tensor : tensors) {
    header += ",\"" + tensor.name + "\":{\"dtype\":\"F32\",\"shape\":[";
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
      header += (i == 0 ? "" : ",") + std::to_string(tensor.shape[i]);
    }
    header += "],\"data_offsets\":[" + std::to_string(data.size()) + ",";
    data.append(reinterpret_cast<const char*>(tensor.values.data()), 4 * tensor.values.size());
    header += std::to_string(data.size()) + "]}";
  }
  header += "}";
  std::string bytes;
  for (size_t i = 0; i < 8; ++i) bytes += static_cast<char>(uint64_t{header.size()} >> 8 * i);
  return bytes + header + data;
}

inline void WriteBytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Random weights of a BERT encoder of this shape.
inline std::vector<NamedTensor> RandomBert(const EncoderConfig& config, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.2f);
  std::vector<NamedTensor> tensors;
  const auto add = [&](const std::string& name, std::vector<size_t> shape) {
    size_t count = 1;
    for (const size_t extent : shape) count *= extent;
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    tensors.push_back({name, std::move(shape), std::move(values)});
  };
  const auto linear = [&](const std::string& name, size_t columns, size_t depth) {
    add(name + ".weight", {columns, depth});
    add(name + ".bias", {columns});
  };
  const auto norm = [&](const std::string& name) {
    add(name + ".weight", {config.hidden});
    add(name + ".bias", {config.hidden});
  };
  add("embeddings.word_embeddings.weight", {config.vocabulary, config.hidden});
  add("embeddings.position_embeddings.weight", {config.positions, config.hidden});
  add("embeddings.token_type_embeddings.weight", {2, config.hidden});
  norm("embeddings.LayerNorm");
  for (size_t i = 0; i < config.layers; ++i) {
    const std::string name = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"query", "key", "value"}) {
      linear(name + "attention.self." + part, config.hidden, config.hidden);
    }
    linear(name + "attention.output.dense", config.hidden, config.hidden);
    norm(name + "attention.output.LayerNorm");
    linear(name + "intermediate.dense", config.intermediate, config.hidden);
    linear(name + "output.dense", config.hidden, config.intermediate);
    norm(name + "output.LayerNorm");
  }
  return tensors;
}

/// The size of a vector of WriteLetterModel, unless told otherwise.
inline constexpr size_t kLetterDimension = 24;

/// The folder of a whole embedding model, of random weights, that knows the letters. `dimension` is
/// a multiple of 3.
inline void WriteLetterModel(const std::string& folder, unsigned seed,
                             size_t dimension = kLetterDimension) {
  std::filesystem::create_directories(folder);
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (char c = 'a'; c <= 'z'; ++c) vocabulary += std::string(1, c) + "\n##" + c + "\n";
  WriteBytes(folder + "/vocab.txt", vocabulary);
  WriteBytes(folder + "/tokenizer_config.json",
             R"({"do_lower_case":true,"tokenizer_class":"BertTokenizer"})");
  WriteBytes(folder + "/config.json",
             R"({"model_type":"bert","hidden_act":"gelu","vocab_size":57,)"
             R"("max_position_embeddings":40,"num_hidden_layers":2,"hidden_size":)" +
                 std::to_string(dimension) +
                 R"(,"num_attention_heads":3,"intermediate_size":52,"layer_norm_eps":1e-12,)"
                 R"("type_vocab_size":2})");
  EncoderConfig config;
  config.vocabulary = 57;
  config.positions = 40;
  config.layers = 2;
  config.hidden = dimension;
  config.heads = 3;
  config.intermediate = 52;
  WriteBytes(folder + "/model.safetensors", SafetensorsBytes(RandomBert(config, seed)));
}

}  // namespace kith::rag

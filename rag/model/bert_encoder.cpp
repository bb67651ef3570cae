// SPDX-License-Identifier: Apache-2.0
// Weights and the forward pass.
#include "rag/model/bert_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace kith::rag {

// Reads the tensors of one checkpoint.
class BertEncoder::Reader {
 public:
  Reader(const SafetensorsFile& file, const GemmKernels& product)
      : file_(file),
        product_(product),
        prefix_(file.Find("bert.embeddings.word_embeddings.weight") != nullptr ? "bert." : "") {}

  Status Floats(const std::string& name, std::vector<size_t> shape, std::vector<float>* floats) {
    KITH_ASSIGN_OR_RETURN(*floats, file_.Floats(prefix_ + name, shape));
    // Not a number unless all of them are finite.
    float poison = 0;
    for (const float value : *floats) poison += value * 0.0f;
    if (poison == 0) return Status::Ok();
    return Status(StatusCode::kCorruption,
                  fmt::format("tensor '{}' of {} holds a value that is no finite number; fetch the "
                              "model again",
                              prefix_ + name, file_.path()));
  }

  Status ReadNorm(const std::string& name, size_t size, Norm* norm) {
    KITH_RETURN_IF_ERROR(Floats(name + ".weight", {size}, &norm->weight));
    return Floats(name + ".bias", {size}, &norm->bias);
  }

  /// One matrix product out of several layers that read the same input.
  Status ReadLinear(const std::vector<std::string>& names, size_t depth, size_t columns,
                    Linear* linear) {
    std::vector<float> weights;
    for (const std::string& name : names) {
      std::vector<float> part;
      KITH_RETURN_IF_ERROR(Floats(name + ".weight", {columns, depth}, &part));
      weights.insert(weights.end(), part.begin(), part.end());
      KITH_RETURN_IF_ERROR(Floats(name + ".bias", {columns}, &part));
      linear->bias.insert(linear->bias.end(), part.begin(), part.end());
    }
    linear->depth = depth;
    linear->columns = columns * names.size();
    linear->packed = AlignedBytes(product_.packed_bytes(depth, linear->columns));
    product_.pack(weights.data(), depth, linear->columns, linear->packed.data());
    return Status::Ok();
  }

 private:
  const SafetensorsFile& file_;
  const GemmKernels& product_;
  std::string prefix_;
};

Result<std::unique_ptr<BertEncoder>> BertEncoder::Load(const std::string& safetensors_path,
                                                       const EncoderConfig& config,
                                                       Precision precision,
                                                       const EncoderKernels& kernels) {
  if (config.hidden == 0 || config.heads == 0 || config.hidden % config.heads != 0 ||
      config.hidden / config.heads % 4 != 0 || config.layers == 0 || config.positions == 0 ||
      config.intermediate == 0 || config.vocabulary == 0) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} layers of {} floats in {} heads are no BERT encoder; check the "
                              "model's config.json",
                              config.layers, config.hidden, config.heads));
  }
  KITH_ASSIGN_OR_RETURN(const auto file, SafetensorsFile::Open(safetensors_path));
  std::unique_ptr<BertEncoder> encoder(new BertEncoder(config, precision, kernels));
  KITH_RETURN_IF_ERROR(encoder->Read(*file));
  return encoder;
}

Status BertEncoder::Read(const SafetensorsFile& file) {
  const size_t hidden = config_.hidden;
  Reader reader(file, product_);
  const std::string embeddings = "embeddings.";
  KITH_RETURN_IF_ERROR(
      reader.Floats(embeddings + "word_embeddings.weight", {config_.vocabulary, hidden}, &words_));
  KITH_RETURN_IF_ERROR(reader.Floats(embeddings + "position_embeddings.weight",
                                     {config_.positions, hidden}, &positions_));
  std::vector<float> types;
  KITH_RETURN_IF_ERROR(
      reader.Floats(embeddings + "token_type_embeddings.weight", {2, hidden}, &types));
  for (size_t i = 0; i < positions_.size(); ++i) positions_[i] += types[i % hidden];
  KITH_RETURN_IF_ERROR(reader.ReadNorm(embeddings + "LayerNorm", hidden, &embedding_norm_));
  layers_.resize(config_.layers);
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = layers_[i];
    const std::string name = fmt::format("encoder.layer.{}.", i);
    const std::string self = name + "attention.self.";
    const std::string attention = name + "attention.output.";
    KITH_RETURN_IF_ERROR(reader.ReadLinear({self + "query", self + "key", self + "value"}, hidden,
                                           hidden, &layer.query_key_value));
    KITH_RETURN_IF_ERROR(
        reader.ReadLinear({attention + "dense"}, hidden, hidden, &layer.attention_output));
    KITH_RETURN_IF_ERROR(reader.ReadNorm(attention + "LayerNorm", hidden, &layer.attention_norm));
    KITH_RETURN_IF_ERROR(reader.ReadLinear({name + "intermediate.dense"}, hidden,
                                           config_.intermediate, &layer.intermediate));
    KITH_RETURN_IF_ERROR(
        reader.ReadLinear({name + "output.dense"}, config_.intermediate, hidden, &layer.output));
    KITH_RETURN_IF_ERROR(reader.ReadNorm(name + "output.LayerNorm", hidden, &layer.output_norm));
  }
  return Status::Ok();
}

Status BertEncoder::CheckBatch(const TokenBatch& batch) const {
  for (size_t i = 0; i < batch.texts(); ++i) {
    const size_t length = batch.offsets[i + 1] - batch.offsets[i];
    if (length == 0 || length > config_.positions) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("a text of {} tokens does not fit a model of {} positions", length,
                                config_.positions));
    }
  }
  for (const int32_t token : batch.tokens) {
    if (token < 0 || static_cast<size_t>(token) >= config_.vocabulary) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("token {} is outside the model's vocabulary of {}; the tokeniser "
                                "belongs to another model",
                                token, config_.vocabulary));
    }
  }
  return Status::Ok();
}

// The activations of one batch, on their way through the layers.
class BertEncoder::Pass {
 public:
  Pass(const BertEncoder& encoder, const TokenBatch& batch)
      : encoder_(encoder),
        config_(encoder.config_),
        kernels_(encoder.kernels_),
        batch_(batch),
        rows_(batch.tokens.size()),
        x_(rows_ * config_.hidden * sizeof(float)),
        next_(x_.size()),
        attended_(x_.size()),
        wide_(rows_ * std::max(3 * config_.hidden, config_.intermediate) * sizeof(float)) {
    const GemmKernels& product = encoder.product_;
    if (product.round != nullptr) {
      rounded_ = AlignedBytes(rows_ * std::max(product.row_bytes(config_.hidden),
                                               product.row_bytes(config_.intermediate)));
    }
    size_t longest = 0;
    for (size_t i = 0; i < batch.texts(); ++i) {
      longest = std::max<size_t>(longest, batch.offsets[i + 1] - batch.offsets[i]);
    }
    scratch_ = AlignedBytes(sizeof(float) *
                            kernels_.attention_scratch(longest, config_.hidden / config_.heads));
  }

  void Embed() {
    const size_t hidden = config_.hidden;
    for (size_t text = 0; text < batch_.texts(); ++text) {
      for (size_t at = batch_.offsets[text]; at < batch_.offsets[text + 1]; ++at) {
        const float* word = &encoder_.words_[static_cast<size_t>(batch_.tokens[at]) * hidden];
        const float* position = &encoder_.positions_[(at - batch_.offsets[text]) * hidden];
        float* row = x_.floats() + at * hidden;
        for (size_t i = 0; i < hidden; ++i) row[i] = word[i] + position[i];
      }
    }
    Normalise(encoder_.embedding_norm_);
  }

  void RunLayer(const Layer& layer) {
    Apply(layer.query_key_value, x_, nullptr, false, &wide_);
    Attend();
    Apply(layer.attention_output, attended_, &x_, false, &next_);
    std::swap(x_, next_);
    Normalise(layer.attention_norm);
    Apply(layer.intermediate, x_, nullptr, true, &wide_);
    Apply(layer.output, wide_, &x_, false, &next_);
    std::swap(x_, next_);
    Normalise(layer.output_norm);
  }

  void Pool(float* vectors) const {
    for (size_t text = 0; text < batch_.texts(); ++text) {
      const size_t end = batch_.offsets[text + 1];
      const size_t first = config_.pooling == Pooling::kLast ? end - 1 : batch_.offsets[text];
      const size_t count = config_.pooling == Pooling::kMean ? end - first : 1;
      float* vector = vectors + text * config_.hidden;
      std::fill_n(vector, config_.hidden, 0.0f);
      for (size_t row = first; row < first + count; ++row) {
        const float* from = x_.floats() + row * config_.hidden;
        for (size_t i = 0; i < config_.hidden; ++i) vector[i] += from[i];
      }
      double square = 0;
      for (size_t i = 0; i < config_.hidden; ++i) square += double{vector[i]} * vector[i];
      const double length = config_.normalise ? std::sqrt(square) : static_cast<double>(count);
      if (length == 0) continue;
      const float scale = static_cast<float>(1 / length);
      for (size_t i = 0; i < config_.hidden; ++i) vector[i] *= scale;
    }
  }

 private:
  void Apply(const Linear& linear, const AlignedBytes& from, const AlignedBytes* residual,
             bool gelu, AlignedBytes* to) {
    const GemmKernels& product = encoder_.product_;
    const std::byte* rows = from.data();
    if (product.round != nullptr) {
      product.round(from.floats(), rows_, linear.depth, rounded_.data());
      rows = rounded_.data();
    }
    const GemmEnd end = {.bias = linear.bias.data(),
                         .residual = residual == nullptr ? nullptr : residual->floats(),
                         .gelu = gelu};
    product.gemm(rows, rows_, linear.packed.data(), linear.depth, linear.columns, end,
                 to->floats());
  }

  // From the queries, keys and values in wide_ to attended_, text by text and head by head.
  void Attend() {
    const size_t hidden = config_.hidden;
    const size_t head_size = hidden / config_.heads;
    for (size_t text = 0; text < batch_.texts(); ++text) {
      const size_t first = batch_.offsets[text];
      const size_t count = batch_.offsets[text + 1] - first;
      for (size_t head = 0; head < hidden; head += head_size) {
        const float* q = wide_.floats() + first * 3 * hidden + head;
        kernels_.attention(q, q + hidden, q + 2 * hidden, 3 * hidden, count, head_size,
                           scratch_.floats(), attended_.floats() + first * hidden + head, hidden);
      }
    }
  }

  void Normalise(const Norm& norm) {
    kernels_.layer_norm(x_.floats(), rows_, config_.hidden, norm.weight.data(), norm.bias.data(),
                        config_.epsilon);
  }

  const BertEncoder& encoder_;
  const EncoderConfig& config_;
  const EncoderKernels& kernels_;
  const TokenBatch& batch_;
  size_t rows_;
  AlignedBytes x_;     // [rows][hidden] floats between layers, as the next two.
  AlignedBytes next_;  // What x_ becomes.
  AlignedBytes attended_;
  AlignedBytes wide_;     // [rows][3 * hidden or intermediate] floats.
  AlignedBytes rounded_;  // [rows][row_bytes] of a matrix product's input; empty for float32
  AlignedBytes scratch_;
};

Status BertEncoder::Encode(const TokenBatch& batch, const Interrupt* interrupt,
                           float* vectors) const {
  KITH_RETURN_IF_ERROR(CheckBatch(batch));
  Pass pass(*this, batch);
  pass.Embed();
  for (const Layer& layer : layers_) {
    if (interrupt != nullptr) KITH_RETURN_IF_ERROR(interrupt->Check());
    pass.RunLayer(layer);
  }
  pass.Pool(vectors);
  return Status::Ok();
}

}  // namespace kith::rag

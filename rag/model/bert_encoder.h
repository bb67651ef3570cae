// SPDX-License-Identifier: Apache-2.0
// The encoder of the BERT family on the processor: embeddings, then layers of self-attention and a
// feed-forward network, each followed by layer normalisation (Devlin et al. 2018).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rag/model/aligned_bytes.h"
#include "rag/model/encoder.h"
#include "rag/model/kernel/encoder_kernels.h"
#include "rag/model/safetensors.h"

namespace kith::rag {

class BertEncoder final : public Encoder {
 public:
  /// Reads the weights, with or without the prefix "bert.", and packs them for `kernels`.
  /// Corruption naming a tensor that is missing, has another shape, or holds what is no finite
  /// number; InvalidArgument for a config that is no BERT's.
  static Result<std::unique_ptr<BertEncoder>> Load(
      const std::string& safetensors_path, const EncoderConfig& config,
      Precision precision = Precision::kFloat32,
      const EncoderKernels& kernels = BestEncoderKernels());

  const EncoderConfig& config() const override { return config_; }
  Status Encode(const TokenBatch& batch, const Interrupt* interrupt, float* vectors) const override;

 private:
  /// y = x W' + b, packed.
  struct Linear {
    size_t depth = 0;
    size_t columns = 0;
    AlignedBytes packed;
    std::vector<float> bias;
  };
  struct Norm {
    std::vector<float> weight;
    std::vector<float> bias;
  };
  struct Layer {
    Linear query_key_value;
    Linear attention_output;
    Norm attention_norm;
    Linear intermediate;
    Linear output;
    Norm output_norm;
  };
  class Reader;
  class Pass;

  BertEncoder(const EncoderConfig& config, Precision precision, const EncoderKernels& kernels)
      : config_(config),
        kernels_(kernels),
        product_(kernels.products[static_cast<size_t>(precision)]) {}
  Status Read(const SafetensorsFile& file);
  Status CheckBatch(const TokenBatch& batch) const;

  EncoderConfig config_;
  const EncoderKernels& kernels_;
  const GemmKernels& product_;    // Of kernels_.
  std::vector<float> words_;      // [vocabulary][hidden]
  std::vector<float> positions_;  // [positions][hidden], with the first token type's added
  Norm embedding_norm_;
  std::vector<Layer> layers_;
};

}  // namespace kith::rag

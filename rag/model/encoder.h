// SPDX-License-Identifier: Apache-2.0
// Texts to vectors, as a model sees it: token ids in, one vector for each text out. Who reads
// models, cuts texts into tokens and forms batches is above; which processor does the arithmetic is
// below.
//
// Thread safety: immutable; any thread may encode, several at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"

namespace kith::rag {

/// How the vectors of a text's tokens become the text's.
enum class Pooling : uint8_t { kMean, kCls, kLast };

/// The shape of a BERT-like encoder. Sizes in floats or counts.
struct EncoderConfig {
  size_t vocabulary = 0;
  size_t positions = 0;  ///< The most tokens of a text.
  size_t layers = 0;
  size_t hidden = 0;  ///< The size of a vector.
  size_t heads = 0;   ///< Divides hidden.
  size_t intermediate = 0;
  float epsilon = 1e-12f;  ///< Of layer normalisation.
  Pooling pooling = Pooling::kMean;
  bool normalise = true;  ///< Vectors have length 1.
};

/// Texts one after another, without padding: text i is tokens[offsets[i], offsets[i + 1]), at least
/// one and at most `positions` ids below `vocabulary`.
struct TokenBatch {
  std::span<const int32_t> tokens;
  std::span<const uint32_t> offsets;  ///< One more than there are texts.

  size_t texts() const { return offsets.size() - 1; }
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual const EncoderConfig& config() const = 0;
  /// Writes vectors[texts][hidden]. Cancelled and Timeout from the interrupt (may be null), looked
  /// at once a layer.
  virtual Status Encode(const TokenBatch& batch, const Interrupt* interrupt,
                        float* vectors) const = 0;
};

}  // namespace kith::rag

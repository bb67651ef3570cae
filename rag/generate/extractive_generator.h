// SPDX-License-Identifier: Apache-2.0
// Answers with sentences of the documents. The sentences are chosen together: what they and the
// titles of their passages cover of the question's names and content words, weighted by rarity, is
// the confidence; a sentence of another passage may join only when a name connects the two, which
// is how an answer follows the bridge of a multi-hop question. Below a threshold it abstains.
//
// The threshold was set where as many answerable questions are answered as questions without their
// gold passages are refused, on a public set, and checked on the demo's questions.
//
// Thread safety: const.
#pragma once

#include "rag/generate/generator.h"

namespace kith::rag {

struct ExtractiveOptions {
  size_t passages = 8;       ///< Sentences are taken from so many of the best.
  size_t max_sentences = 4;  ///< In one answer.
  double abstain_below = 0.63;
};

class ExtractiveGenerator final : public Generator {
 public:
  explicit ExtractiveGenerator(const ExtractiveOptions& options = {}) : options_(options) {}
  Result<Draft> Generate(const GeneratorInput& input) const override;

 private:
  ExtractiveOptions options_;
};

}  // namespace kith::rag

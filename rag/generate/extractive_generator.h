// SPDX-License-Identifier: Apache-2.0
// Answers with sentences of the documents. The sentences are chosen together: what they and the
// titles of their passages cover of the question's names and content words, weighted by rarity, is
// the confidence; a sentence of another passage may join only when a name connects the two, which
// is how an answer follows the bridge of a multi-hop question. Below a threshold it abstains.
//
// A question for one relation of one thing is answered by one statement, which has to be about that
// thing and to hold what is asked of it: the confidence is no higher than the share that it holds.
// So a neighbour's attribute or another's office is no answer, nor is what a sentence denies, says
// of another in the same words, or says with the sides of the deed exchanged. For several relations
// a sentence that has something of the asked kind must hold the relation that is asked for at last,
// and of another thing than the one named, unless it names the relation that leads there: when X
// was born is no answer to when X's daughter was.
//
// The threshold was set on questions of a public set, with and without their gold passages, and
// checked on the demo's; the weights were chosen by hand beside it. What was measured since is in
// docs/benchmarks.md.
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

// SPDX-License-Identifier: Apache-2.0
// Chooses the sentences of an answer together, and says how sure they are.
//
// Thread safety: const. It borrows what it is made of.
#pragma once

#include <vector>

#include "rag/generate/evidence.h"
#include "rag/generate/statements.h"

namespace kith::rag {

class SentenceChooser {
 public:
  SentenceChooser(const GeneratorInput& input, const QuestionUnits& question,
                  const PassageEvidence& evidence, size_t max_sentences)
      : input_(input),
        question_(question),
        evidence_(evidence),
        statements_(input, question, evidence),
        max_sentences_(max_sentences) {}

  /// Indexes of sentences, in the order to read them; fills *confidence, 0 to 1. Empty when there
  /// are no sentences, or the question has nothing to account for.
  std::vector<size_t> Choose(double* confidence) const;

 private:
  double Covered(const std::vector<size_t>& chosen) const;
  double Confidence(const std::vector<size_t>& chosen) const;
  double Value(const std::vector<size_t>& chosen) const;
  double Kind(const std::vector<size_t>& chosen) const;
  bool Connected(const Sentence& a, const Sentence& b) const;
  std::vector<size_t> BestStart() const;
  void Extend(std::vector<size_t>* chosen) const;
  void Reduce(std::vector<size_t>* chosen) const;

  const GeneratorInput& input_;
  const QuestionUnits& question_;
  const PassageEvidence& evidence_;
  const Statements statements_;
  size_t max_sentences_;
};

}  // namespace kith::rag

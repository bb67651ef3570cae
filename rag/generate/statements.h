// SPDX-License-Identifier: Apache-2.0
// Whether a sentence states what was asked, and not only its words.
//
// Thread safety: const. It borrows the question and the evidence.
#pragma once

#include <vector>

#include "rag/generate/evidence.h"

namespace kith::rag {

class Statements {
 public:
  Statements(const GeneratorInput& input, const QuestionUnits& question,
             const PassageEvidence& evidence)
      : input_(input), question_(question), evidence_(evidence) {}

  /// Of what was asked besides names, the share that is covered, 0 to 1.
  double AskedShare(const Coverage& covers) const;
  /// The best statement among the chosen sentences (indexes) that holds something of the asked
  /// kind, 0 to 1: for questions that ask one relation of one thing.
  double Stated(const std::vector<size_t>& chosen) const;
  /// For questions through several relations: true when one of the chosen sentences holds something
  /// of the asked kind and what is asked of it at last.
  bool Answers(const std::vector<size_t>& chosen) const;

 private:
  double StatementShare(size_t index, bool with_previous) const;
  bool HoldsAskedRelation(size_t index) const;
  bool SpeaksOfAnother(size_t index) const;

  const GeneratorInput& input_;
  const QuestionUnits& question_;
  const PassageEvidence& evidence_;
};

}  // namespace kith::rag

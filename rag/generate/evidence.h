// SPDX-License-Identifier: Apache-2.0
// The sentences of the retrieved passages, each with what it holds of the question's units.
//
// Thread safety: const after Read. It borrows the input and the units.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rag/generate/question_units.h"
#include "rag/ingest/names.h"

namespace kith::rag {

using Coverage = std::vector<double>;  ///< One for each unit, 0 to 1.

struct Sentence {
  size_t passage = 0;  ///< Index into GeneratorInput::passages.
  size_t begin = 0;    ///< Bytes of the passage's text.
  size_t end = 0;
  Coverage covers;
  double kind = 0;             ///< How well it holds something of the asked kind, 0 to 1.
  bool under_heading = false;  ///< The passage's heading leads it.
  bool follows = false;        ///< It begins with a pronoun, and is not the first of its passage.
  std::set<NodeId> names;
  std::set<NodeId> acting;      ///< Names that stand elsewhere than behind a preposition of place.
  NodeId first_name = kNoNode;  ///< What a pronoun in the next sentence means.
};

class PassageEvidence {
 public:
  /// Of the first `max_passages` ones.
  PassageEvidence(const GeneratorInput& input, const QuestionUnits& question, size_t max_passages);

  const std::vector<Sentence>& sentences() const { return sentences_; }
  // Of each passage.
  const Coverage& in_passage(size_t passage) const { return in_passage_[passage]; }
  /// The title, and what the document's first sentence says that its subject is.
  const Coverage& in_title(size_t passage) const { return in_title_[passage]; }
  const Coverage& in_heading(size_t passage) const { return in_heading_[passage]; }

 private:
  struct CutText;

  CutText Cut(std::string_view text) const;
  CutText CutSentence(std::string_view text) const;
  std::string WithoutHeldByNames(std::string said) const;
  void MatchClauses(std::string_view words, Sentence* sentence) const;
  Coverage Match(const CutText& text) const;
  void AddPassage(size_t index);
  void AddSentences(size_t index);
  void AddDefinition(size_t index, const Sentence& lead);
  double KindOf(std::string_view words, const Sentence& sentence) const;
  bool HoldsLifeAsked(const SourcedPassage& passage, std::string_view words) const;

  const GeneratorInput& input_;
  const QuestionUnits& question_;
  NameSet name_hashes_;
  std::unordered_map<uint64_t, NodeId> entity_of_;
  std::vector<Sentence> sentences_;
  std::vector<Coverage> in_passage_;
  std::vector<Coverage> in_title_;
  std::vector<Coverage> in_heading_;
};

}  // namespace kith::rag

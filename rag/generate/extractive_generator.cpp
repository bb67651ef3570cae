// SPDX-License-Identifier: Apache-2.0
// See extractive_generator.h.
#include "rag/generate/extractive_generator.h"

#include <fmt/core.h>

#include <algorithm>

#include "rag/generate/evidence.h"
#include "rag/generate/question_units.h"
#include "rag/generate/sentence_chooser.h"

namespace kith::rag {

std::string_view AbstainText(std::string_view language) {
  if (language == "zh") return "文档中没有说明。";
  return "The documents do not say.";
}

Status StoppedByReader() {
  return Status(StatusCode::kCancelled, "the answer was stopped by its reader");
}

Result<Draft> ExtractiveGenerator::Generate(const GeneratorInput& input) const {
  Draft draft;
  KITH_ASSIGN_OR_RETURN(const QuestionUnits question, ReadUnits(input));
  const PassageEvidence evidence(input, question, options_.passages);
  const SentenceChooser chooser(input, question, evidence, options_.max_sentences);
  const std::vector<size_t> chosen = chooser.Choose(&draft.confidence);
  if (chosen.empty() || draft.confidence < options_.abstain_below) {
    draft.abstained = true;
    draft.text = AbstainText(input.question.language);
    return draft;
  }
  size_t last_passage = input.passages.size();
  for (const size_t index : chosen) {
    const Sentence& sentence = evidence.sentences()[index];
    const SourcedPassage& passage = input.passages[sentence.passage];
    if (!draft.text.empty()) draft.text += ' ';
    // "She was born on the island" needs its title to be understood.
    const bool named = std::any_of(sentence.names.begin(), sentence.names.end(),
                                   [&](NodeId name) { return passage.about.contains(name); });
    if (!named && sentence.passage != last_passage) {
      draft.text += passage.passage->title;
      if (sentence.under_heading) draft.text += " > " + passage.heading;
      draft.text += ": ";
    }
    last_passage = sentence.passage;
    draft.text += passage.text.text().substr(sentence.begin, sentence.end - sentence.begin);
    draft.citations.push_back({sentence.passage, sentence.begin, sentence.end});
    draft.text += fmt::format(" [{}]", draft.citations.size());
  }
  return draft;
}

}  // namespace kith::rag

// SPDX-License-Identifier: Apache-2.0
// See model_generator.h.
#include "rag/generate/model_generator.h"

#include <algorithm>
#include <utility>

#include "rag/route/router.h"

namespace kith::rag {

/// Where the extractive generator finds it. Where it finds nothing, a question for one relation is
/// not answered, and another one may be from anywhere.
Result<ModelGenerator::Places> ModelGenerator::PlacesOf(const GeneratorInput& input) const {
  Places places;
  if (input.passages.empty()) return places;
  KITH_ASSIGN_OR_RETURN(Draft stated, extractive_.Generate(input));
  places.may_be_stated = !stated.abstained || !AsksOneRelation(input.question);
  places.stated = std::move(stated.citations);
  return places;
}

Result<Draft> ModelGenerator::Generate(const GeneratorInput& input) const {
  KITH_ASSIGN_OR_RETURN(Places places, PlacesOf(input));
  const size_t context = model_.facts().context_tokens;
  const size_t answer_tokens = std::min(options_.generate.max_tokens, context / 2);
  const PromptLimits limits{context - answer_tokens, options_.passage_tokens, options_.passages};
  KITH_ASSIGN_OR_RETURN(const ModelPrompt prompt,
                        MakeModelPrompt(input, limits, [this](std::string_view text) {
                          return model_.CountTokens(text);
                        }));
  const SupportChecker checker(input.passages, prompt.shown, input.question.text);
  CheckedAnswerOptions checks = options_.answer;
  checks.stated = std::move(places.stated);
  CheckedAnswer answer(&input.question, &checker, &checks);
  if (!places.may_be_stated || prompt.shown.empty()) return answer.Finish(false);
  GenerateOptions generate = options_.generate;
  generate.max_tokens = answer_tokens;
  generate.on_text = [&](std::string_view piece) { return answer.Add(piece); };
  KITH_ASSIGN_OR_RETURN(const Generation made, model_.Generate(prompt.messages, generate));
  Draft draft = answer.Finish(made.end == GenerationEnd::kModel);
  if (answer.ended_by_caller()) return StoppedByReader();
  return draft;
}

}  // namespace kith::rag

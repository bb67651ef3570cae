// SPDX-License-Identifier: Apache-2.0
// See model_generator.h.
#include "rag/generate/model_generator.h"

#include <algorithm>

#include "rag/route/router.h"

namespace kith::rag {

Result<bool> ModelGenerator::MayBeStated(const GeneratorInput& input) const {
  if (input.passages.empty()) return false;
  if (!AsksOneRelation(input.question)) return true;
  KITH_ASSIGN_OR_RETURN(const Draft stated, extractive_.Generate(input));
  return !stated.abstained;
}

Result<Draft> ModelGenerator::Generate(const GeneratorInput& input) const {
  KITH_ASSIGN_OR_RETURN(const bool may_be_stated, MayBeStated(input));
  const size_t context = model_.facts().context_tokens;
  const size_t answer_tokens = std::min(options_.generate.max_tokens, context / 2);
  const PromptLimits limits{context - answer_tokens, options_.passage_tokens, options_.passages};
  KITH_ASSIGN_OR_RETURN(const ModelPrompt prompt,
                        MakeModelPrompt(input, limits, [this](std::string_view text) {
                          return model_.CountTokens(text);
                        }));
  const SupportChecker checker(input.passages, prompt.shown, input.question.text);
  CheckedAnswer answer(&input.question, &checker, &options_.answer);
  if (!may_be_stated || prompt.shown.empty()) return answer.Finish(false);
  GenerateOptions generate = options_.generate;
  generate.max_tokens = answer_tokens;
  generate.on_text = [&](std::string_view piece) { return answer.Add(piece); };
  KITH_ASSIGN_OR_RETURN(const Generation made, model_.Generate(prompt.messages, generate));
  Draft draft = answer.Finish(made.end == GenerationEnd::kModel);
  if (answer.ended_by_caller()) return StoppedByReader();
  return draft;
}

}  // namespace kith::rag

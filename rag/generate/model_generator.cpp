// SPDX-License-Identifier: Apache-2.0
// See model_generator.h.
#include "rag/generate/model_generator.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "rag/generate/answer_cues.h"
#include "rag/generate/asked_relation.h"
#include "rag/route/router.h"

namespace kith::rag {
namespace {

/// Whether one place says all that is wanted: "when was X built", but not "who was X" or "why".
bool AsksOneFact(const Question& question) {
  if (!AsksOneRelation(question) || AskedKind(question.text) == AnswerKind::kAny) return false;
  const ContentWords relation = ContentOf(question.rest);
  return !relation.words.empty() || !relation.runs.empty();
}

}  // namespace

Result<Draft> ModelGenerator::Generate(const GeneratorInput& input) const {
  KITH_ASSIGN_OR_RETURN(Draft stated, extractive_.Generate(input));
  // Where it finds nothing, a question for one relation is not answered, and another one may be
  // from anywhere.
  const bool may_be_stated = !stated.abstained || !AsksOneRelation(input.question);
  CheckedAnswerOptions checks = options_.answer;
  checks.stated = stated.citations;
  checks.only_stated = AsksOneFact(input.question);
  checks.otherwise = std::move(stated);
  ModelPrompt prompt;
  if (may_be_stated) {
    KITH_ASSIGN_OR_RETURN(prompt, PromptOf(input));
  }
  const SupportChecker checker(input.passages, prompt.shown, input.question.text);
  CheckedAnswer answer(&input.question, &checker, &checks);
  bool whole = false;
  if (!prompt.shown.empty()) {
    KITH_ASSIGN_OR_RETURN(whole, Write(prompt, &answer));
    if (options_.prompts != nullptr) {
      options_.prompts->Remember(options_.conversation, TextsOf(prompt, input));
    }
  }
  Draft draft = answer.Finish(whole);
  if (answer.ended_by_caller()) return StoppedByReader();
  return draft;
}

size_t ModelGenerator::AnswerTokens() const {
  return std::min(options_.generate.max_tokens, model_.facts().context_tokens / 2);
}

Result<ModelPrompt> ModelGenerator::PromptOf(const GeneratorInput& input) const {
  const size_t answer_tokens = std::max(AnswerTokens(), kMinAnswerTokens);
  const PromptLimits limits{model_.facts().context_tokens - answer_tokens, options_.passage_tokens,
                            options_.passages};
  std::vector<ShownText> last;
  if (options_.prompts != nullptr) last = options_.prompts->LastOf(options_.conversation);
  return MakeModelPrompt(
      input, limits, [this](std::string_view text) { return model_.CountTokens(text); }, last);
}

Result<bool> ModelGenerator::Write(const ModelPrompt& prompt, CheckedAnswer* answer) const {
  GenerateOptions generate = options_.generate;
  generate.max_tokens = AnswerTokens();
  generate.on_text = [answer](std::string_view piece) { return answer->Add(piece); };
  KITH_ASSIGN_OR_RETURN(const Generation made, model_.Generate(prompt.messages, generate));
  return made.end == GenerationEnd::kModel;
}

}  // namespace kith::rag

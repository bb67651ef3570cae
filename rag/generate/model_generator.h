// SPDX-License-Identifier: Apache-2.0
// Answers in a language model's words, as far as the passages support them.
//
// The extractive generator is asked first where the passages state what is asked, and the model's
// answer has to rest on such a place: a model that is shown passages answers with them, whatever
// they say. Where nothing of its text holds, the extractive answer is the answer.
//
// Thread safety: as Generator; calls that run at once share the model (language_model.h).
#pragma once

#include <cstddef>
#include <string>

#include "rag/generate/checked_answer.h"
#include "rag/generate/conversation_prompts.h"
#include "rag/generate/extractive_generator.h"
#include "rag/generate/generator.h"
#include "rag/generate/language_model.h"
#include "rag/generate/model_prompt.h"

namespace kith::rag {

struct ModelGeneratorOptions {
  size_t passages = 6;            ///< At most so many are shown to the model,
  size_t passage_tokens = 1536;   ///< and at most so much of them.
  GenerateOptions generate = {};  ///< Without on_text: the pieces of `answer` are the caller's.
  CheckedAnswerOptions answer = {};
  /// Of the conversation whose turn this is: passages that it has shown keep their places in the
  /// prompt. Null without one. Borrowed.
  ConversationPrompts* prompts = nullptr;
  std::string conversation = {};
};

class ModelGenerator final : public Generator {
 public:
  /// `model` is borrowed.
  ModelGenerator(LanguageModel* model, const ModelGeneratorOptions& options)
      : model_(*model), options_(options) {}

  /// Cancelled when on_text ended it, or the interrupt.
  Result<Draft> Generate(const GeneratorInput& input) const override;

 private:
  size_t AnswerTokens() const;
  Result<ModelPrompt> PromptOf(const GeneratorInput& input) const;
  /// Has the model write into `answer`. Whether it ended its text itself.
  Result<bool> Write(const ModelPrompt& prompt, CheckedAnswer* answer) const;

  LanguageModel& model_;
  const ModelGeneratorOptions& options_;
  ExtractiveGenerator extractive_;
};

}  // namespace kith::rag

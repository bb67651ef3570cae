// SPDX-License-Identifier: Apache-2.0
// What a model is asked: the rules, as many of the best passages as fit, numbered from 1, and the
// question.
//
// Thread safety: pure functions of their input.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/generate/generator.h"
#include "rag/generate/language_model.h"
#include "rag/generate/support.h"

namespace kith::rag {

struct PromptLimits {
  size_t prompt_tokens = 2048;   ///< Rules, passages and question together.
  size_t passage_tokens = 1536;  ///< Reading costs more time than writing.
  size_t passages = 6;
};

struct ModelPrompt {
  std::vector<ChatMessage> messages;
  std::vector<ShownPassage> shown;  ///< [1], [2], ... in this order.
};

/// How many tokens a text has; as LanguageModel::CountTokens.
using TokenCounter = std::function<Result<size_t>(std::string_view text)>;

/// Passages come best first and whole; where one does not fit, as many of its first sentences as
/// do, and none behind it. InvalidArgument when there is no room for the rules and the question.
Result<ModelPrompt> MakeModelPrompt(const GeneratorInput& input, const PromptLimits& limits,
                                    const TokenCounter& count);

}  // namespace kith::rag

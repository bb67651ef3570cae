// SPDX-License-Identifier: Apache-2.0
// What a model is asked: the rules, as many of the best passages as fit, numbered from 1, and the
// question.
//
// Thread safety: pure functions of their input.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
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

/// What a prompt showed: the first bytes of a chunk's text.
struct ShownText {
  NodeId chunk;
  size_t bytes = 0;

  bool operator==(const ShownText&) const = default;
};

struct ModelPrompt {
  std::vector<ChatMessage> messages;
  std::vector<ShownPassage> shown;  ///< [1], [2], ... in this order.
};

/// How many tokens a text has; as LanguageModel::CountTokens.
using TokenCounter = std::function<Result<size_t>(std::string_view text)>;

/// Passages come best first and whole; where one does not fit, as many of its first sentences as
/// do, and none behind it. Of those, what the model read last (`last`, in its order) keeps its
/// places at the front, as far as all of it is shown again: the prompts then begin alike, and what
/// they begin with need not be read again. InvalidArgument when there is no room for the rules and
/// the question.
Result<ModelPrompt> MakeModelPrompt(const GeneratorInput& input, const PromptLimits& limits,
                                    const TokenCounter& count,
                                    std::span<const ShownText> last = {});

/// What the prompt showed, for `last` of the next one.
std::vector<ShownText> TextsOf(const ModelPrompt& prompt, const GeneratorInput& input);

}  // namespace kith::rag

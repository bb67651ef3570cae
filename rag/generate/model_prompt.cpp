// SPDX-License-Identifier: Apache-2.0
// See model_prompt.h. The rules are short: the models that fit on any machine follow few.
#include "rag/generate/model_prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "rag/ingest/chunker.h"

namespace kith::rag {
namespace {

/// What the template of a model adds around two messages, at most.
constexpr size_t kTemplateTokens = 48;

std::string Rules(std::string_view language) {
  if (language == "zh") {
    return fmt::format(
        "只根据编号的段落回答问题。用一两句话回答，每句话后面用方括号写出所依据段落的编号，例如[1]"
        "。"
        "如果段落没有回答这个问题，只写：{}",
        AbstainText(language));
  }
  return fmt::format(
      "Answer the question from the numbered passages only. Answer in one or two sentences, and "
      "after each sentence write the number of its passage in brackets, like [1]. If the passages "
      "do not answer the question, write only: {}",
      AbstainText(language));
}

std::string QuestionPart(const Question& question) {
  return (question.language == "zh" ? "问题：" : "Question: ") + question.text;
}

std::string PassagePart(size_t number, const SourcedPassage& passage, std::string_view text) {
  std::string title = passage.passage->title;
  if (!passage.heading.empty()) title += " > " + passage.heading;
  return fmt::format("[{}] {}: {}\n\n", number, title, text);
}

/// The part of the passage that fits into `room` tokens: all of it or whole sentences from its
/// beginning. Its bytes; 0 when not even the first sentence fits.
Result<size_t> BytesThatFit(size_t number, const SourcedPassage& passage, size_t room,
                            const TokenCounter& count, size_t* tokens) {
  const std::string& text = passage.text.text();
  KITH_ASSIGN_OR_RETURN(*tokens, count(PassagePart(number, passage, text)));
  if (*tokens <= room) return text.size();
  const auto sentences = CutSentences(text, passage.language);
  for (size_t i = sentences.size(); i > 0; --i) {
    const std::string_view begin = std::string_view(text).substr(0, sentences[i - 1].second);
    KITH_ASSIGN_OR_RETURN(*tokens, count(PassagePart(number, passage, begin)));
    if (*tokens <= room) return begin.size();
  }
  *tokens = 0;
  return size_t{0};
}

}  // namespace

Result<ModelPrompt> MakeModelPrompt(const GeneratorInput& input, const PromptLimits& limits,
                                    const TokenCounter& count) {
  const std::string rules = Rules(input.question.language);
  const std::string question = QuestionPart(input.question);
  KITH_ASSIGN_OR_RETURN(const size_t rule_tokens, count(rules));
  KITH_ASSIGN_OR_RETURN(const size_t question_tokens, count(question));
  const size_t taken = rule_tokens + question_tokens + kTemplateTokens;
  if (taken >= limits.prompt_tokens) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("the question has {} tokens, which leaves no room for passages in the "
                    "{} tokens that the model reads; ask a shorter one, or give more "
                    "context tokens",
                    question_tokens, limits.prompt_tokens));
  }
  size_t room = std::min(limits.prompt_tokens - taken, limits.passage_tokens);
  ModelPrompt prompt;
  std::string passages;
  for (size_t i = 0; i < input.passages.size() && prompt.shown.size() < limits.passages; ++i) {
    const SourcedPassage& passage = input.passages[i];
    const size_t number = prompt.shown.size() + 1;
    size_t tokens = 0;
    KITH_ASSIGN_OR_RETURN(const size_t bytes, BytesThatFit(number, passage, room, count, &tokens));
    if (bytes == 0) break;
    const std::string_view text = std::string_view(passage.text.text()).substr(0, bytes);
    passages += PassagePart(number, passage, text);
    prompt.shown.push_back({i, bytes});
    room -= tokens;
    if (bytes < passage.text.size()) break;
  }
  prompt.messages = {{ChatMessage::Role::kSystem, rules},
                     {ChatMessage::Role::kUser, passages + question}};
  return prompt;
}

}  // namespace kith::rag

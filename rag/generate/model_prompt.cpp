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

ShownText TextOf(const ShownPassage& shown, const GeneratorInput& input) {
  return {input.passages[shown.index].passage->chunk, shown.text_bytes};
}

/// The best passages that fit into `room` tokens.
Result<std::vector<ShownPassage>> PassagesThatFit(const GeneratorInput& input, size_t room,
                                                  size_t most, const TokenCounter& count) {
  std::vector<ShownPassage> shown;
  for (size_t i = 0; i < input.passages.size() && shown.size() < most; ++i) {
    const SourcedPassage& passage = input.passages[i];
    size_t tokens = 0;
    KITH_ASSIGN_OR_RETURN(const size_t bytes,
                          BytesThatFit(shown.size() + 1, passage, room, count, &tokens));
    if (bytes == 0) break;
    shown.push_back({i, bytes});
    room -= tokens;
    if (bytes < passage.text.size()) break;
  }
  return shown;
}

/// Brings to the front what `last` begins with, up to where something is not shown.
void KeepPlaces(std::span<const ShownText> last, const GeneratorInput& input,
                std::vector<ShownPassage>* shown) {
  auto place = shown->begin();
  for (const ShownText& text : last) {
    const auto same = std::find_if(place, shown->end(), [&](const ShownPassage& passage) {
      return TextOf(passage, input) == text;
    });
    if (same == shown->end()) return;
    std::rotate(place, same, same + 1);
    ++place;
  }
}

}  // namespace

std::vector<ShownText> TextsOf(const ModelPrompt& prompt, const GeneratorInput& input) {
  std::vector<ShownText> texts;
  for (const ShownPassage& shown : prompt.shown) texts.push_back(TextOf(shown, input));
  return texts;
}

Result<ModelPrompt> MakeModelPrompt(const GeneratorInput& input, const PromptLimits& limits,
                                    const TokenCounter& count, std::span<const ShownText> last) {
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
  const size_t room = std::min(limits.prompt_tokens - taken, limits.passage_tokens);
  ModelPrompt prompt;
  KITH_ASSIGN_OR_RETURN(prompt.shown, PassagesThatFit(input, room, limits.passages, count));
  KeepPlaces(last, input, &prompt.shown);
  std::string passages;
  for (size_t i = 0; i < prompt.shown.size(); ++i) {
    const SourcedPassage& passage = input.passages[prompt.shown[i].index];
    passages +=
        PassagePart(i + 1, passage,
                    std::string_view(passage.text.text()).substr(0, prompt.shown[i].text_bytes));
  }
  prompt.messages = {{ChatMessage::Role::kSystem, rules},
                     {ChatMessage::Role::kUser, passages + question}};
  return prompt;
}

}  // namespace kith::rag

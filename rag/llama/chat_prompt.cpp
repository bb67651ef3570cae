// SPDX-License-Identifier: Apache-2.0
// The template is applied to numbered marks in place of the texts; what is between the marks is the
// template's.
#include "rag/llama/chat_prompt.h"

#include <fmt/format.h>

#include "rag/llama/tokens.h"

namespace kith::rag {
namespace {

/// A private character (U+F8F0) on both sides of the number of a message. Templates take white
/// space off texts and join them to their own; they leave this alone.
constexpr std::string_view kMark = "\xEF\xA3\xB0";

const char* RoleName(ChatMessage::Role role) {
  switch (role) {
    case ChatMessage::Role::kSystem: return "system";
    case ChatMessage::Role::kUser: return "user";
    case ChatMessage::Role::kAssistant: return "assistant";
  }
  return "user";
}

std::string PlainTemplate(size_t messages) {
  std::string text;
  for (size_t i = 0; i < messages; ++i) text += fmt::format("{0}{1}{0}\n\n", kMark, i);
  return text + "Answer:";
}

Result<std::string> ApplyTemplate(const std::string& chat_template,
                                  std::span<const ChatMessage> messages) {
  if (chat_template.empty()) return PlainTemplate(messages.size());
  std::vector<std::string> marks;
  for (size_t i = 0; i < messages.size(); ++i) marks.push_back(fmt::format("{0}{1}{0}", kMark, i));
  std::vector<llama_chat_message> parts;
  for (size_t i = 0; i < messages.size(); ++i) {
    parts.push_back({RoleName(messages[i].role), marks[i].c_str()});
  }
  std::string text(4096, '\0');
  for (;;) {
    const int32_t bytes =
        llama_chat_apply_template(chat_template.c_str(), parts.data(), parts.size(), true,
                                  text.data(), static_cast<int32_t>(text.size()));
    if (bytes < 0) {
      return Status(StatusCode::kUnsupported,
                    "the chat template of this model is not among those that llama.cpp knows; use "
                    "another file of the model, or another model");
    }
    const bool fits = static_cast<size_t>(bytes) < text.size();
    text.resize(static_cast<size_t>(bytes) + (fits ? 0 : 1));
    if (fits) return text;
  }
}

}  // namespace

Result<std::vector<llama_token>> MakePrompt(const llama_vocab* vocab,
                                            const std::string& chat_template,
                                            std::span<const ChatMessage> messages) {
  KITH_ASSIGN_OR_RETURN(const std::string text, ApplyTemplate(chat_template, messages));
  std::vector<llama_token> prompt;
  const auto append = [&](std::string_view part, bool control) -> Status {
    const bool first = prompt.empty();
    if (part.empty() && !first) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(const auto tokens, Tokenize(vocab, part, control, first));
    prompt.insert(prompt.end(), tokens.begin(), tokens.end());
    return Status::Ok();
  };
  size_t at = 0;
  // Some templates leave the system's message out, or put it into the user's.
  for (size_t mark = text.find(kMark); mark != std::string::npos; mark = text.find(kMark, at)) {
    const size_t number_at = mark + kMark.size();
    const size_t end = text.find(kMark, number_at);
    KITH_RETURN_IF_ERROR(append(std::string_view(text).substr(at, mark - at), true));
    const size_t number = std::stoul(text.substr(number_at, end - number_at));
    KITH_RETURN_IF_ERROR(append(messages[number].text, false));
    at = end + kMark.size();
  }
  KITH_RETURN_IF_ERROR(append(std::string_view(text).substr(at), true));
  // A template that spells the first token itself must not have it twice.
  const llama_token begin = llama_vocab_bos(vocab);
  if (prompt.size() > 1 && prompt[0] == begin && prompt[1] == begin) prompt.erase(prompt.begin());
  return prompt;
}

}  // namespace kith::rag

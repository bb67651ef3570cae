// SPDX-License-Identifier: Apache-2.0
// See conversation_prompts.h.
#include "rag/generate/conversation_prompts.h"

#include <utility>

namespace kith::rag {
namespace {

/// More than a model's cache has room for.
constexpr size_t kMostConversations = 64;

}  // namespace

std::vector<ShownText> ConversationPrompts::LastOf(const std::string& conversation) const {
  const std::lock_guard lock(lock_);
  for (const Last& last : last_) {
    if (last.conversation == conversation) return last.shown;
  }
  return {};
}

void ConversationPrompts::Remember(const std::string& conversation, std::vector<ShownText> shown) {
  const std::lock_guard lock(lock_);
  last_.remove_if([&](const Last& last) { return last.conversation == conversation; });
  last_.push_front({conversation, std::move(shown)});
  if (last_.size() > kMostConversations) last_.pop_back();
}

}  // namespace kith::rag
